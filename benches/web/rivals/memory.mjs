// The wasm memories of each runtime. Most keep theirs to themselves, so the page notes the memory of
// every module at the time when it starts. Import this before any runtime.

const memories = new Map();
let owner;

/** Memories that appear from now on belong to `name`. */
export function ownedBy(name) {
  owner = name;
}

/** Bytes of all memories of `name`. */
export function memoryBytes(name) {
  const bytes = [...(memories.get(name) ?? [])].map(({ buffer }) => buffer.byteLength);
  return bytes.reduce((sum, length) => sum + length, 0);
}

const Memory = WebAssembly.Memory;

function note(memory) {
  if (!memories.has(owner)) memories.set(owner, new Set());
  memories.get(owner).add(memory);
}

function noteExports(instance) {
  for (const value of Object.values(instance.exports)) if (value instanceof Memory) note(value);
}

// Some runtimes make the memory themselves and hand it to their module.
WebAssembly.Memory = new Proxy(Memory, {
  construct(target, options) {
    const memory = new target(...options);
    note(memory);
    return memory;
  },
});
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, options) {
    const instance = new target(...options);
    noteExports(instance);
    return instance;
  },
});
for (const start of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[start];
  WebAssembly[start] = async (...given) => {
    const started = await original.apply(WebAssembly, given);
    noteExports(started.instance ?? started);
    return started;
  };
}
