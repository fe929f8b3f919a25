// The page in Firefox: it listens, reads files and releases the microphone.

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { classifyNatively } from "./support/command-line";
import { firefoxPath, type FirefoxSite, inFirefox } from "./support/firefox";
import { hostSite } from "./support/own-host";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const NO_FIREFOX = "there is no Firefox; name one in FIREFOX_PATH";
if (!firefoxPath) console.log(`firefox.spec.ts is skipped: ${NO_FIREFOX}`);
test.skip(!firefoxPath, NO_FIREFOX);
// It starts slowly while Chromium is running.
test.setTimeout(120_000);

/** Matches this text and no other; labels have brackets and commas. */
const exactly = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);

const siren = () => writeWav("firefox-siren.wav", SYNTHESISED["siren-sweep"]!);

test("Firefox: its own microphone is used, and released", async ({ baseURL }) => {
  await inFirefox(baseURL!, async (site) => {
    await site.click("listen");
    await site.expectState("listening");
    // There is no correct label for a hum: any label, or a rejection, is fine.
    await site.waitFor("label", "data-label", /\w/);
    expect(await site.liveTracks()).toBe(1);
    await site.click("listen");
    await site.expectState("idle");
    expect(await site.liveTracks()).toBe(0);
  });
});

test("Firefox: a siren gets the command line's label", async ({ baseURL }) => {
  const wav = siren();
  const { label } = classifyNatively(wav);
  const sound = readFileSync(wav).toString("base64");
  await inFirefox(
    baseURL!,
    async (site) => {
      await site.click("listen");
      await site.expectState("listening");
      await site.waitFor("label", "data-label", exactly(label));
      await site.click("listen");
      await site.expectState("idle");
      expect(await site.liveTracks()).toBe(0);
    },
    // Firefox has no microphone that plays a file, so the page gets a stream that does.
    (page) =>
      page.evaluateOnNewDocument((base64) => {
        // The empty page before it has none; see support/firefox.ts.
        const devices = navigator.mediaDevices as MediaDevices | undefined;
        if (!devices) return;
        devices.getUserMedia = async () => {
          const context = new AudioContext();
          const source = context.createBufferSource();
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          source.buffer = await context.decodeAudioData(bytes.buffer);
          source.loop = true;
          const destination = context.createMediaStreamDestination();
          source.connect(destination);
          source.start();
          return destination.stream;
        };
      }, sound),
  );
});

test("Firefox: a file gets the command line's labels", async ({ baseURL }) => {
  const wav = siren();
  const { label } = classifyNatively(wav);
  await inFirefox(baseURL!, async (site) => {
    await site.openFile(wav);
    await site.waitFor("file-card", "data-state", /^done$/);
    expect(await site.waitFor("file-card", "data-label", /\w/)).toBe(label);
  });
});

test("Firefox: while it resists fingerprinting, its microphone and files are labelled as well", async ({ baseURL }) => {
  const wav = siren();
  const { label } = classifyNatively(wav);
  const work = async (site: FirefoxSite) => {
    await site.click("listen");
    await site.expectState("listening");
    await site.waitFor("label", "data-label", /\w/);
    await site.click("listen");
    await site.expectState("idle");
    await site.openFile(wav);
    await site.waitFor("file-card", "data-state", /^done$/);
    expect(await site.waitFor("file-card", "data-label", /\w/)).toBe(label);
  };
  await inFirefox(baseURL!, work, undefined, { "privacy.resistFingerprinting": true });
});

test("Firefox: without a network it starts and classifies", async () => {
  const host = await hostSite("/repo/");
  try {
    await inFirefox(host.url, async (site) => {
      await site.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      host.stop();
      await site.page.reload();
      await site.expectState("idle");
      await site.click("listen");
      await site.expectState("listening");
      await site.waitFor("label", "data-label", /\w/);
    });
  } finally {
    host.stop();
  }
});
