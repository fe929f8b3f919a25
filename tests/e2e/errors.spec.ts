// Each failure has its sentence, and the page is usable after it.

import { writeFileSync } from "node:fs";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

test("permission denied", async ({ open }) => {
  const site = await open({ permission: "deny" });
  await site.expectState("idle");
  await site.listen.click();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "permission-denied");
  await expect(site.notice).toContainText("may not use the microphone");
  await expect(site.listen).toHaveText("Start listening");
});

const DEVICE_ERRORS = [
  { given: "NotFoundError", code: "no-microphone", said: "No microphone was found" },
  { given: "NotReadableError", code: "microphone-busy", said: "in use by another program" },
];
for (const { given, code, said } of DEVICE_ERRORS) {
  // Chromium's fake devices cannot be made to fail, so the answer itself is replaced.
  test(`the browser answers ${given}`, async ({ open }) => {
    const site = await open({
      prepare: (page) =>
        page.addInitScript((name) => {
          navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("not now", name));
        }, given),
    });
    await site.expectState("idle");
    await site.listen.click();
    await site.expectState("error");
    await expect(site.notice).toHaveAttribute("data-code", code);
    await expect(site.notice).toContainText(said);
  });
}

test("microphone unplugged while listening", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.startListening();
  await site.unplug();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "device-lost");
  await expect(site.notice).toContainText("unplugged");
  await site.startListening();
});

test("model not found", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.route("**/*.onnx", (route) => route.fulfill({ status: 404, body: "no" })),
    expectedErrors: /404/,
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "model-fetch");
  await expect(site.notice).toContainText("The model could not be loaded");
  await expect(site.notice).toHaveAttribute("title", /model.*\.onnx answered 404/);
  await site.page.unroute("**/*.onnx");
  await site.startListening();
});

test("a page of HTML in the model's place", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.route("**/*.onnx", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" })),
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "model-fetch");
  await expect(site.notice).toHaveAttribute("title", /this is HTML, not ONNX/);
});

test("a page of HTML in the wasm module's place", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.route("**/*.wasm", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" })),
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "wasm-fetch");
  await expect(site.notice).toHaveAttribute("title", /this is HTML, not wasm/);
});

test("random bytes as a model", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.route("**/*.onnx", (route) => route.fulfill({ body: Buffer.alloc(4096, 0xa7) })),
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "model-format");
});

test("a file that is no sound", async ({ open }, info) => {
  const path = info.outputPath("noise.mp3");
  writeFileSync(path, Buffer.from("this is text, whatever its name says"));
  const site = await open();
  await site.openFile(path);
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "undecodable");
  await expect(site.notice).toContainText("cannot read this file");
});

test("an insecure address", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.addInitScript(() => Object.defineProperty(globalThis, "isSecureContext", { value: false })),
  });
  await site.expectState("idle");
  await site.listen.click();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "insecure-context");
});

test("a worker that crashes is replaced and listening goes on", async ({ open }) => {
  const site = await open({ wav: writeWav("crash.wav", SYNTHESISED["siren-sweep"]!) });
  await site.expectState("idle");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  const [worker] = site.page.workers();
  await worker!.evaluate(() => {
    setTimeout(() => {
      throw new Error("deliberate");
    });
  });
  await expect(site.notice).toHaveAttribute("data-code", "worker-crashed");
  await site.label.evaluate((element) => ((element as HTMLElement).dataset["label"] = ""));
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  expect(site.page.workers()).toHaveLength(1);
  expect(site.page.workers()[0]).not.toBe(worker);
  await expect(site.notice).toHaveAttribute("data-code", "");
});
