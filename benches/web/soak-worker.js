// The package's worker, which also reports the size of the module's memory.

const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const instance = await instantiate(...args);
  const { memory } = instance.exports;
  const channel = new BroadcastChannel("wasm-bytes");
  channel.onmessage = ({ data }) => data === "how many" && channel.postMessage(memory.buffer.byteLength);
  return instance;
};
// Messages that come before the worker's own script has run wait for it.
const early = [];
const keep = (event) => early.push(event);
addEventListener("message", keep);
await import("/dist/sourcing-sound-worker.js");
removeEventListener("message", keep);
for (const { data } of early) onmessage(new MessageEvent("message", { data }));
