// Each failure has its own message, and the page remains usable.

import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

test("permission denied", async ({ open }) => {
  const site = await open({ permission: "deny" });
  await site.expectState("idle");
  await site.listen.click();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "permission-denied");
  await expect(site.notice).toContainText("not allowed to use the microphone");
  await expect(site.listen).toHaveText("Start listening");
});

const DEVICE_ERRORS = [
  { given: "NotFoundError", code: "no-microphone", said: "No microphone was found" },
  { given: "NotReadableError", code: "microphone-busy", said: "in use by another program" },
];
for (const { given, code, said } of DEVICE_ERRORS) {
  // Chromium's fake devices cannot be made to fail, so the browser's answer is replaced.
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
  await site.expectState("waiting");
  await expect(site.notice).toHaveAttribute("data-code", /device-lost|no-microphone/);
  await expect(site.label).toHaveText("Waiting for the microphone…");
  await expect(site.listen).toHaveText("Stop listening");
  expect(await site.liveTracks()).toBe(0);
  await site.plugIn();
  await site.expectState("listening");
  await expect(site.notice).toHaveAttribute("data-code", "");
  expect(await site.liveTracks()).toBe(1);
});

test("waiting for a microphone can be cancelled", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.startListening();
  await site.unplug();
  await site.expectState("waiting");
  await site.listen.click();
  await site.expectState("idle");
  expect(await site.liveTracks()).toBe(0);
  await site.plugIn();
  await site.expectState("idle");
  // A session that went on would open the microphone as well.
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 15_000 });
  expect(await site.liveTracks()).toBe(1);
});

test("a busy microphone is retried automatically", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.refuse("NotReadableError");
  await site.listen.click();
  await expect(site.notice).toHaveAttribute("data-code", "microphone-busy");
  await expect(site.listen).toHaveText("Start listening");
  await site.refuse("");
  await site.expectState("listening");
  await expect(site.listen).toHaveText("Stop listening");
  await site.listen.click();
  await site.expectState("idle");
});

test("listening starts when a denied permission is granted later", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        const status = Object.assign(new EventTarget(), { state: "denied" });
        navigator.permissions.query = async () => status as unknown as PermissionStatus;
        Object.assign(globalThis, { permission: status });
      }),
  });
  await site.expectState("idle");
  await site.refuse("NotAllowedError");
  await site.listen.click();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "permission-denied");
  await site.refuse("");
  await site.page.evaluate(() => {
    const { permission } = globalThis as unknown as { permission: EventTarget & { state: string } };
    permission.state = "granted";
    permission.dispatchEvent(new Event("change"));
  });
  await site.expectState("listening");
  await expect(site.listen).toHaveText("Stop listening");
});

test("a microphone that falls silent, for example after sleep, is reopened", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.startListening();
  // The audio clock stops silently: no more frames arrive.
  await site.page.evaluate(() => {
    const { contexts } = globalThis as unknown as { contexts: AudioContext[] };
    for (const context of contexts) {
      Object.defineProperty(context, "state", { value: "running" });
      void context.suspend();
      // Nor do they when the package starts the clock again.
      context.resume = async () => undefined;
    }
  });
  await expect.poll(() => site.page.evaluate(() => (globalThis as unknown as { contexts: unknown[] }).contexts.length), { timeout: 30_000 }).toBe(2);
  await site.expectState("listening");
  expect(await site.liveTracks()).toBe(1);
});

const LACKING = [
  { lacks: "AudioWorklet", said: "This browser lacks AudioWorklet", remove: () => Reflect.deleteProperty(globalThis, "AudioWorkletNode") },
  {
    lacks: "microphone access",
    said: "gives pages no access to the microphone",
    remove: () => Object.defineProperty(navigator, "mediaDevices", { value: undefined }),
  },
];
for (const { lacks, said, remove } of LACKING) {
  test(`a browser without ${lacks}`, async ({ open }) => {
    const site = await open({ prepare: (page) => page.addInitScript(remove) });
    await site.expectState("idle");
    await site.listen.click();
    await site.expectState("error");
    await expect(site.notice).toHaveAttribute("data-code", "unsupported");
    await expect(site.notice).toContainText(said);
  });
}

test("a browser without WebAssembly SIMD", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.addInitScript(() => (WebAssembly.validate = () => false)),
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "unsupported");
  await expect(site.notice).toContainText("WebAssembly SIMD");
});

test("model not found", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.route("**/*.onnx", (route) => route.fulfill({ status: 404, body: "no" })),
    expectedErrors: /404/,
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "model-fetch");
  await expect(site.notice).toContainText("The model could not be loaded");
  await expect(site.notice).toHaveAttribute("title", /everyday.*\.onnx answered 404/);
  await site.page.unroute("**/*.onnx");
  await site.startListening();
});

test("an HTML page instead of the model", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.route("**/*.onnx", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" })),
  });
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "model-fetch");
  await expect(site.notice).toHaveAttribute("title", /this is HTML, not ONNX/);
});

test("an HTML page instead of the wasm module", async ({ open }) => {
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

test("an insecure address", async ({ open }) => {
  const site = await open({
    prepare: (page) => page.addInitScript(() => Object.defineProperty(globalThis, "isSecureContext", { value: false })),
  });
  await site.expectState("idle");
  await site.listen.click();
  await site.expectState("error");
  await expect(site.notice).toHaveAttribute("data-code", "insecure-context");
});

test("a crashed worker is replaced and listening continues", async ({ open }) => {
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
