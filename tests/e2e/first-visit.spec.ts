// What a first visit loads before the first answer stays within www/budget.json.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WWW } from "./support/environment";
import { DIST } from "./support/own-host";
import { firstFiles, type Kind, listenAtOnce, sum, table, weighed } from "./support/first-visit";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

/** Limits in bytes, sent with brotli; those on instructions are tested by `cargo xtask test --only bench`. */
type Budget = Record<keyof typeof COUNTED | "decoder" | "teacher", number>;

/** What each limit is on. */
const COUNTED = {
  listen_script: (kind: Kind) => kind === "script",
  page: (kind: Kind) => kind !== "engine" && kind !== "model",
  engine: (kind: Kind) => kind === "engine",
  model: (kind: Kind) => kind === "model",
  first_visit: () => true,
};

const budget = JSON.parse(readFileSync(join(WWW, "budget.json"), "utf8")) as Budget;
const siren = SYNTHESISED["siren-sweep"]!;

test("what comes before the first answer is within the budget", async ({ open }) => {
  // A limit, not a wait: compressing the engine takes a while on a busy machine.
  test.setTimeout(180_000);
  const site = await listenAtOnce(open, writeWav("first-visit.wav", siren));
  const loaded = await weighed(await firstFiles(site));
  console.log(table(loaded));
  expect(Object.keys(budget).sort()).toEqual([...Object.keys(COUNTED), "decoder", "instructions", "teacher"].sort());
  expect(loaded.map(({ file }) => file)).not.toContainEqual(expect.stringMatching(/decoder|teacher/));
  for (const needed of ["html", "script", "style", "worker", "worklet", "icon", "manifest", "engine", "model"]) {
    expect(loaded.map(({ kind }) => kind), "kinds of files").toContain(needed);
  }
  for (const [name, isCounted] of Object.entries(COUNTED)) {
    const bytes = sum(loaded, isCounted);
    console.log(`${name}: ${bytes} of ${budget[name as keyof Budget]} bytes`);
    expect(bytes, `${name} in www/budget.json, in bytes with brotli`).toBeLessThanOrEqual(budget[name as keyof Budget]);
  }
});

const LATER = [
  { name: "decoder", when: "comes with the first recording that needs it", files: 2 },
  { name: "teacher", when: "comes with the first sound that is taught", files: 1 },
] as const;

for (const { name, when, files } of LATER) {
  test(`the ${name}, which ${when}, is within its own budget`, async () => {
    // A limit, not a wait, as above.
    test.setTimeout(180_000);
    const found = readdirSync(join(DIST, "assets")).filter((file) => file.startsWith(`sourcing-sound-${name}`));
    const loaded = await weighed(found.map((file) => `assets/${file}`));
    console.log(table(loaded));
    expect(loaded).toHaveLength(files);
    const bytes = sum(loaded, () => true);
    console.log(`${name}: ${bytes} of ${budget[name]} bytes`);
    expect(bytes, `${name} in www/budget.json, in bytes with brotli`).toBeLessThanOrEqual(budget[name]);
  });
}

test("a click at once: no other view's script is requested before the first answer", async ({ open }) => {
  const site = await listenAtOnce(open, writeWav("first-answer.wav", siren));
  const scripts = (await firstFiles(site)).filter((file) => file.endsWith(".js"));
  expect(scripts.map(nameOf).sort()).toEqual(["index", "sourcing-sound-worker", "sourcing-sound-worklet"]);
  // The others are loaded afterwards, without being opened.
  await site.expectModels("choice");
  const all = async () => {
    const names = await site.page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    return names.filter((name) => name.endsWith(".js")).map(nameOf);
  };
  await expect.poll(all).toEqual(expect.arrayContaining(["history", "files", "models", "details", "recordings"]));
  // The script that reads recordings is loaded with the first one.
  expect(await all()).not.toContain("sourcing-sound-recordings");
});

/** `assets/index-AbCd1234.js` → `index`. */
function nameOf(file: string): string {
  return file.replace(/^.*\//, "").replace(/-[\w-]{8}\.js$/, "");
}
