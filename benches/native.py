"""onnxruntime and librosa on one thread, for `cargo xtask bench native`.

Answers every line of JSON with a line of JSON:

- `{"open": name, "model": path, "input": [...], "shape": [...]}` loads a model; the answer is
  `{"outputs", "onnxruntime", "librosa"}`: what it makes of the input, and the versions;
- `{"name", "part", "runs", "front_end"}` runs a part as often; the answer is `{"ms"}`, the
  milliseconds of one run. The part is `onnxruntime`, the network alone, or `librosa`, the log-mel
  features of 4 s of audio at 48 kHz.
"""

import json
import os
import sys
import time

# Before numpy is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import librosa  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

RATE, SECONDS = 48_000, 4


class Network:
    """A model and an input for it."""

    def __init__(self, request):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(request["model"], options, providers)
        self.output = self.session.get_outputs()[0].name
        values = np.array(request["input"], dtype=np.float32).reshape(request["shape"])
        self.inputs = {self.session.get_inputs()[0].name: values}

    def run(self):
        """The first output."""
        return self.session.run([self.output], self.inputs)[0]


def features(audio, front_end):
    """Log-mel features as the front end's, but for mel scale and details of the window."""
    rate = front_end["sample_rate"]
    samples = librosa.resample(audio, orig_sr=RATE, target_sr=rate, res_type="soxr_hq")
    energies = librosa.feature.melspectrogram(
        y=samples,
        sr=rate,
        n_fft=front_end["n_fft"],
        win_length=front_end["win_length"],
        hop_length=front_end["hop_length"],
        n_mels=front_end["n_mels"],
        fmin=front_end["f_min"],
        fmax=front_end["f_max"],
    )
    return librosa.power_to_db(energies, top_db=None)


def milliseconds(run, runs):
    """Of one run, after one that does not count."""
    run()
    begun = time.perf_counter()
    for _ in range(runs):
        run()
    return (time.perf_counter() - begun) * 1_000 / runs


def main():
    """Answers requests until there are no more."""
    audio = np.random.default_rng(1).uniform(-0.1, 0.1, RATE * SECONDS).astype(np.float32)
    networks = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "open" in request:
            network = networks[request["open"]] = Network(request)
            answer = {
                "outputs": network.run().ravel().tolist(),
                "onnxruntime": onnxruntime.__version__,
                "librosa": librosa.__version__,
            }
        elif request["part"] == "librosa":
            front_end = request["front_end"]
            answer = {"ms": milliseconds(lambda: features(audio, front_end), request["runs"])}
        else:
            answer = {"ms": milliseconds(networks[request["name"]].run, request["runs"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
