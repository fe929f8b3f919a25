// Reads an ONNX file: its graph, its constants and its description. tfjs cannot, so the page does.

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };
const TEXT = new TextDecoder();

/** Fields of a protobuf message: [number, value] in their order; a value is a number or bytes. */
function* fields(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [tag >>> 3, tag & 7];
    if (wire === WIRE.varint) {
      yield [field, varint()];
    } else if (wire === WIRE.bytes) {
      const length = varint();
      yield [field, bytes.subarray(at, at + length)];
      at += length;
    } else if (wire === WIRE.fixed32) {
      yield [field, view.getFloat32(at, true)];
      at += 4;
    } else if (wire === WIRE.fixed64) {
      yield [field, view.getFloat64(at, true)];
      at += 8;
    } else {
      throw new Error(`the model file has a field of wire type ${wire}, which ONNX does not use`);
    }
  }
}

/** A repeated number: packed into bytes, or one field each. */
function* numbers(value) {
  if (typeof value === "number") return yield value;
  let number = 0n;
  let shift = 0n;
  for (const byte of value) {
    number |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      yield Number(BigInt.asIntN(64, number));
      [number, shift] = [0n, 0n];
    }
  }
}

/** The value of a 16-bit float. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** ONNX's number of a type, and how its raw bytes become numbers. */
const TYPES = new Map([
  [1, (bytes) => Float32Array.from(new Float32Array(bytes))],
  [3, (bytes) => Float32Array.from(new Int8Array(bytes))],
  [7, (bytes) => Array.from(new BigInt64Array(bytes), Number)],
  [10, (bytes) => Float32Array.from(new Uint16Array(bytes), half)],
]);

function tensor(bytes) {
  const read = { dims: [], name: "", type: 0, raw: undefined };
  for (const [field, value] of fields(bytes)) {
    if (field === 1) read.dims.push(...numbers(value));
    else if (field === 2) read.type = value;
    else if (field === 8) read.name = TEXT.decode(value);
    else if (field === 9) read.raw = value.slice().buffer;
  }
  const decode = TYPES.get(read.type);
  if (!decode || !read.raw) {
    throw new Error(`the constant ${read.name} is of type ${read.type}, or has no raw data; the page reads f32, f16, i8, i64`);
  }
  return { name: read.name, shape: read.dims, data: decode(read.raw) };
}

function attribute(bytes) {
  let name = "";
  let value;
  for (const [field, given] of fields(bytes)) {
    if (field === 1) name = TEXT.decode(given);
    else if (field === 2 || field === 3) value = given;
    else if (field === 4) value = TEXT.decode(given);
    else if (field === 8) (value ??= []).push(...numbers(given));
  }
  return [name, value];
}

function node(bytes) {
  const read = { op: "", inputs: [], outputs: [], attributes: {} };
  for (const [field, value] of fields(bytes)) {
    if (field === 1) read.inputs.push(TEXT.decode(value));
    else if (field === 2) read.outputs.push(TEXT.decode(value));
    else if (field === 4) read.op = TEXT.decode(value);
    else if (field === 5) {
      const [name, given] = attribute(value);
      read.attributes[name] = given;
    }
  }
  return read;
}

/** The first text of a message, which is the name of a graph's input or output. */
function named(bytes) {
  for (const [field, value] of fields(bytes)) if (field === 1) return TEXT.decode(value);
  throw new Error("an input or output of the network has no name");
}

/**
 * @param {Uint8Array} bytes
 * @returns {{ nodes: object[], constants: Map<string, object>, inputs: string[], outputs: string[], about: Map<string, string> }}
 */
export function readOnnx(bytes) {
  const graph = { nodes: [], constants: new Map(), inputs: [], outputs: [], about: new Map() };
  for (const [field, value] of fields(bytes)) {
    if (field === 7) {
      for (const [inner, part] of fields(value)) {
        if (inner === 1) graph.nodes.push(node(part));
        else if (inner === 11) graph.inputs.push(named(part));
        else if (inner === 12) graph.outputs.push(named(part));
        else if (inner === 5) {
          const constant = tensor(part);
          graph.constants.set(constant.name, constant);
        }
      }
    } else if (field === 14) {
      const pair = new Map(fields(value));
      graph.about.set(TEXT.decode(pair.get(1)), TEXT.decode(pair.get(2)));
    }
  }
  graph.inputs = graph.inputs.filter((name) => !graph.constants.has(name));
  return graph;
}
