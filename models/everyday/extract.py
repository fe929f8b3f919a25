"""Reads YAMNet out of its SavedModel and asks it about a few sounds.

`cargo xtask everyday` runs this in an environment of its own. By hand:

    pip install -r models/everyday/requirements.txt
    python models/everyday/extract.py --saved-model FOLDER --out FOLDER

Written into the output folder:

    yamnet.arrays      the variables, with what the graph says about them in the header (the layout
                       is that of crates/train/src/arrays.rs)
    golden/everyday.*  what the original network says of the sounds of `golden_sounds`

The goldens: everyday.json lists the sounds in order, with their lengths and patches.

    everyday.sounds.i16       16-bit samples at 16 kHz, sound after sound
    everyday.scores.f32       [patches][521], sound after sound
    everyday.embeddings.f32   [patches][1024], sound after sound
    everyday.log_mel.f32      [columns][64] of the one sound that everyday.json names

All numbers are little-endian.
"""

import argparse
import csv
import json
import os
import struct
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Other kernels round differently from one processor to the next.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np
import tensorflow as tf

SAMPLE_RATE = 16_000
# A patch and the hop between patches, in samples: 96 and 48 columns of 160, windows of 400.
PATCH, PATCH_HOP = 15_600, 7_680
BLOCKS = 13
# The sound whose columns are kept.
COLUMNS_OF = "knocks"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--saved-model", type=Path, required=True, help="folder of the SavedModel")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    arguments = parser.parse_args()
    network = load(arguments.saved_model)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_arrays(
        arguments.out / "yamnet.arrays",
        {
            **graph_facts(network),
            "labels": class_map(arguments.saved_model / "assets" / "yamnet_class_map.csv"),
        },
        variables(arguments.saved_model / "variables" / "variables"),
    )
    write_golden(arguments.out / "golden", network)


def load(folder):
    """The network from waveform to (scores, embeddings, log-mel columns). The SavedModel wraps it
    in a Keras model that keeps the scores only."""
    outer = tf.saved_model.load(str(folder))
    network = outer._trackable_children()["layer-1"].layer._func
    # Loaded objects live only as long as the one that holds them.
    network.outer = outer
    return network


def graph_facts(network):
    """Strides and the epsilon of batch norm as the graph has them; everything else that the
    exporter takes for granted is checked here."""
    (function,) = network.__call__.concrete_functions
    wanted = ["Conv2D", "DepthwiseConv2dNative", "FusedBatchNormV3", "Relu", "Relu6", "Mean"]
    nodes = [node for node in function.graph.as_graph_def().node if node.op in wanted]
    convolution = ["FusedBatchNormV3", "Relu"]
    block = ["DepthwiseConv2dNative", *convolution, "Conv2D", *convolution]
    expected = ["Conv2D", *convolution, *(BLOCKS * block), "Mean"]
    assert [node.op for node in nodes] == expected, "this is not the layout of YAMNet"
    strides = []
    for node in nodes:
        if "strides" in node.attr:
            one, rows, columns, last = node.attr["strides"].list.i
            assert (one, last) == (1, 1) and rows == columns, node.name
            assert node.attr["padding"].s == b"SAME", node.name
            strides.append(rows)
    epsilons = {node.attr["epsilon"].f for node in nodes if node.op == "FusedBatchNormV3"}
    assert len(epsilons) == 1, epsilons
    # As decimal as the authors wrote it, not as float32 rounds it.
    return {"strides": strides, "epsilon": float(f"{epsilons.pop():.6g}")}


def variables(checkpoint):
    """All variables of the inner network by plain names, such as `block3.depthwise.kernel`."""
    reader = tf.train.load_checkpoint(str(checkpoint))

    def read(layer, variable):
        prefix = f"layer-1/layer/_func/_yamnet/layer_with_weights-{layer}"
        return reader.get_tensor(f"{prefix}/{variable}/.ATTRIBUTES/VARIABLE_VALUE")

    arrays = {}

    def convolution(name, layer, kernel):
        arrays[f"{name}.kernel"] = read(layer, kernel)
        for plain, variable in [("beta", "beta"), ("mean", "moving_mean"),
                                ("variance", "moving_variance")]:
            arrays[f"{name}.{plain}"] = read(layer + 1, variable)

    convolution("stem", 0, "kernel")
    for block in range(BLOCKS):
        convolution(f"block{block}.depthwise", 2 + 4 * block, "depthwise_kernel")
        convolution(f"block{block}.pointwise", 4 + 4 * block, "kernel")
    for variable in ["kernel", "bias"]:
        arrays[f"dense.{variable}"] = read(2 + 4 * BLOCKS, variable)
    return arrays


def class_map(path):
    """The labels in the order of the outputs."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["index"]) for row in rows] == list(range(len(rows))), path
    return [{"mid": row["mid"], "label": row["display_name"]} for row in rows]


def write_arrays(path, value, arrays):
    names = [[name, list(array.shape)] for name, array in arrays.items()]
    header = json.dumps({"arrays": names, "value": value}).encode()
    with open(path, "wb") as file:
        file.write(b"SSarray1" + struct.pack("<Q", len(header)) + header)
        for array in arrays.values():
            file.write(array.astype("<f4").tobytes())


def golden_sounds():
    """Name and samples of short sounds: below a patch, exactly a patch, a little more than whole
    patches, loud, quiet, silent, tonal and noisy."""
    noise = np.random.Generator(np.random.PCG64(4))
    white = lambda samples: noise.standard_normal(samples)
    seconds = lambda samples: np.arange(samples) / SAMPLE_RATE

    # Two knocks; not a whole number of columns.
    time = seconds(4_733)
    since = time % 0.16
    knocks = (np.sin(2 * np.pi * 240 * since) + 0.6 * white(len(time))) * np.exp(-since / 0.012)
    yield "knocks", 0.4 * knocks + 0.002 * white(len(time))

    # A siren that rises and falls, one patch to the sample.
    time = seconds(PATCH)
    phase = 2 * np.pi * (900 * time - 60 * np.cos(2 * np.pi * time))
    siren = sum(np.sin(n * phase) / n**1.5 for n in range(1, 6))
    yield "siren", 0.3 * siren + 0.01 * white(len(time))

    # A buzzing voice of changing pitch over wind that swells; the last patch is nearly empty.
    time = seconds(PATCH + 2 * PATCH_HOP + 107)
    phase = 2 * np.pi * (130 * time + 6 * np.sin(2 * np.pi * 0.9 * time))
    voice = sum(np.sin(n * phase) / n for n in range(1, 24)) * (np.sin(2 * np.pi * 2.2 * time) > -0.3)
    wind = np.convolve(white(len(time) + 63), np.hanning(64), "valid") / 40
    yield "voice over wind", 0.15 * voice + 0.12 * wind * (1 + time)

    yield "quiet noise", 0.0006 * white(8_000)

    # A square wave that clips nothing and leaves nothing.
    yield "full scale", np.where(np.sin(2 * np.pi * 217 * seconds(6_400)) >= 0, 1.0, -1.0)

    yield "silence", np.zeros(3_200)


def write_golden(folder, network):
    folder.mkdir(parents=True, exist_ok=True)
    sounds, samples, scores, embeddings = [], [], [], []
    for name, sound in golden_sounds():
        sound = np.clip(np.round(32_768 * sound), -32_768, 32_767).astype("<i2")
        answer = network(tf.constant(sound.astype("f4") / 32_768))
        patches = 1 + -(-max(len(sound) - PATCH, 0) // PATCH_HOP)
        assert answer[0].shape == (patches, 521) and answer[1].shape == (patches, 1_024), name
        sounds.append({"name": name, "samples": len(sound), "patches": patches})
        samples.append(sound)
        # What differs from one processor to the next is rounded away.
        scores.append(np.round(answer[0].numpy(), 6))
        embeddings.append(np.round(answer[1].numpy(), 5))
        if name == COLUMNS_OF:
            columns = np.round(answer[2].numpy(), 5)
    np.concatenate(samples).tofile(folder / "everyday.sounds.i16")
    np.concatenate(scores).astype("<f4").tofile(folder / "everyday.scores.f32")
    np.concatenate(embeddings).astype("<f4").tofile(folder / "everyday.embeddings.f32")
    columns.astype("<f4").tofile(folder / "everyday.log_mel.f32")
    about = {"sample_rate": SAMPLE_RATE, "sounds": sounds, "log_mel": {
        "sound": COLUMNS_OF, "columns": len(columns)}}
    (folder / "everyday.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
