// A network of an ONNX file in the operators of tfjs, with the axes in its order: height, width,
// channels. As its own converter does, a convolution takes in its bias and a Relu after it.

import { padding } from "./network.mjs";

/** Weights [outputs][inputs][height][width] in the order of tfjs: [height][width][inputs][outputs]. */
function spatialFirst({ shape: [outputs, inputs, height, width], data }) {
  const moved = new Float32Array(data.length);
  const area = height * width;
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let at = 0; at < area; at++) {
        moved[(at * inputs + input) * outputs + output] = data[(output * inputs + input) * area + at];
      }
    }
  }
  return { data: moved, kernel: [height, width] };
}

const convolution = (tf, graph, { inputs, attributes }, activation) => {
  const weights = graph.constants.get(inputs[1]);
  const bias = inputs[2] && tf.tensor1d(graph.constants.get(inputs[2]).data);
  const [outputs, perGroup] = weights.shape;
  const { group = 1, strides = [1, 1], dilations = [1, 1] } = attributes;
  const isDepthwise = group > 1;
  if (isDepthwise && (perGroup !== 1 || outputs !== group)) throw new Error("a grouped convolution is not supported here");
  const { data, kernel } = spatialFirst(weights);
  const filter = tf.tensor4d(data, isDepthwise ? [...kernel, outputs, 1] : [...kernel, perGroup, outputs]);
  const pad = [[0, 0], padding(attributes, 0), padding(attributes, 1), [0, 0]];
  const fused = isDepthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  return (x) => fused({ x, filter, bias, strides, dilations, pad, activation });
};

const pooled = (pool) => (tf, _graph, { attributes }) => {
  const { kernel_shape: size, strides = [1, 1] } = attributes;
  if (attributes.pads?.some((pad) => pad > 0)) throw new Error("a pool with padding is not supported here");
  return (x) => tf[pool](x, size, strides, "valid");
};

const linear = (tf, graph, { inputs, attributes }, activation) => {
  const { alpha = 1, beta = 1, transA = 0, transB = 0 } = attributes;
  if (alpha !== 1 || beta !== 1 || transA) throw new Error("a linear layer with factors is not supported here");
  const { data, shape } = graph.constants.get(inputs[1]);
  const weights = tf.tidy(() => {
    const given = tf.tensor2d(data, shape);
    return transB ? tf.transpose(given) : given;
  });
  const bias = tf.tensor1d(graph.constants.get(inputs[2]).data);
  return (a) => tf.fused.matMul({ a, b: weights, bias, activation });
};

/** What builds each operator: a function of its tensors. */
const OPERATORS = {
  Conv: convolution,
  Gemm: linear,
  MaxPool: pooled("maxPool"),
  AveragePool: pooled("avgPool"),
  GlobalAveragePool: (tf) => (x) => tf.mean(x, [1, 2], true),
  GlobalMaxPool: (tf) => (x) => tf.max(x, [1, 2], true),
  Relu: (tf) => (x) => tf.relu(x),
  Sigmoid: (tf) => (x) => tf.sigmoid(x),
  HardSwish: (tf) => (x) => tf.mul(x, tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6)),
  Add: (tf) => (a, b) => tf.add(a, b),
  Mul: (tf) => (a, b) => tf.mul(a, b),
  Flatten: (tf) => (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [1, -1]),
};

/** Steps [outputs' name, inputs' names, function], a Relu joined with the layer before it. */
function steps(tf, graph) {
  const uses = new Map();
  for (const name of graph.nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const joined = new Set();
  const built = [];
  for (const node of graph.nodes) {
    if (joined.has(node)) continue;
    const build = OPERATORS[node.op];
    if (!build) throw new Error(`the operator ${node.op} is not supported here`);
    let [output] = node.outputs;
    const next = graph.nodes.find(({ op, inputs }) => op === "Relu" && inputs[0] === output);
    const joins = next && (node.op === "Conv" || node.op === "Gemm") && uses.get(output) === 1;
    if (joins) {
      joined.add(next);
      [output] = next.outputs;
    }
    const inputs = node.inputs.filter((name) => !graph.constants.has(name));
    built.push([output, inputs, build(tf, graph, node, joins ? "relu" : "linear")]);
  }
  return built;
}

/** The network's runner: from its input, [nMels][frames], to the values of its first output. */
export function buildTfjs(tf, graph) {
  const network = steps(tf, graph);
  const { nMels, frames } = graph;
  return (input) =>
    tf.tidy(() => {
      const values = new Map([[graph.inputs[0], tf.tensor4d(input, [1, nMels, frames, 1])]]);
      for (const [output, inputs, run] of network) {
        values.set(output, run(...inputs.map((name) => values.get(name))));
      }
      return values.get(graph.outputs[0]).dataSync();
    });
}
