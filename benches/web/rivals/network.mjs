// A network as the page needs it: constants folded, the input's shape, multiply-adds per run.

import { readOnnx } from "./onnx.mjs";

const count = (shape) => shape.reduce((product, length) => product * length, 1);

/** Elementwise product of two constants of equally many axes, of which either may have length 1. */
function product(a, b) {
  const axes = Math.max(a.shape.length, b.shape.length);
  const padded = ({ shape }) => [...Array(axes - shape.length).fill(1), ...shape];
  const [left, right] = [padded(a), padded(b)];
  const shape = left.map((length, axis) => Math.max(length, right[axis]));
  const data = new Float32Array(count(shape));
  for (let at = 0; at < data.length; at++) {
    let [rest, i, j] = [at, 0, 0];
    let [iStep, jStep] = [1, 1];
    for (let axis = axes - 1; axis >= 0; axis--) {
      const index = rest % shape[axis];
      rest = (rest - index) / shape[axis];
      if (left[axis] > 1) i += index * iStep;
      if (right[axis] > 1) j += index * jStep;
      iStep *= left[axis];
      jStep *= right[axis];
    }
    data[at] = a.data[i] * b.data[j];
  }
  return { shape, data };
}

/** How weights are unpacked; every runtime does this once, when it loads a model. */
const FOLDED = {
  Cast: (given) => given,
  Mul: product,
  Reshape: ({ data, shape }, { data: wanted }) => {
    const kept = wanted.map((length, axis) => (length === 0 ? shape[axis] : length));
    const known = kept.filter((length) => length > 0).reduce((all, length) => all * length, 1);
    return { data, shape: kept.map((length) => (length < 0 ? count(shape) / known : length)) };
  },
};

/** Replaces nodes whose inputs are all constants by a constant. */
function fold(graph) {
  graph.nodes = graph.nodes.filter(({ op, inputs, outputs }) => {
    const values = inputs.map((name) => graph.constants.get(name));
    if (!values.every(Boolean)) return true;
    if (!FOLDED[op]) throw new Error(`the operator ${op} on constants is not supported here`);
    graph.constants.set(outputs[0], FOLDED[op](...values));
    return false;
  });
}

/** [begin, end] of the padding of an axis, 0 for height and 1 for width. */
export function padding({ pads = [0, 0, 0, 0] }, axis) {
  return [pads[axis], pads[axis + 2]];
}

/** Height and width of the windows' grid over an input. */
function grid(attributes, [, , height, width], kernel) {
  const { strides = [1, 1], dilations = [1, 1], auto_pad: auto = "NOTSET", ceil_mode: ceil = 0 } = attributes;
  if (auto !== "NOTSET" || ceil) throw new Error("auto_pad and ceil_mode are not supported here");
  return [height, width].map((length, axis) => {
    const [before, after] = padding(attributes, axis);
    const span = dilations[axis] * (kernel[axis] - 1) + 1;
    return Math.floor((length + before + after - span) / strides[axis]) + 1;
  });
}

/** Shape and multiply-adds of a node's output. Only convolutions and linear layers multiply and add. */
function shapeOf({ op, attributes, inputs }, shapes) {
  const input = shapes.get(inputs[0]);
  const weight = shapes.get(inputs[1]);
  if (op === "Conv") {
    const [outputs, perGroup, ...kernel] = weight;
    const shape = [1, outputs, ...grid(attributes, input, kernel)];
    return { shape, multiplyAdds: count(shape) * perGroup * count(kernel) };
  }
  if (op === "Gemm") {
    const [rows, columns] = attributes.transB ? weight : [...weight].reverse();
    return { shape: [1, rows], multiplyAdds: rows * columns };
  }
  if (op === "MaxPool" || op === "AveragePool") {
    return { shape: [1, input[1], ...grid(attributes, input, attributes.kernel_shape)], multiplyAdds: 0 };
  }
  if (op.startsWith("Global")) return { shape: [1, input[1], 1, 1], multiplyAdds: 0 };
  if (op === "Flatten") return { shape: [1, count(input)], multiplyAdds: 0 };
  if (op === "Add" || op === "Mul") {
    return { shape: input.map((length, axis) => Math.max(length, weight[axis])), multiplyAdds: 0 };
  }
  if (op === "Relu" || op === "HardSwish" || op === "Sigmoid") return { shape: input, multiplyAdds: 0 };
  throw new Error(`the operator ${op} is not supported here`);
}

/** Reads a model file and finds what one run of it computes. */
export function readNetwork(bytes) {
  const graph = readOnnx(bytes);
  fold(graph);
  const about = (key) => graph.about.get(`sourcing_sound.${key}`);
  const nMels = Number(about("n_mels"));
  const frames = Number(about("patch_frames") ?? about("segment_frames"));
  const shapes = new Map([[graph.inputs[0], [1, 1, nMels, frames]]]);
  for (const [name, { shape }] of graph.constants) shapes.set(name, shape);
  let multiplyAdds = 0;
  for (const node of graph.nodes) {
    const output = shapeOf(node, shapes);
    shapes.set(node.outputs[0], output.shape);
    multiplyAdds += output.multiplyAdds;
  }
  return {
    ...graph,
    shapes,
    multiplyAdds,
    nMels,
    frames,
    hopSeconds: Number(about("hop_seconds")),
    hopLength: Number(about("hop_length")),
    sampleRate: Number(about("sample_rate")),
    mean: Number(about("mean")),
    std: Number(about("std")),
  };
}

/** Columns, [frames][nMels], as the network's input, [nMels][frames], normalised. */
export function layOut(columns, { nMels, frames, mean, std }) {
  const input = new Float32Array(nMels * frames);
  for (let frame = 0; frame < frames; frame++) {
    for (let mel = 0; mel < nMels; mel++) {
      input[mel * frames + frame] = (columns[frame * nMels + mel] - mean) / std;
    }
  }
  return input;
}
