"""Threads, processes, signals, interpreters, pickles, and the end of a classifier."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sourcing_sound
from sounds import Samples, noise, siren
from sourcing_sound import Classifier, Predictions, SourcingSoundError


def python(script: str, timeout: float = 120) -> str:
    """The output of a script, which must succeed."""
    words = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Announced:
    """An array that announces when it is read."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.taken = threading.Event()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Samples:
        self.taken.set()
        return self.samples


LONG = np.broadcast_to(np.float32(0.1), (8_000 * 900,))


def test_threads_share_a_classifier(classifier: Classifier) -> None:
    sounds = [noise(3, seed=seed) for seed in range(8)]
    alone = [classifier.classify(sound, 16_000).scores.tobytes() for sound in sounds]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda sound: classifier.classify(sound, 16_000), sounds)
        assert [predictions.scores.tobytes() for predictions in together] == alone


def test_other_threads_run_meanwhile(classifier: Classifier) -> None:
    audio = Announced(LONG)
    work = threading.Thread(target=lambda: classifier.classify(audio, 8_000))
    work.start()
    audio.taken.wait()
    # Each yields to the other thread, which would keep the GIL to the end of its work.
    for _ in range(1_000):
        time.sleep(0)
    assert work.is_alive()
    work.join()


MINUTE = np.broadcast_to(np.float32(0.1), (8_000 * 60,))


def refused_meanwhile(work: Callable[[], object], other: Callable[[], object]) -> None:
    """Asserts that ``work``, repeated in a thread of its own, refuses ``other`` at some time."""
    refused = threading.Event()

    def repeat() -> None:
        while not refused.is_set():
            work()

    with ThreadPoolExecutor(1) as pool:
        repeated = pool.submit(repeat)
        while not (refused.is_set() or repeated.done()):
            try:
                other()
            except sourcing_sound.BusyError as error:
                assert error.code == "busy"
                refused.set()
        repeated.result()
    other()


def test_a_stream_in_use_refuses_a_second_thread(classifier: Classifier) -> None:
    stream = classifier.stream(8_000)

    def push() -> None:
        # The other thread's call refuses this one just as well.
        with contextlib.suppress(sourcing_sound.BusyError):
            stream.push(MINUTE)

    refused_meanwhile(push, lambda: stream.push(MINUTE[:0]))


def test_a_teacher_in_use_refuses_a_second_thread() -> None:
    teacher = sourcing_sound.Teacher()
    # Looking at the examples refuses no call: it keeps the GIL.
    refused_meanwhile(
        lambda: teacher.add("hum", MINUTE, 8_000, recording="a"), lambda: teacher.examples
    )
    assert len(teacher.examples) > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_process_forked_during_a_call_does_not_wait_forever() -> None:
    # The thread that uses the stream is not in the child, so nothing there ends its call.
    printed = python(
        """
        import os, threading
        import numpy as np
        from sourcing_sound import BusyError, Classifier

        classifier = Classifier()
        stream = classifier.stream(8_000)
        nothing = np.zeros(0, np.float32)
        hour = np.full(8_000 * 3_600, 0.1, np.float32)
        threading.Thread(target=stream.push, args=(hour,), daemon=True).start()
        busy = False
        while not busy:
            try:
                stream.push(nothing)
            except BusyError:
                busy = True
        child = os.fork()
        if child == 0:
            try:
                stream.push(nothing)
            except BusyError as error:
                scores = classifier.classify(np.zeros(16_000, np.float32), 16_000).scores
                os._exit(0 if scores.shape == (1, 527) else 3)
            os._exit(2)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        os._exit(0)
        """
    )
    assert printed == "0\n"


def scores(job: tuple[Classifier, Samples]) -> bytes:
    return job[0].classify(job[1], 16_000).scores.tobytes()


SHARED: list[Classifier] = []


def scores_of_shared(sound: Samples) -> bytes:
    return SHARED[0].classify(sound, 16_000, threads=2).scores.tobytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_uses_the_classifier_of_its_parent(classifier: Classifier) -> None:
    sounds = [noise(2, seed=seed) for seed in range(4)]
    expected = [scores((classifier, sound)) for sound in sounds]
    SHARED[:] = [classifier]
    with warnings.catch_warnings():
        # About the threads of earlier tests, which have ended.
        warnings.simplefilter("ignore", DeprecationWarning)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(scores_of_shared, sounds) == expected


def test_spawned_workers_get_classifiers_and_give_predictions(tmp_path: Path) -> None:
    script = tmp_path / "workers.py"
    script.write_text(
        textwrap.dedent(
            """
            import multiprocessing
            import numpy as np
            from sourcing_sound import Classifier

            def work(job):
                classifier, seed = job
                sound = np.random.default_rng(seed).normal(0, 0.1, 40_000).astype(np.float32)
                return classifier.classify(sound, 16_000)

            if __name__ == "__main__":
                jobs = [(Classifier(head="urban"), seed) for seed in range(4)]
                with multiprocessing.get_context("spawn").Pool(2) as pool:
                    results = pool.map(work, jobs)
                for job, result in zip(jobs, results):
                    assert result.scores.tobytes() == work(job).scores.tobytes()
                    assert result[0].top(3) == work(job)[0].top(3)
                print(len(results))
            """
        )
    )
    words = [sys.executable, str(script)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr


def test_pickles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classifier: Classifier) -> None:
    model = Path(__file__).parents[3] / "models" / "urban-v1" / "model.onnx"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.onnx").write_bytes(model.read_bytes())
    originals = [
        classifier,
        Classifier("urban", head_only=True),
        Classifier(head="urban"),
        Classifier("own.onnx"),
        Classifier(model.read_bytes()),
    ]
    pickled = [pickle.dumps(original) for original in originals]
    # The worker's current folder is another one.
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for original, text in zip(originals, pickled):
        copy = pickle.loads(text)
        assert copy.labels == original.labels
        sound = siren()
        found, expected = copy.classify(sound, 16_000), original.classify(sound, 16_000)
        assert found.scores.tobytes() == expected.scores.tobytes()
    assert len(pickled[0]) < 1_000
    assert pickle.loads(pickle.dumps(Classifier)) is Classifier


def test_predictions_and_exceptions_can_be_pickled(classifier: Classifier) -> None:
    predictions = classifier.classify(np.stack([siren(), -siren()]), 16_000)
    copy = pickle.loads(pickle.dumps(predictions))
    assert isinstance(copy, Predictions)
    assert copy.scores.tobytes() == predictions.scores.tobytes()
    for name in ("events", "warnings", "duration", "sample_rate", "source", "labels"):
        assert getattr(copy, name) == getattr(predictions, name)
    assert copy[2].top(5) == predictions[2].top(5) and copy[2].groups() == predictions[2].groups()
    # One of many is no larger than one alone.
    alone = classifier.classify(siren(2), 16_000)
    assert len(pickle.dumps(predictions[3])) < len(pickle.dumps(alone[0])) + 100
    for arguments in (("none.wav",), (siren(), -1), (None, 16_000)):
        with pytest.raises(SourcingSoundError) as raised:
            classifier.classify(*arguments)
        error = pickle.loads(pickle.dumps(raised.value))
        assert type(error) is type(raised.value)
        assert (error.code, str(error)) == (raised.value.code, str(raised.value))


def test_a_closed_classifier() -> None:
    with Classifier() as classifier:
        audio = Announced(LONG)
        results: list[Predictions] = []
        work = threading.Thread(target=lambda: results.append(classifier.classify(audio, 8_000)))
        work.start()
        audio.taken.wait()
    work.join()
    assert len(results) == 1, "what is under way goes on"
    assert classifier.closed
    classifier.close()
    calls: list[Any] = [
        lambda: classifier.classify(siren(), 16_000),
        lambda: classifier.events(siren(), 16_000),
        lambda: classifier.embed(siren(), 16_000),
        lambda: classifier.log_mel(siren(), 16_000),
        lambda: classifier.stream(16_000),
        lambda: classifier.labels,
        lambda: classifier.name,
        lambda: pickle.dumps(classifier),
        lambda: classifier.__enter__(),
    ]
    for call in calls:
        with pytest.raises(sourcing_sound.ClosedError) as raised:
            call()
        assert raised.value.code == "closed"
    assert repr(classifier) == "<Classifier, closed>"


@pytest.mark.skipif(not hasattr(os, "kill") or os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize(
    "call",
    [
        "classifier.classify(Announced(), 8_000)",
        "classifier.classify(Announced(), 8_000, threads=2)",
        "classifier.embed(Announced(), 8_000)",
        "classifier.log_mel(Announced(), 8_000)",
    ],
)
def test_ctrl_c_interrupts_long_work(call: str) -> None:
    # Without a check for signals, a hundred days of sound would take most of an hour.
    printed = python(
        f"""
        import os, signal, threading
        import numpy as np
        from sourcing_sound import Classifier

        # A shell that runs the tests in the background lets their programs ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        classifier = Classifier()
        days = np.broadcast_to(np.float32(0.1), (8_000 * 86_400 * 100,))
        taken = threading.Event()

        class Announced:
            def __array__(self, dtype=None, copy=None):
                taken.set()
                return days

        def press():
            taken.wait()
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=press).start()
        try:
            {call}
        except KeyboardInterrupt:
            print("interrupted")
        print(len(classifier.classify(np.zeros(16_000, np.float32), 16_000)))
        """
    )
    assert printed == "interrupted\n1\n"


def test_ctrl_c_interrupts_lessons_between_recordings() -> None:
    printed = python(
        """
        import os, signal
        import numpy as np
        from sourcing_sound import Teacher, teach

        signal.signal(signal.SIGINT, signal.default_int_handler)

        class Pressed:
            '''The second recording, during which Ctrl-C is pressed.'''

            def __fspath__(self):
                os.kill(os.getpid(), signal.SIGINT)
                return "no such file.wav"

        try:
            teach({"wail": [Pressed()]})
        except KeyboardInterrupt:
            print("interrupted")
        teacher = Teacher()
        print(teacher.add("wail", np.ones(16_000, np.float32), 16_000))
        """
    )
    assert printed == "interrupted\n1\n"


def test_a_panic_is_an_exception_with_a_code() -> None:
    # The one that can be provoked without a bug: numpy lacks what the compiled part needs from it.
    printed = python(
        """
        import numpy
        try:
            from numpy._core import multiarray
        except ImportError:
            from numpy.core import multiarray
        for module in (multiarray, multiarray._multiarray_umath):
            if hasattr(module, "_ARRAY_API"):
                del module._ARRAY_API
        try:
            import sourcing_sound
        except Exception as error:
            print(type(error).__name__, error.code, "please report it" in str(error))
        """
    )
    assert printed == "InferenceError internal True\n"


def test_a_second_interpreter_is_refused() -> None:
    printed = python(
        """
        import sys
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        import sourcing_sound

        code = (
            "try:\\n"
            "    import sourcing_sound\\n"
            "except ImportError as error:\\n"
            "    print(type(error).__name__, error.code, flush=True)\\n"
        )
        interpreter = interpreters.create()
        failed = interpreters.run_string(interpreter, code)
        assert failed is None, failed
        interpreters.destroy(interpreter)
        print(len(sourcing_sound.Classifier().labels))
        """
    )
    assert printed == "UnsupportedError unsupported\n527\n"
