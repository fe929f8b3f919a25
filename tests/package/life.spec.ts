// The package closes everything that it opens, however it is used.

import { installed, serveWith } from "./support/apps";
import { alive } from "./support/heap";
import { expect, SIREN_LABEL, test } from "./support/package-page";

test("a hundred starts and stops leave no track, context or worker, and no more than 2 MB", async ({ library }) => {
  test.setTimeout(400_000);
  const session = await library.context().newCDPSession(library);
  const cycles = (count: number) =>
    library.evaluate(async (count) => {
      for (let i = 0; i < count; i += 1) {
        let frames = 0;
        const microphone = await sound.listen(() => undefined, { onFrame: () => (frames += 1) });
        await until(() => frames > 0);
        await microphone.close();
      }
    }, count);
  // One-time objects, such as the compiled module, must not count.
  await cycles(3);
  await expect.poll(() => library.workers().length).toBe(0);
  const before = await alive(library, session);
  await cycles(100);
  await expect.poll(() => library.workers().length).toBe(0);
  const after = await alive(library, session);
  const grown = (after.heapBytes - before.heapBytes) / 1e6;
  console.log(`after 100 starts and stops the heap has ${grown.toFixed(2)} MB more than ${before.heapBytes / 1e6} MB`);
  expect(after).toEqual({ heapBytes: after.heapBytes, contexts: 0, tracks: 0, workers: 0 });
  expect(grown).toBeLessThanOrEqual(2);
});

test("starts that are cancelled at once leave nothing open", async ({ library }) => {
  const session = await library.context().newCDPSession(library);
  const codes = await library.evaluate(async () => {
    const codes: string[] = [];
    for (let i = 0; i < 20; i += 1) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), i * 10);
      const late = { microphone: undefined as unknown };
      codes.push(
        await codeOf(async () => (late.microphone = await sound.listen(() => undefined, { signal: controller.signal }))),
      );
      // If a start was quick enough, the same signal closes it.
      if (late.microphone) await until(() => (late.microphone as { state: string }).state === "closed");
    }
    return codes;
  });
  expect(codes.filter((code) => code !== "aborted" && code !== "none")).toEqual([]);
  expect(codes).toContain("aborted");
  await expect.poll(() => library.workers().length).toBe(0);
  await expect.poll(() => alive(library, session)).toMatchObject({ contexts: 0, tracks: 0, workers: 0 });
});

test("a signal closes a microphone that is open", async ({ library }) => {
  const states = await library.evaluate(async () => {
    const states: string[] = [];
    const controller = new AbortController();
    const { signal } = controller;
    const microphone = await sound.listen(() => undefined, { signal, onStateChange: (state) => states.push(state) });
    controller.abort();
    return [...states, microphone.state];
  });
  expect(states).toEqual(["closed", "closed"]);
  await expect.poll(() => library.workers().length).toBe(0);
});

test("`using` closes what it was given", async ({ library }) => {
  // As text, because the compiler of the tests does not know `using`.
  const [classified, states] = (await library.evaluate(`(async () => {
    let classified, microphone, streamCode;
    {
      using classifier = await sound.Classifier.load();
      using stream = await classifier.stream(16000);
      await stream.push(tone(1, 16000));
      classified = (await classifier.classify(tone(1, 16000), 16000)).length;
      streamCode = () => codeOf(() => stream.push(tone(1, 16000)));
    }
    {
      await using opened = await sound.listen(() => {});
      microphone = opened;
    }
    return [classified, [await streamCode(), microphone.state]];
  })()`)) as [number, string[]];
  expect(classified).toBe(1);
  expect(states).toEqual(["aborted", "closed"]);
  await expect.poll(() => library.workers().length).toBe(0);
});

test("React mounts twice in StrictMode, and one microphone is open", async ({ stranger }) => {
  test.setTimeout(120_000);
  const server = await serveWith("vite", ["--port", "5197"], installed("react", "react-dev"));
  try {
    const session = await stranger.context().newCDPSession(stranger);
    await stranger.goto(server.origin);
    const open = { contexts: 1, tracks: 1, workers: 1 };
    const closed = { contexts: 0, tracks: 0, workers: 0 };
    for (let i = 0; i < 3; i += 1) {
      await stranger.locator("#toggle").click();
      await expect(stranger.locator("#label")).toHaveText(SIREN_LABEL, { timeout: 40_000 });
      await expect.poll(() => alive(stranger, session)).toMatchObject(open);
      await stranger.locator("#toggle").click();
      await expect.poll(() => alive(stranger, session)).toMatchObject(closed);
    }
    // Unmounted before it has started.
    await stranger.locator("#toggle").click();
    await stranger.locator("#toggle").click();
    await expect.poll(() => alive(stranger, session)).toMatchObject(closed);
  } finally {
    server.stop();
  }
});
