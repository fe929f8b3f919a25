// The packed package in Firefox, without a bundler and under a strict policy.

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import type * as Package from "sourcing-sound";
import { firefoxPath, openInFirefox } from "../e2e/support/firefox";
import { serveFolder } from "../e2e/support/static-server";
import { APPS } from "./support/apps";
import { SIREN, SIREN_LABEL, STRICT_POLICY } from "./support/stranger";

const NO_FIREFOX = "there is no Firefox; name one in FIREFOX_PATH";
if (!firefoxPath) console.log(`firefox.spec.ts is skipped: ${NO_FIREFOX}`);
test.skip(!firefoxPath, NO_FIREFOX);
// It starts slowly while Chromium is running.
test.setTimeout(120_000);

test("Firefox: a microphone, a media stream and a file", async () => {
  const { origin, close } = await serveFolder(APPS, { policy: STRICT_POLICY });
  try {
    await openInFirefox(`${origin}/pages/index.html`, async (page) => {
      const labels = await page.evaluate(async (base64) => {
        const specifier = "/node_modules/sourcing-sound/dist/index.js";
        const { Classifier, listen } = (await import(specifier)) as typeof Package;
        const bytes = () => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const first = (options: Package.ListenOptions, good: (label: string) => boolean) =>
          new Promise<string>((resolve, reject) => {
            const controller = new AbortController();
            const onUpdate = ({ categories: [best] }: Package.Update) => {
              if (!good(best!.label)) return;
              controller.abort();
              resolve(best!.label);
            };
            listen(onUpdate, { ...options, signal: controller.signal }).catch(reject);
          });

        const classifier = await Classifier.load();
        const [segment] = await classifier.classify(new File([bytes()], "siren.wav"));
        const context = new AudioContext();
        const source = new AudioBufferSourceNode(context, {
          buffer: await context.decodeAudioData(bytes().buffer),
          loop: true,
        });
        const destination = new MediaStreamAudioDestinationNode(context);
        source.connect(destination);
        source.start();
        const mediaStream = destination.stream;
        const stream = await first({ classifier, mediaStream }, (label) => /siren/i.test(label));
        // Firefox's fake microphone hums: any label is fine.
        const microphone = await first({}, () => true);
        classifier.close();
        await context.close();
        return { file: segment!.categories[0]!.label, stream, microphone: microphone.length > 0 };
      }, readFileSync(SIREN).toString("base64"));
      expect(labels).toEqual({ file: expect.stringMatching(SIREN_LABEL), stream: expect.stringMatching(SIREN_LABEL), microphone: true });
    });
  } finally {
    close();
  }
});
