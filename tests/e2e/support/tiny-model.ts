// A model and a head made in the test, small and with nothing trained in them.
// The model gives the same result for every sound: a purring cat, whose general labels
// have higher scores than the specific one, as in real models.

import { createHash } from "node:crypto";
import { encode, type Field } from "./protobuf";

export const GROUPS = [
  { name: "Animals", icon: "animal" },
  { name: "Cat", icon: "cat" },
  { name: "Music", icon: "music" },
];

interface Label {
  label: string;
  group: number;
  parents: number[];
  /** Of the sigmoid. */
  logit: number;
}

/** More labels than the page's first model has. */
export const LABELS: Label[] = [
  { label: "Animal", group: 0, parents: [], logit: 2.2 },
  { label: "Cat", group: 1, parents: [0], logit: 2.6 },
  { label: "Purr", group: 1, parents: [1], logit: 1.45 },
  ...Array.from({ length: 9 }, (_, i) => ({ label: `Instrument ${i + 1}`, group: 2, parents: [], logit: -3 - i / 10 })),
];

/** Best first: a general label comes after a specific one that was recognised. */
export const RANKED = ["Purr", "Cat", "Animal", "Instrument 1"];

const BANDS = 24;
const FRAMES = 50;

/** The file's description: segments of one second, four predictions a second. */
const PROPS: Record<string, string> = {
  format_version: "1",
  name: "pets",
  description: "Hears a purring cat in everything",
  labels: JSON.stringify(LABELS.map(({ label }) => label)),
  sample_rate: "16000",
  n_fft: "512",
  win_length: "400",
  hop_length: "320",
  window: "hann",
  center: "false",
  framing: "tensorflow",
  power: "1",
  n_mels: String(BANDS),
  f_min: "125",
  f_max: "7500",
  mel_scale: "htk",
  norm: "none",
  log: "natural",
  log_offset: "0.001",
  mean: "0",
  std: "1",
  segment_frames: String(FRAMES),
  hop_seconds: "0.24",
  padding: "silence",
  activation: "sigmoid",
  temperature: "1",
  rejection_threshold: "0.2",
  smoothing_seconds: "0.5",
  event_on: "0.5",
  event_off: "0.4",
  training_data: "none",
  folds: "none",
  accuracy: "not measured",
  licence: "MIT OR Apache-2.0",
  config_hash: "0",
  embedding_size: String(LABELS.length),
  groups: JSON.stringify(GROUPS),
  label_groups: JSON.stringify(LABELS.map(({ group }) => group)),
  label_parents: JSON.stringify(LABELS.map(({ parents }) => parents)),
};

const FLOAT = 1;
const INTS = 7;

function floats(values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function tensor(name: string, shape: number[], values: number[]): Field[] {
  return [...shape.map((size): Field => [1, size]), [2, FLOAT], [8, name], [9, floats(values)]];
}

function node(op: string, inputs: string[], output: string, attributes: Field[] = []): Field[] {
  return [...inputs.map((input): Field => [1, input]), [2, output], [3, output], [4, op], ...attributes];
}

function value(name: string, shape: number[]): Field[] {
  const dimensions = shape.map((size): Field => [1, [[1, size]]]);
  return [[1, name], [2, [[1, [[1, FLOAT], [2, dimensions]]]]]];
}

/**
 * A convolution over all bands, averaged over time; its weights are negligible compared with its bias. `odd` inserts an
 * operator of one input that the package's own engine does not run.
 */
function graph(odd: string | undefined): Field[] {
  const n = LABELS.length;
  const mean = odd === undefined ? "mean" : "odd";
  const kernel: Field = [5, [[1, "kernel_shape"], [8, BANDS], [8, 1], [20, INTS]]];
  return [
    [1, node("Conv", ["log_mel", "weights", "bias"], "levels", [kernel])],
    [1, node("GlobalAveragePool", ["levels"], "mean")],
    ...(odd === undefined ? [] : [[1, node(odd, ["mean"], mean)] as Field]),
    [1, node("Flatten", [mean], "scores")],
    [1, node("Flatten", [mean], "embedding")],
    [2, "pets"],
    [5, tensor("weights", [n, 1, BANDS, 1], Array<number>(n * BANDS).fill(1e-7))],
    [5, tensor("bias", [n], LABELS.map(({ logit }) => logit))],
    [11, value("log_mel", [1, 1, BANDS, FRAMES])],
    [12, value("scores", [1, n])],
    [12, value("embedding", [1, n])],
  ];
}

/** The ONNX file, with the description changed by `changes`; a key that is `undefined` there is left out. */
export function model(changes: Record<string, string | undefined> = {}, odd?: string): Buffer {
  const props = Object.entries({ ...PROPS, ...changes }).filter((prop): prop is [string, string] => prop[1] !== undefined);
  return Buffer.from(
    encode([
      [1, 7],
      [7, graph(odd)],
      [8, [[1, ""], [2, 13]]],
      ...props.map(([key, text]): Field => [14, [[1, `sourcing_sound.${key}`], [2, text]]]),
    ]),
  );
}

/** A file as most tools export it: a network without a description. */
export function modelWithoutMetadata(): Buffer {
  return model(Object.fromEntries(Object.keys(PROPS).map((key) => [key, undefined])));
}

export const MODEL: Buffer = model();

/** One that only the general engine runs. */
export const GENERAL_MODEL: Buffer = model({ name: "odd pets" }, "Softplus");

/** The model's description, as in the site's list. */
export const DESCRIBED = {
  name: "pets",
  description: PROPS["description"]!,
  labels: LABELS.map(({ label }) => label),
  groups: GROUPS,
  labelGroups: LABELS.map(({ group }) => group),
  trainingData: "none",
  folds: "none",
  accuracy: "not measured",
  licence: "MIT OR Apache-2.0",
};

export const HEAD_LABELS = ["Pet", "No pet"];

/** The same for the head. */
export const HEAD_DESCRIBED = {
  ...DESCRIBED,
  name: "pet",
  description: "Tells a pet from none",
  labels: HEAD_LABELS,
  groups: [],
  labelGroups: [],
};

/** The head's file: "Pet" for every sound. `base` is the SHA-256 of the model that it was made for. */
export function head(base: string = sha256(MODEL)): Buffer {
  const weights = Array<number>(HEAD_LABELS.length * LABELS.length).fill(0);
  const file = {
    format: "sourcing-sound-head",
    version: 2,
    name: "pet",
    description: "Tells a pet from none",
    base: { name: "pets", sha256: base },
    labels: HEAD_LABELS,
    refines: {},
    features: ["embedding-mean"],
    segment_patches: 1,
    hop_seconds: 0.24,
    activation: "softmax",
    temperature: 1,
    rejection_threshold: 0,
    smoothing_seconds: 0.5,
    event_on: 0.5,
    event_off: 0.4,
    training_data: "none",
    folds: "none",
    accuracy: "not measured",
    licence: "MIT OR Apache-2.0",
    config_hash: "0",
    weights: Buffer.from(floats(weights)).toString("base64"),
    bias: Buffer.from(floats([6, 0])).toString("base64"),
  };
  return Buffer.from(JSON.stringify(file));
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
