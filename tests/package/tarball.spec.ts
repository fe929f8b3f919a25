// The content of the tarball, and what package linters report about it.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "@playwright/test";
import { REPOSITORY } from "../e2e/support/environment";
import { APPS, exampleFolder, INSTALLED, TARBALL, tool } from "./support/apps";

const read = (path: string): string => readFileSync(join(INSTALLED, path), "utf8");
const files = (): string[] =>
  readdirSync(INSTALLED, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(INSTALLED, path)).isFile())
    .sort();

interface Manifest {
  version: string;
  scripts?: unknown;
  dependencies?: unknown;
  exports: Record<string, string | Record<string, string>>;
}
const manifest = JSON.parse(read("package.json")) as Manifest;

/** The scripts that have a map. */
const MAPPED = ["index", "node", ...["decoder", "recordings", "teacher", "worker"].map((name) => `sourcing-sound-${name}`)];

test("it contains what it needs and nothing else", () => {
  const scripts = MAPPED;
  const outsideTypes = files().filter((path) => !/^(dist\/types|docs)\//.test(path));
  expect(outsideTypes).toEqual(
    [
      "LICENSE-APACHE",
      "LICENSE-MIT",
      "README.md",
      "package.json",
      ...scripts.flatMap((name) => [`dist/${name}.js`, `dist/${name}.js.map`]),
      "dist/sourcing-sound-place.js",
      "dist/sourcing-sound-worklet.js",
      "dist/sourcing-sound-decoder.wasm",
      "dist/sourcing-sound-general.wasm",
      "dist/sourcing-sound-relaxed.wasm",
      "dist/sourcing-sound-teacher.wasm",
      "dist/sourcing-sound.wasm",
      ...["everyday.d.ts", "everyday.js", "everyday.md", "everyday.onnx"].map((name) => `dist/models/${name}`),
      ...["d.ts", "js", "json"].map((kind) => `dist/models/everyday.background.${kind}`),
      ...["d.ts", "head.json", "js", "md"].map((kind) => `dist/models/urban.${kind}`),
      ...["urban-tiny.d.ts", "urban-tiny.js", "urban-tiny.md", "urban-tiny.onnx"].map((name) => `dist/models/${name}`),
    ].sort(),
  );
  expect(statSync(TARBALL).size).toBeLessThanOrEqual(6e6);
});

test("its version is the crate's, it runs no script and needs no other package", () => {
  const cargo = readFileSync(join(REPOSITORY, "Cargo.toml"), "utf8");
  expect(manifest.version).toBe(/^version = "(.*)"$/m.exec(cargo)![1]);
  expect(manifest.scripts).toBeUndefined();
  expect(manifest.dependencies).toBeUndefined();
});

test("every entry point leads to a file, types first", () => {
  const modules = ["./wasm", "./wasm-relaxed", "./wasm-general", "./wasm-decoder", "./wasm-teacher"];
  expect(Object.keys(manifest.exports)).toEqual([".", "./node", "./worklet", "./worker", "./decoder", ...modules, "./models/*", "./package.json"]);
  for (const [name, target] of Object.entries(manifest.exports)) {
    if (name.includes("*")) continue;
    const targets = typeof target === "string" ? { default: target } : target;
    if (typeof target !== "string") expect(Object.keys(target)[0]).toBe("types");
    for (const path of Object.values(targets)) expect(files(), `${name}: ${path}`).toContain(path.slice(2));
  }
});

test("each script has a map with its sources or can be read as it is, and no bundler puts the worklet into a data: address", () => {
  for (const name of MAPPED) {
    const script = read(`dist/${name}.js`);
    expect(script).toContain(`//# sourceMappingURL=${name}.js.map`);
    const map = JSON.parse(read(`dist/${name}.js.map`)) as { sources: string[]; sourcesContent: (string | null)[] };
    expect(map.sources.length).toBeGreaterThan(0);
    const absent = map.sources.filter((_, i) => typeof map.sourcesContent[i] !== "string");
    expect(absent.filter((source) => !source.includes("node_modules/"))).toEqual([]);
  }
  const worklet = read("dist/sourcing-sound-worklet.js");
  expect(worklet).toMatch(/^class CaptureProcessor|^var CaptureProcessor/m);
  expect(worklet).not.toContain("sourceMappingURL");
  // Vite's limit.
  expect(worklet.length).toBeGreaterThan(4096);
  expect(worklet).not.toMatch(/^import /m);
});

test("its texts about the models contain their licences", () => {
  expect(read("dist/models/urban-tiny.md")).toMatch(/CC BY-NC 3\.0/);
  expect(read("dist/models/everyday.md")).toMatch(/Weights: MIT/);
  expect(read("README.md")).toMatch(/licence/i);
});

test("its README and guides have no links to files outside it", () => {
  const texts = files().filter((path) => path.endsWith(".md"));
  expect(texts.filter((path) => path.startsWith("docs/")).length).toBeGreaterThan(6);
  for (const text of texts) {
    for (const [, target] of read(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|#)/.test(target!)) continue;
      const path = normalize(join(dirname(text), target!.replace(/#.*/, "")));
      expect(files(), `${text}: ${target}`).toContain(path);
    }
  }
});

test("the files have the sizes that the guide on hosting states", () => {
  const rows = [...read("docs/hosting.md").matchAll(/^\| `([\w./-]+)` \| ([\d.]+) (k|M)B/gm)];
  expect(rows).toHaveLength(15);
  for (const [, name, size, unit] of rows) {
    const bytes = Number(size) * (unit === "k" ? 1e3 : 1e6);
    const actual = statSync(join(INSTALLED, "dist", name!)).size;
    expect(Math.abs(actual / bytes - 1), `${name}: ${actual} bytes, stated ${bytes}`).toBeLessThan(0.06);
  }
});

test("publint reports nothing", async () => {
  expect(await tool("publint", [TARBALL, "--strict"], APPS)).toContain("All good!");
});

test("arethetypeswrong reports nothing", async () => {
  // Its exit code says so; `require` and resolution without `exports` are not for a package of modules.
  expect(await tool("attw", [TARBALL, "--profile", "esm-only"], APPS)).toContain("🟢");
});

/** A declaration file, with those that it re-exports. */
const declarations = (path: string): string =>
  read(path).replace(/export \* from "(.+)\.js";/g, (_, other: string) => declarations(join(dirname(path), `${other}.d.ts`)));

for (const platform of ["page", "node"]) {
  test(`a program that uses every export compiles in strict mode: ${platform}`, async () => {
    const program = readFileSync(join(APPS, "types", `${platform}.ts`), "utf8");
    const declared = declarations(`dist/types/${platform}/index.d.ts`);
    const lists = [...declared.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => list!.split(","));
    const own = [...declared.matchAll(/export (?:declare )?(?:class|function|interface|type|const) (\w+)/g)].map(([, name]) => name!);
    const exported = [...lists.map((name) => name.replace(/^\s*type\s/, "").trim()), ...own];
    expect(exported.length).toBeGreaterThan(20);
    for (const name of exported) {
      // Once in the import, and at least once more.
      expect(program.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0, name).toBeGreaterThan(1);
    }
    await tool("tsc", ["-p", join("types", `tsconfig.${platform}.json`)], APPS);
  });
}

test("the examples in TypeScript compile in strict mode", async () => {
  await tool("tsc", ["-p", "."], exampleFolder("react"));
});

test("every link in the API reference works", async () => {
  await tool("typedoc", ["--options", join("types", "typedoc.json")], APPS);
});

test("importing it in Node has no side effects", () => {
  const script = `
    const before = Object.getOwnPropertyNames(globalThis).length;
    const names = Object.keys(await import("sourcing-sound"));
    if (Object.getOwnPropertyNames(globalThis).length !== before) throw new Error("a global was added");
    await import("sourcing-sound/models/everyday.js");
    console.log(names.sort().join(" "));`;
  const options = { cwd: APPS, encoding: "utf8" as const };
  const names = execFileSync(process.execPath, ["--input-type=module", "--eval", script], options).trim();
  expect(names).toBe("CORE_CODES Classifier PLATFORM_CODES SoundError Teacher hasRelaxedSimd listen openRecording");
});
