// Recordings that the browser cannot decode: the package's own decoder is loaded for them, and for nothing else.

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "@playwright/test";
import { classifyNatively } from "./support/command-line";
import { encode } from "./support/encode";
import { test as packageTest } from "./support/library";
import { readInNode } from "./support/node-reader";
import { hostSite } from "./support/own-host";
import { adpcmWav, au, caf, w64 } from "./support/rare-formats";
import { expect, openSite, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";
import { noise } from "./support/wave-file";

/** The decoder's files in the site. */
const FILE = /sourcing-sound-decoder[\w.-]*\.(wasm|js)$/;
const RATE = 48_000;
/** At least this share of the segments must have the command line's label. */
const AGREEMENT = 0.99;

interface Saved {
  seconds: number;
  warnings: { code: string; time: number; promised?: number }[];
  segments: { start: number; end: number; label: string; score: number; rejected: boolean }[];
}

/** The synthesised sounds one after the other. */
function medley(seconds: number): Float32Array {
  const sounds = Object.values(SYNTHESISED);
  return Float32Array.from({ length: seconds * RATE }, (_, i) => {
    const { samples } = sounds[Math.floor(i / (2.7 * RATE)) % sounds.length]!;
    return samples[i % samples.length]!;
  });
}
const SOUND = medley(20);
/** Softer, but so alike that the mix does not weaken it. */
const OTHER = SOUND.map((sample) => 0.9 * sample);
const WRITTEN: Readonly<Record<string, () => Buffer>> = {
  "medley.caf": () => caf(RATE, [SOUND]),
  "stereo.caf": () => caf(RATE, [SOUND, OTHER]),
  "medley.au": () => au(RATE, [SOUND]),
  "medley.w64": () => w64(RATE, [SOUND, OTHER]),
  "adpcm.wav": () => adpcmWav(RATE, SOUND),
};
/** Files that ffmpeg writes, with its options. */
const ENCODED: Readonly<Record<string, string[]>> = {
  "medley.aiff": [],
  "float.aifc": ["-c:a", "pcm_f32be"],
  "alac.m4a": ["-c:a", "alac"],
  "microsoft.wav": ["-c:a", "adpcm_ms"],
  "alac.caf": ["-c:a", "alac"],
};

const card = (site: Site) => site.page.getByTestId("file-card").first();

async function saved(site: Site): Promise<Saved> {
  const begun = site.page.waitForEvent("download");
  await card(site).getByTestId("file-json").click();
  return JSON.parse(readFileSync(await (await begun).path(), "utf8")) as Saved;
}

/** The page's results for a file, next to the command line's. */
async function compare(site: Site, path: string): Promise<void> {
  await site.openFile(path);
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  const { segments, warnings } = await saved(site);
  const native = classifyNatively(path).segments;
  expect(warnings).toEqual([]);
  expect(segments).toHaveLength(native.length);
  const same = segments.filter(({ label, rejected }, i) => label === native[i]!.label && rejected === native[i]!.rejected);
  console.log(`${basename(path)}: ${same.length} of ${native.length} segments have the command line's label`);
  expect(same.length / native.length).toBeGreaterThanOrEqual(AGREEMENT);
  segments.forEach(({ start, end, score }, i) => {
    // The command line rounds times to milliseconds.
    expect(Math.abs(start - native[i]!.start)).toBeLessThan(0.001);
    expect(Math.abs(end - native[i]!.end)).toBeLessThan(0.001);
    if (segments[i]!.label === native[i]!.label) expect(Math.abs(score - native[i]!.score)).toBeLessThan(1e-3);
  });
}

/** The decoder's files that the page has requested. */
function watchDecoder(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    if (FILE.test(request.url())) asked.push(request.url());
  });
  return asked;
}

for (const [name, bytes] of Object.entries(WRITTEN)) {
  test(`what the browser cannot decode has the command line's segments: ${name}`, async ({ open }, info) => {
    const path = info.outputPath(name);
    writeFileSync(path, bytes());
    const site = await open();
    const asked = watchDecoder(site.page);
    await compare(site, path);
    expect(asked).not.toEqual([]);
  });
}

for (const [name, options] of Object.entries(ENCODED)) {
  test(`what ffmpeg writes has the command line's segments: ${name}`, async ({ open }, info) => {
    const path = info.outputPath(name);
    const made = encode(writeWav(`for-${name}.wav`, { samples: SOUND, sampleRate: RATE }), path, ...options);
    if (!made) console.log(`skipped: there is no ffmpeg that writes ${name}`);
    test.skip(!made, `there is no ffmpeg that writes ${name}`);
    await compare(await open(), path);
  });
}

test("what the browser decodes does not load the decoder", async ({ open }, info) => {
  const site = await open();
  const asked = watchDecoder(site.page);
  const wav = writeWav("ordinary.wav", { samples: SOUND, sampleRate: RATE });
  const others = ["mp3", "flac", "ogg", "opus", "m4a", "webm"].map((ending) => info.outputPath(`ordinary.${ending}`));
  const paths = [wav, ...others.filter((path) => encode(wav, path))];
  console.log(`decoded by the browser: ${paths.map((path) => basename(path)).join(", ")}`);
  for (const path of paths) {
    await site.openFile(path);
    await expect(card(site)).toContainText(basename(path));
    await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
    expect(asked, basename(path)).toEqual([]);
  }
});

test("a recording that breaks off is classified up to there, and both lengths are shown", async ({ open }) => {
  const whole = caf(RATE, [SOUND]);
  const site = await open();
  const buffer = whole.subarray(0, whole.length - 2 * 2 * RATE - 1);
  await site.page.getByTestId("file").setInputFiles({ name: "cut.caf", mimeType: "", buffer });
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  await expect(card(site)).toContainText("breaks off after 0:17. Its header says 0:20.");
  const { seconds, warnings } = await saved(site);
  const frames = 18 * RATE - 1;
  expect(Math.round(seconds * RATE)).toBe(frames);
  expect(warnings.map(({ code, time, promised }) => [code, Math.round(time * RATE), Math.round(promised! * RATE)])).toEqual([
    ["audio-cut-off", frames, 20 * RATE],
  ]);
});

/** Files without a sample, and the message about each. */
const HOSTILE: Readonly<Record<string, { bytes: () => Buffer; code: string; message: RegExp }>> = {
  "header.caf": { bytes: () => caf(RATE, [SOUND]).subarray(0, 60), code: "audio-damaged", message: /./ },
  "none.caf": { bytes: () => caf(RATE, [new Float32Array(0)]), code: "audio-empty", message: /./ },
  "rate.caf": { bytes: () => caf(-1, [SOUND.subarray(0, 100)]), code: "audio-damaged", message: /./ },
  "wavpack.wv": { bytes: () => Buffer.concat([Buffer.from("wvpk"), noisy(5000)]), code: "audio-format", message: /WavPack.*ffmpeg -i/ },
  "unfinished.m4a": { bytes: unfinishedM4a, code: "audio-damaged", message: /index \(moov\).*untrunc/ },
  "noise.caf": { bytes: () => noisy(100_000), code: "audio-format", message: /ffmpeg -i/ },
  "letter.m4a": { bytes: () => Buffer.from("Dear all, ".repeat(300)), code: "audio-format", message: /ffmpeg -i/ },
};

/** As a recorder that was stopped leaves it: the index would have come last. */
function unfinishedM4a(): Buffer {
  const start = Buffer.from("\0\0\0\x14ftypM4A \0\0\0\0M4A \0\0\x10\0mdat", "latin1");
  return Buffer.concat([start, noisy(3000)]);
}

function noisy(bytes: number): Buffer {
  // Without the bits with which packets of mp3 and AAC begin.
  return Buffer.from(Uint8Array.from(noise(7, bytes, 63), (sample) => 63 + sample));
}

test("damaged and foreign files are refused with their code, and the next one is read", async ({ open }) => {
  const site = await open();
  for (const [name, { bytes, code, message }] of Object.entries(HOSTILE)) {
    await site.page.getByTestId("file").setInputFiles({ name, mimeType: "", buffer: bytes() });
    await expect(card(site)).toContainText(name);
    await expect(card(site), name).toHaveAttribute("data-code", code, { timeout: 20_000 });
    await expect(card(site).locator(`[title]`).filter({ visible: true }).last()).toHaveAttribute("title", message);
  }
  await site.page.getByTestId("file").setInputFiles({ name: "right.caf", mimeType: "", buffer: caf(RATE, [SOUND]) });
  await expect(card(site)).toContainText("right.caf");
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
});

test("Node reads the same formats, returns every sample, and has the same codes", () => {
  const inNode = readInNode(Object.values(WRITTEN).map((bytes) => bytes()), { channel: 1 });
  const stored = Array.from(SOUND, (sample) => Math.round(sample * 32767) / 32768);
  inNode.forEach(({ code, samples, warnings, channels, duration }, i) => {
    const name = Object.keys(WRITTEN)[i]!;
    expect({ code, warnings, channels }, name).toEqual({ code: "none", warnings: [], channels: /stereo|w64/.test(name) ? 2 : 1 });
    expect(Math.abs(duration - 20), name).toBeLessThan(0.05);
    // With four bits a sample, values are not exact, and the sound ends with a whole block.
    if (name === "adpcm.wav") expect(samples.length - stored.length).toBeLessThan(2048);
    else expect(samples.length === stored.length && samples.every((sample, i) => sample === stored[i]), name).toBe(true);
  });
  const refused = readInNode(Object.values(HOSTILE).map(({ bytes }) => bytes()));
  expect(refused.map(({ code }) => code)).toEqual(Object.values(HOSTILE).map(({ code }) => code));
});

test("without the decoder, the page says that a part of it is missing, and reads the rest", async ({ open }) => {
  const site = await open({
    expectedErrors: /ERR_FAILED/,
    prepare: (page) => page.route(FILE, (route) => route.abort()),
  });
  const choose = (name: string, buffer: Buffer) => site.page.getByTestId("file").setInputFiles({ name, mimeType: "", buffer });
  await choose("medley.caf", caf(RATE, [SOUND]));
  await expect(card(site)).toHaveAttribute("data-code", "wasm-fetch", { timeout: 20_000 });
  await expect(card(site)).toContainText("Part of this page could not be loaded.");
  await site.page.unroute(FILE);
  await card(site).getByRole("button", { name: "Try again" }).click();
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
});

test("a recording whose model cannot be loaded is not left open", async ({ open }) => {
  const site = await open({
    expectedErrors: /ERR_FAILED/,
    prepare: (page) => page.route("**/*.onnx", (route) => route.abort()),
  });
  await site.expectState("error");
  await site.page.getByTestId("file").setInputFiles({ name: "medley.caf", mimeType: "", buffer: caf(RATE, [SOUND]) });
  await expect(card(site)).toHaveAttribute("data-code", "model-fetch", { timeout: 20_000 });
  await site.page.unroute("**/*.onnx");
  await card(site).getByRole("button", { name: "Try again" }).click();
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  const decoders = () => site.page.workers().map((worker) => worker.url()).filter((url) => FILE.test(url));
  await expect.poll(decoders).toEqual([]);
});

/**
 * Before the decoder's script: the module traps in this function, at this call.
 */
const trapping = (name: string, call: number) => `
  const instantiate = WebAssembly.instantiate;
  let calls = 0;
  WebAssembly.instantiate = async (...given) => {
    const { exports } = await instantiate(...given);
    const trap = (...args) => {
      calls += 1;
      if (calls === ${call}) throw new WebAssembly.RuntimeError("unreachable");
      return exports["${name}"](...args);
    };
    return Object.create(WebAssembly.Instance.prototype, { exports: { value: { ...exports, ["${name}"]: trap } } });
  };
`;

test("a trap in the decoder is an error of that recording, or a warning if some of it was read", async ({ open }) => {
  let [name, call] = ["wasmdecoder_new", 1];
  const site = await open({
    prepare: (page) =>
      page.route(/sourcing-sound-decoder[\w-]*\.js$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: trapping(name, call) + (await response.text()) });
      }),
  });
  const choose = (file: string) =>
    site.page.getByTestId("file").setInputFiles({ name: file, mimeType: "", buffer: caf(RATE, [SOUND]) });
  await choose("at-the-start.caf");
  await expect(card(site)).toHaveAttribute("data-code", "audio-damaged", { timeout: 20_000 });
  [name, call] = ["wasmdecoder_next", 1];
  await choose("at-the-first-samples.caf");
  await expect(card(site)).toContainText("at-the-first-samples.caf");
  await expect(card(site)).toHaveAttribute("data-code", "audio-damaged", { timeout: 20_000 });
  call = 3;
  await choose("later.caf");
  await expect(card(site)).toContainText("later.caf");
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  const { seconds, warnings } = await saved(site);
  expect(seconds).toBeGreaterThan(2);
  expect(warnings.map(({ code, time }) => [code, time])).toEqual([["audio-broken-off", seconds]]);
  call = 0;
  await choose("right.caf");
  await expect(card(site)).toContainText("right.caf");
  await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  expect((await saved(site)).seconds).toBe(20);
});

packageTest("in the package: pieces from any second, one channel, and what is aborted", async ({ library }) => {
  const stereo = [...caf(RATE, [SOUND.subarray(0, 3 * RATE), OTHER.subarray(0, 3 * RATE)])];
  const results = await library.evaluate(async (bytes) => {
    const file = new Uint8Array(bytes);
    const read = async (reader: Awaited<ReturnType<typeof api.openRecording>>, options = {}) => {
      let [count, first] = [0, 0];
      for await (const piece of reader.pieces(options)) {
        if (count === 0) first = piece[0]!;
        count += piece.length;
      }
      return { count, first };
    };
    const reader = await api.openRecording(file, { channel: 2 });
    const { channels, sampleRate, duration } = reader;
    const [all, late, both] = [await read(reader), await read(reader, { from: 2 }), await Promise.all([read(reader), read(reader)])];
    const abort = new AbortController();
    const aborted = await (async () => {
      for await (const _ of reader.pieces({ signal: abort.signal })) abort.abort("enough");
    })().catch((reason: unknown) => reason);
    reader.close();
    const missing = await codeOf(() => api.openRecording(file, { channel: 3 }));
    return { channels, sampleRate, duration, all, late, both, aborted, missing };
  }, stereo);
  const { all, late, both, missing, ...facts } = results;
  expect(facts).toEqual({ channels: 2, sampleRate: RATE, duration: 3, aborted: "enough" });
  expect([all.count, late.count, ...both.map(({ count }) => count)]).toEqual([3 * RATE, RATE, 3 * RATE, 3 * RATE]);
  expect(late.first).toBeCloseTo(OTHER[2 * RATE]!, 3);
  expect(missing.code).toBe("audio-channels");
  expect(missing.message).toContain("channel 3");
});

packageTest("a host that lacks the decoder is named, and other recordings are read", async ({ library }) => {
  await library.route(FILE, (route) => route.fulfill({ status: 404, body: "" }));
  const codes = await library.evaluate(async (bytes) => {
    const refused = await codeOf(() => api.openRecording(new Uint8Array(bytes)));
    const wav = new Blob([Uint8Array.of(82, 73, 70, 70, 48, 0, 0, 0, 87, 65, 86, 69, 102, 109, 116, 32, 16, 0, 0, 0, 1, 0, 1, 0)]);
    return { refused, wav: (await codeOf(() => api.openRecording(wav))).code };
  }, [...caf(RATE, [SOUND.subarray(0, RATE)])]);
  expect(codes.refused.code).toBe("wasm-fetch");
  expect(codes.refused.message).toMatch(/sourcing-sound-decoder\.wasm answered 404/);
  expect(codes.wav).toBe("audio-damaged");
});

test("it is kept for visits without a network once a recording has needed it", async () => {
  const host = await hostSite("/");
  try {
    const expectedErrors = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED/;
    const { site, finish } = await openSite(host.url, { serviceWorkers: "allow", expectedErrors });
    const { page } = site;
    await site.expectState("idle");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    expect(await cached(page), "before").toEqual([]);
    const choose = () => page.getByTestId("file").setInputFiles({ name: "kept.caf", mimeType: "", buffer: caf(RATE, [SOUND]) });
    await choose();
    await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
    await expect.poll(() => cached(page)).toHaveLength(2);
    await page.context().setOffline(true);
    host.stop();
    await page.reload();
    await site.goTo("files");
    await choose();
    await expect(card(site)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
    await finish();
  } finally {
    host.stop();
  }
});

/** The decoder's files in all of the page's caches. */
function cached(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => url.replace(/\?.*$/, "")).filter((url) => url.includes("sourcing-sound-decoder"));
  });
}
