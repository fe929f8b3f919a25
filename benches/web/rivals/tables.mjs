// What was measured, as Markdown.

/** What the names stand for. */
const TITLES = {
  "sourcing-sound": "sourcing-sound, lean engine",
  plain: "the same without relaxed SIMD",
  tract: "sourcing-sound, general engine (tract)",
  tfjs: "tfjs, wasm backend",
  mediapipe: "MediaPipe tasks-audio",
};

/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Three significant digits, in plain notation. */
export function short(value) {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** A table; its first column is text, the others are numbers. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  return line(header) + `|---${"|--:".repeat(header.length - 1)}|\n` + rows.map(line).join("");
}

/** The median of a round's times divided by those of ours in the same round. */
export const ratio = (times, ours) => median(times.map((ms, round) => ms / ours[round]));

function timesTable(times, last, cell) {
  const ours = times["sourcing-sound"].ms;
  const rows = Object.entries(times).map(([name, { ms: values }]) => [
    TITLES[name] ?? name,
    short(median(values)),
    short(Math.min(...values)),
    short(ratio(values, ours)),
    ...cell(name, values),
  ]);
  return table(["", "median ms", "least ms", "× ours", ...last], rows);
}

function network({ name, nMels, frames, windows, multiplyAdds, differences, times }) {
  const speed = (values) => short((2 * multiplyAdds) / median(values) / 1e6);
  return (
    `### ${name}\n\nOne run on ${nMels} × ${frames} features, ${short(multiplyAdds / 1e6)} million multiply-adds:\n\n` +
    timesTable(times.network, ["GFLOP/s", "greatest difference"], (runtime, values) => [
      speed(values),
      differences[runtime] === 0 ? "0" : differences[runtime].toExponential(1),
    ]) +
    `\nFeatures of 4 s of audio at 48 kHz, ${nMels} bands:\n\n${timesTable(times.frontEnd, [], () => [])}` +
    `\nFrom 4 s of audio to scores, ${windows} ${windows === 1 ? "run" : "runs"} of the network:\n\n` +
    timesTable(times.pipeline, [], () => [])
  );
}

function downloads(runtimes) {
  const kilobytes = (bytes) => Math.round(bytes / 1e3).toLocaleString("en");
  const rows = runtimes.map(({ name, version, bytes, gzip_bytes, brotli_bytes, load_ms, memory_bytes }) => [
    [TITLES[name] ?? name, version].filter(Boolean).join(" "),
    kilobytes(bytes),
    kilobytes(gzip_bytes),
    kilobytes(brotli_bytes),
    short(Math.min(...load_ms)),
    memory_bytes ? short(memory_bytes / 1e6) : "–",
  ]);
  return table(["", "kB", "gzip kB", "brotli kB", "load ms", "wasm MB"], rows);
}

/** All tables. */
export const tables = ({ runtimes, networks }) =>
  `${networks.map(network).join("\n")}\n### Runtimes\n\n${downloads(runtimes)}`;
