// The module's build for relaxed SIMD: taken where it runs, replaced where it does not or is missing, and equal in its scores.

import type { Page } from "@playwright/test";
import { expect, test } from "./support/library";

const RELAXED = /sourcing-sound-relaxed\.wasm$/;

/** The modules that the page requests from now on, by the ends of their names. */
function modules(page: Page): string[] {
  const names: string[] = [];
  page.on("request", (request) => {
    const name = /sourcing-sound(-\w+)?\.wasm$/.exec(request.url());
    if (name) names.push(name[1] ?? "");
  });
  return names;
}

const load = async () => (await api.Classifier.load()).close();

test("Chromium supports it and uses it", async ({ library }) => {
  const asked = modules(library);
  expect(await library.evaluate(() => api.hasRelaxedSimd())).toBe(true);
  await library.evaluate(load);
  expect(asked).toEqual(["-relaxed"]);
});

test("a browser without it takes the other build", async ({ library }) => {
  const asked = modules(library);
  const has = await library.evaluate(() => {
    const { validate } = WebAssembly;
    // The opcode of `f32x4.relaxed_madd`.
    WebAssembly.validate = (bytes) => !String(bytes).includes("253,133,2") && validate(bytes);
    return api.hasRelaxedSimd();
  });
  expect(has).toBe(false);
  await library.evaluate(load);
  expect(asked).toEqual([""]);
});

test("if it is missing, the other build takes its place", async ({ library }) => {
  await library.route(RELAXED, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  const asked = modules(library);
  await library.evaluate(load);
  expect(asked).toEqual(["-relaxed", ""]);
});

test("if neither can be fetched, the error names the last one", async ({ library }) => {
  await library.route(/\.wasm$/, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  const error = await library.evaluate(() => codeOf(() => api.Classifier.load()));
  expect(error).toMatchObject({ code: "wasm-fetch", message: expect.stringMatching(/sourcing-sound\.wasm: this is HTML/) });
});

test("both builds give the same scores", async ({ library }) => {
  const worst = await library.evaluate(async () => {
    const scores = async (wasm: string) => {
      const classifier = await api.Classifier.load({ wasm });
      const sound = tone(4, 44_100).map((sample, at) => sample * Math.sin(at / 5e4));
      const results = await classifier.classify(sound, 44_100);
      classifier.close();
      return results.flatMap(({ categories }) => {
        return [...categories].sort((a, b) => a.index - b.index).map(({ score }) => score);
      });
    };
    const relaxed = await scores("/dist/sourcing-sound-relaxed.wasm");
    const plain = await scores("/dist/sourcing-sound.wasm");
    return Math.max(...relaxed.map((score, at) => Math.abs(score - plain[at]!)));
  });
  expect(worst).toBeLessThanOrEqual(1e-5);
});
