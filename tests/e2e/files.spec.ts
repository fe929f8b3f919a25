// Recordings: what is saved and shown of them, many files at once, folders, long files, damaged files, channels.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { Locator } from "@playwright/test";
import { serious } from "./support/axe";
import { encode } from "./support/encode";
import { cards, classify, medley, newest, save, type Saved, siren } from "./support/files";
import { expect, test } from "./support/site";
import { writeWav } from "./support/wav";
import { waveFile } from "./support/wave-file";

/** The cells of a line of CSV, without their quotation marks. */
function cells(line: string): string[] {
  const found = line.match(/"(?:[^"]|"")*"|[^,]+|(?<=,|^)(?=,|$)/g) ?? [];
  return found.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
}

/** The files of an archive without compression, by their names. */
function unzipped(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50; ) {
    const [size, nameLength] = [archive.readUInt32LE(at + 22), archive.readUInt16LE(at + 26)];
    const content = archive.subarray(at + 30 + nameLength, at + 30 + nameLength + size);
    expect(archive.readUInt32LE(at + 14)).toBe(crc32(content));
    files.set(archive.toString("utf8", at + 30, at + 30 + nameLength), content.toString("utf8"));
    at += 30 + nameLength + size;
  }
  expect(archive.readUInt16LE(archive.length - 12)).toBe(files.size);
  return files;
}

/** The labels of neighbouring segments, each once. */
function joined(segments: Saved["segments"]): string[] {
  const told = segments.map(({ label, rejected }) => (rejected ? undefined : label));
  return told.filter((label, i): label is string => label !== undefined && (i === 0 || label !== told[i - 1]));
}

test("what is saved is what is shown", async ({ open }) => {
  const site = await open();
  await classify(site, writeWav("saved.wav", medley(2, 20)));
  const { events, seconds, model, file } = JSON.parse(await save(site, "json")) as Saved;
  expect({ seconds, model, file }).toEqual({ seconds: 20, model: "everyday", file: "saved.wav" });
  const csv = (await save(site, "csv")).trimEnd().split("\r\n");
  expect(csv.slice(1).map((line) => cells(line)[4])).toEqual(events.map(({ label }) => label));
  const labels = (await save(site, "audacity")).trimEnd().split("\n");
  expect(labels.map((line) => line.split("\t")[2])).toEqual(events.map(({ label }) => label));
  await newest(site).locator("summary").click();
  const shown = newest(site).getByTestId("file-parts").locator("li:not([data-label=rejected])");
  await expect(shown).toHaveCount(events.length);
  const begun = site.page.waitForEvent("download");
  await shown.first().getByRole("button", { name: /^Save/ }).click();
  const wav = readFileSync(await (await begun).path());
  expect((wav.length - 44) / 2 / wav.readUInt32LE(24)).toBeCloseTo(events[0]!.offset - events[0]!.onset, 1);
});

test("every sound of a long recording is saved, however short; the list shows some at a time", async ({ open }) => {
  const site = await open();
  await classify(site, writeWav("ten-minutes.wav", medley(6, 600)));
  const { events, segments } = JSON.parse(await save(site, "json")) as Saved;
  expect(events.map(({ label }) => label)).toEqual(joined(segments));
  expect(events.length).toBeGreaterThan(120);
  const csv = (await save(site, "csv")).trimEnd().split("\r\n");
  expect(csv).toHaveLength(1 + events.length);
  const card = newest(site);
  const summary = card.locator("summary");
  const all = Number(/\d+/.exec(await summary.innerText()));
  expect(all).toBeGreaterThanOrEqual(events.length);
  await summary.click();
  const rows = card.getByTestId("file-parts").locator("li");
  await expect(rows).toHaveCount(100);
  await expect(card.getByTestId("file-parts-before")).toBeHidden();
  await card.getByTestId("file-parts-after").click();
  await expect(rows).toHaveCount(Math.min(200, all));
  await expect(rows.nth(100)).toBeFocused();
  // The last sound by the timeline: its row is added with its neighbours.
  const timeline = card.getByRole("slider");
  await timeline.press("End");
  await timeline.press("Enter");
  await expect(card.locator(".file-part:focus")).toHaveAttribute("data-label", events.at(-1)!.label);
  expect(await rows.count()).toBeLessThanOrEqual(200);
});

test("a long section is played and saved up to the end that its buttons name; one recording plays at a time", async ({ open }) => {
  const site = await open();
  const silence = { samples: new Float32Array(90 * 8000), sampleRate: 8000 };
  await classify(site, writeWav("first.wav", silence), writeWav("second.wav", silence));
  for (const at of [0, 1]) await cards(site).nth(at).locator("summary").click();
  const [one, other] = [0, 1].map((at) => cards(site).nth(at).getByRole("button", { name: /^Play .*, 0:00\.0 – 1:00\.0$/ })) as [Locator, Locator];
  await one.click();
  await expect(one).toHaveAttribute("data-playing", "");
  await other.click();
  await expect(other).toHaveAttribute("data-playing", "");
  await expect(one).not.toHaveAttribute("data-playing", "");
  const begun = site.page.waitForEvent("download");
  await newest(site).getByRole("button", { name: /^Save .*, 0:00\.0 – 1:00\.0, as WAV$/ }).click();
  const saved = await begun;
  expect(saved.suggestedFilename()).toBe("second.wav-0.0-60.0-unknown.wav");
  const wav = readFileSync(await saved.path());
  expect((wav.length - 44) / 2 / wav.readUInt32LE(24)).toBe(60);
});

test("many files dropped at once, one of them damaged", async ({ open }) => {
  const site = await open();
  const good = writeWav("good.wav", medley(6, 8));
  const transfer = await site.page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "one.wav"));
    data.items.add(new File(["this is text, whatever its name says"], "broken.mp3"));
    data.items.add(new File([], "empty.wav"));
    data.items.add(new File([bytes], "two.wav"));
    return data;
  }, readFileSync(good).toString("base64"));
  await site.page.locator("body").dispatchEvent("drop", { dataTransfer: transfer });
  await expect(site.page.getByTestId("view-files")).toBeVisible();
  await expect(cards(site)).toHaveCount(4);
  // The newest comes first.
  await expect(cards(site).nth(0)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await expect(cards(site).nth(3)).toHaveAttribute("data-state", "done");
  for (const bad of [1, 2]) {
    const [code, words] = bad === 1 ? ["audio-empty", "no sound in this file"] : ["audio-format", "cannot be read as audio"];
    await expect(cards(site).nth(bad)).toHaveAttribute("data-code", code!);
    await expect(cards(site).nth(bad)).toContainText(words!);
  }
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("files-json").click();
  const all = JSON.parse(readFileSync(await (await begun).path(), "utf8")) as Saved[];
  expect(all.map(({ file }) => file)).toEqual(["two.wav", "one.wav"]);
  // A label track belongs to one recording: they come in one archive.
  const archive = site.page.waitForEvent("download");
  await site.page.getByTestId("files-audacity").click();
  expect((await archive).suggestedFilename()).toBe("recordings.zip");
  const tracks = unzipped(readFileSync(await (await archive).path()));
  expect([...tracks.keys()]).toEqual(["two.wav.txt", "one.wav.txt"]);
  expect(tracks.get("one.wav.txt")).toBe(tracks.get("two.wav.txt"));
  expect(tracks.get("one.wav.txt")).toMatch(/^0\.000000\t/);
  await cards(site).nth(1).getByTestId("file-remove").click();
  await expect(cards(site)).toHaveCount(3);
});

test("files are accepted at once, even if the history is slow to open", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        const { open } = IDBFactory.prototype;
        IDBFactory.prototype.open = function (...args) {
          const request = open.apply(this, args);
          // Simulates a database that does not answer.
          request.addEventListener("success", (event) => event.stopImmediatePropagation());
          return request;
        };
      }),
  });
  const transfer = await site.page.evaluateHandle((base64) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], "early.wav"));
    return data;
  }, readFileSync(writeWav("early.wav", medley(6, 8))).toString("base64"));
  await site.page.locator("body").dispatchEvent("drop", { dataTransfer: transfer });
  // The page gives up on the database after five seconds.
  await expect(site.page.getByTestId("view-files")).toBeVisible({ timeout: 2000 });
  await expect(cards(site).nth(0)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  // Then the user is informed.
  await site.goTo("history");
  await expect(site.page.getByTestId("view-history")).toContainText("Your browser stores nothing", { timeout: 10_000 });
});

test("a long recording shows its progress, can be cancelled, and can be classified again", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const path = writeWav("long.wav", medley(6, 3600));
  await site.page.getByTestId("file").setInputFiles(path);
  const card = newest(site);
  await expect(card).toContainText(/\d+:\d\d of 1:00:00/, { timeout: 20_000 });
  await expect(card).toContainText(/about \d+ (s|min) left/, { timeout: 20_000 });
  // Screen readers announce its end, not every step.
  await expect(card.getByRole("status")).toHaveCount(0);
  const ended = site.page.getByTestId("files-ended");
  await expect(ended).toHaveText("");
  await card.getByTestId("file-cancel").click();
  await expect(card).toHaveAttribute("data-state", "cancelled");
  await expect(ended).toHaveText("long.wav: Cancelled");
  await expect(card.getByTestId("file-cancel")).toBeHidden();
  await site.page.getByTestId("file").setInputFiles(writeWav("after.wav", medley(6, 6)));
  await expect(newest(site)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await newest(site).getByTestId("file-remove").click();
  await card.getByTestId("file-again").click();
  await expect(card).toHaveAttribute("data-state", "working");
});

test("recordings that wait can be cancelled; all can be cancelled and removed at once", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const short = writeWav("waits.wav", medley(6, 6));
  await site.page.getByTestId("file").setInputFiles([writeWav("long.wav", medley(6, 3600)), short, short]);
  const [last, second, first] = [0, 1, 2].map((at) => cards(site).nth(at)) as [Locator, Locator, Locator];
  await expect(first).toHaveAttribute("data-state", "working");
  await second.getByTestId("file-cancel").click();
  await expect(second).toHaveAttribute("data-state", "cancelled");
  await expect(first).toHaveAttribute("data-state", "working");
  await site.page.getByTestId("files-cancel").click();
  for (const card of [first, last]) await expect(card).toHaveAttribute("data-state", "cancelled");
  await expect(site.page.getByTestId("files-cancel")).toBeHidden();
  await site.page.getByTestId("files-remove").click();
  await expect(cards(site)).toHaveCount(0);
  await expect(site.page.getByTestId("choose")).toBeFocused();
  await classify(site, short);
  await expect(site.page.getByTestId("files-remove")).toBeHidden();
});

test("a second run that is cancelled leaves the first result, and one that fails leaves none", async ({ open }, info) => {
  const path = info.outputPath("stereo.wav");
  const { samples, sampleRate } = medley(6, 20);
  writeFileSync(path, waveFile(sampleRate, [samples, samples]));
  const site = await open();
  await classify(site, path);
  const card = newest(site);
  const channel = card.getByTestId("file-channel");
  const answer = await card.getByTestId("file-answer").textContent();
  await site.page.getByTestId("file").setInputFiles(writeWav("long.wav", medley(6, 3600)));
  const first = cards(site).nth(1);
  await first.getByTestId("file-channel").selectOption("left");
  await expect(first).toHaveAttribute("data-state", "waiting");
  await first.getByTestId("file-cancel").click();
  await expect(first).toHaveAttribute("data-state", "done");
  await expect(first.getByTestId("file-channel")).toHaveValue("mix");
  await expect(first.getByTestId("file-answer")).toHaveText(answer!);
  await newest(site).getByTestId("file-remove").click();
  // The browser does not read a file that has changed since it was chosen.
  writeFileSync(path, "changed");
  await channel.selectOption("right");
  await expect(card).toHaveAttribute("data-code", "audio-read");
  await expect(card.getByTestId("file-answer")).toBeHidden();
  await expect(card).not.toHaveAttribute("data-label");
  await expect(card).not.toContainText("with everyday");
});

test("the focus stays where the keyboard has cancelled or removed something", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.page.getByTestId("file").setInputFiles([writeWav("short.wav", medley(6, 6)), writeWav("long.wav", medley(6, 3600))]);
  const card = newest(site);
  await card.getByTestId("file-cancel").press("Enter");
  await expect(card).toHaveAttribute("data-state", "cancelled", { timeout: 20_000 });
  await expect(card.getByTestId("file-again")).toBeFocused();
  await card.getByTestId("file-remove").press("Enter");
  await expect(cards(site)).toHaveCount(1);
  await expect(newest(site).getByTestId("file-remove")).toBeFocused();
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("choose")).toBeFocused();
});

test("a truncated file is classified up to where it ends", async ({ open }, info) => {
  const whole = readFileSync(writeWav("whole.wav", medley(6, 20)));
  const path = info.outputPath("cut.wav");
  writeFileSync(path, whole.subarray(0, 44 + (whole.length - 44) / 2));
  const site = await open();
  await classify(site, path);
  await expect(newest(site)).toContainText("The file breaks off after 0:10.");
});

for (const format of ["mp3", "flac", "m4a", "ogg"]) {
  test(`${format} that is cut off is classified up to there`, async ({ open }, info) => {
    const path = info.outputPath(`whole.${format}`);
    // With the index at the beginning, as recorders that write m4a in one go do.
    const made = encode(writeWav(`cut-${format}.wav`, medley(1, 20)), path, ...(format === "m4a" ? ["-movflags", "+faststart"] : []));
    if (!made) console.log(`skipped: there is no ffmpeg that writes ${format}`);
    test.skip(!made, `there is no ffmpeg that writes ${format}`);
    const whole = readFileSync(path);
    const cut = info.outputPath(`cut.${format}`);
    writeFileSync(cut, whole.subarray(0, Math.round(whole.length / 2)));
    const site = await open();
    await classify(site, cut);
    const { seconds, warnings } = JSON.parse(await save(site, "json")) as Saved;
    expect(seconds).toBeGreaterThan(5);
    expect(seconds).toBeLessThan(15);
    // Ogg states its length nowhere but in its last page.
    expect(warnings.map(({ code }) => code)).toEqual(format === "ogg" ? [] : ["audio-cut-off"]);
  });
}

test("a folder: its recordings in natural order, and what was skipped, by kind", async ({ open }, info) => {
  const folder = info.outputPath("Field");
  const sound = readFileSync(writeWav("in-folder.wav", medley(6, 5)));
  const files = {
    "take 10.wav": sound,
    "take 2.WAV": sound,
    "sub/take 1.wav": sound,
    "notes.txt": "x",
    "sub/more.txt": "x",
    "photo.jpg": "x",
    LICENCE: "x",
    ".hidden.wav": sound,
    ".git/take.wav": sound,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const site = await open();
  await site.goTo("files");
  await expect(site.page.getByTestId("choose-folder")).toBeVisible();
  await site.page.getByTestId("folder").setInputFiles(folder);
  const names = ["Field/sub/take 1.wav", "Field/take 2.WAV", "Field/take 10.wav"];
  const shown = async () => {
    await expect(cards(site).locator(".file-folder")).toHaveText(["Field/sub", "Field", "Field"]);
    await expect(cards(site).locator(".file-name")).toHaveText(["take 1.wav", "take 2.WAV", "take 10.wav"]);
  };
  await shown();
  const summary = site.page.getByTestId("files-summary");
  const said = "3 recordings. Skipped: 2 .txt, 2 hidden, 1 .jpg, 1 without an extension.";
  await expect(summary).toHaveText(said);
  await expect(cards(site).and(site.page.locator("[data-state=done]"))).toHaveCount(3, { timeout: 20_000 });
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("files-json").click();
  const saved = JSON.parse(readFileSync(await (await begun).path(), "utf8")) as Saved[];
  expect(saved.map(({ file }) => file)).toEqual(names);

  // The same folder, dropped: only the browser itself can drop one.
  for (const left of [2, 1, 0]) {
    await newest(site).getByTestId("file-remove").click();
    await expect(cards(site)).toHaveCount(left);
  }
  const cdp = await site.page.context().newCDPSession(site.page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await cdp.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }
  await shown();
  await expect(summary).toHaveText(said);
  await expect(cards(site).and(site.page.locator("[data-state=done]"))).toHaveCount(3, { timeout: 20_000 });
});

test("inverted channels do not cancel; the card says so, and another channel can be chosen", async ({ open }, info) => {
  const left = siren.samples.subarray(0, 4 * siren.sampleRate);
  const path = info.outputPath("inverted.wav");
  writeFileSync(path, waveFile(siren.sampleRate, [left, left.map((sample) => -0.5 * sample)]));
  const site = await open();
  await classify(site, path);
  const card = newest(site);
  await expect(card).toHaveAttribute("data-label", /siren/i);
  await expect(card).toContainText("Channel 1 is used alone");
  const choice = card.getByRole("combobox", { name: "Channel" });
  await expect(choice).toHaveValue("mix");
  await choice.selectOption("right");
  await expect(card).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await expect(card).not.toContainText("is used alone");
  await expect(card).toHaveAttribute("data-label", /siren/i);
  const { channels, channel, warnings } = JSON.parse(await save(site, "json")) as Saved;
  expect({ channels, channel, warnings }).toEqual({ channels: 2, channel: "right", warnings: [] });
  // Only the channel chosen last is classified.
  const runs = await choice.evaluate(async (select: HTMLSelectElement) => {
    const card = select.closest<HTMLElement>("[data-testid=file-card]")!;
    let begun = 0;
    await new Promise<void>((resolve) => {
      new MutationObserver(() => {
        if (card.dataset["state"] === "working") begun += 1;
        if (card.dataset["state"] === "done") resolve();
      }).observe(card, { attributeFilter: ["data-state"] });
      for (const channel of ["left", "mix", "left"]) {
        select.value = channel;
        select.dispatchEvent(new Event("change"));
      }
    });
    return begun;
  });
  expect(runs).toBe(1);
  // A recording with one channel offers no choice.
  await classify(site, writeWav("mono.wav", medley(6, 4)));
  await expect(newest(site).getByTestId("file-channel")).toBeHidden();
});

test("what a browser has recorded has no length in its header, and is read to its end", async ({ open }) => {
  const site = await open();
  const transfer = await site.page.evaluateHandle(async () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 700 });
    const destination = new MediaStreamAudioDestinationNode(context);
    tone.connect(destination);
    tone.start();
    const recorder = new MediaRecorder(destination.stream, { mimeType: "audio/webm;codecs=opus" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    await new Promise((resolve) => {
      recorder.onstart = resolve;
      recorder.start(200);
    });
    const begun = context.currentTime;
    // Three seconds of sound by the audio clock, however long that takes: only the clock tells how much was recorded.
    while (context.currentTime < begun + 3) await new Promise((resolve) => setTimeout(resolve, 20));
    recorder.stop();
    await stopped;
    await context.close();
    const data = new DataTransfer();
    data.items.add(new File(parts, "voice.webm", { type: "audio/webm" }));
    return data;
  });
  await site.page.locator("body").dispatchEvent("drop", { dataTransfer: transfer });
  await expect(newest(site)).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  const { seconds, warnings } = JSON.parse(await save(site, "json")) as Saved;
  expect(seconds).toBeGreaterThan(2.5);
  expect(seconds).toBeLessThan(4);
  expect(warnings).toEqual([]);
});

test("in German, CSV has semicolons and decimal commas; it begins with a byte order mark in any language", async ({ open }) => {
  const path = writeWav("semikolon.wav", medley(6, 8));
  const english = await open();
  await classify(english, path);
  const commas = await save(english, "csv");
  const german = await open({ context: { locale: "de-DE" } });
  await classify(german, path);
  const semicolons = await save(german, "csv");
  expect(commas).toMatch(/^\ufefffile,onset,offset,duration,label,score,model\r\n/);
  expect(semicolons).toMatch(/^\ufefffile;onset;offset;duration;label;score;model\r\nsemikolon\.wav;\d+,\d{3};\d+,\d{3};/);
  const numbers = (line: string, separator: string) =>
    line.split(separator).flatMap((cell) => (/^\d+[.,]\d+$/.test(cell) ? [Number(cell.replace(",", "."))] : []));
  const rows = (csv: string) => csv.trimEnd().split("\r\n").slice(1);
  expect(rows(semicolons).map((line) => numbers(line, ";"))).toEqual(rows(commas).map((line) => numbers(line, ",")));
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    const locale = width === 390 ? "de-DE" : "en-GB";
    test(`a folder's results with warnings and channels are accessible, ${colorScheme}, ${width} px`, async ({ open }, info) => {
      const folder = info.outputPath("Aufnahmen 2026-05-12, am Teich");
      mkdirSync(folder, { recursive: true });
      const left = siren.samples.subarray(0, 6 * siren.sampleRate);
      const inverted = waveFile(siren.sampleRate, [left, left.map((sample) => -sample)]);
      writeFileSync(join(folder, "inverted.wav"), inverted);
      writeFileSync(join(folder, "cut and inverted.wav"), inverted.subarray(0, inverted.length / 2));
      writeFileSync(join(folder, "20260512_063000_a-name-that-is-longer-than-any-screen-is-wide-but-has-no-space.wav"), inverted);
      writeFileSync(join(folder, "broken.wav"), inverted.subarray(0, 30));
      writeFileSync(join(folder, "notes.txt"), "x");
      const site = await open({ context: { viewport: { width, height: 900 }, colorScheme, locale } });
      await site.goTo("files");
      await site.page.getByTestId("folder").setInputFiles(folder);
      await expect(cards(site).and(site.page.locator("[data-state=done]"))).toHaveCount(3, { timeout: 30_000 });
      await expect(cards(site).and(site.page.locator("[data-code=audio-damaged]"))).toHaveCount(1);
      await newest(site).locator("summary").click();
      expect(await serious(site.page, `files, ${colorScheme}, ${width}`)).toEqual([]);
      const overflow = await site.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await site.page.screenshot({ path: info.outputPath("files.png"), fullPage: true });
    });
  }
}

test("works by keyboard alone", async ({ open }) => {
  const site = await open();
  await classify(site, writeWav("keys.wav", medley(6, 8)));
  await site.page.getByTestId("tab-files").press("Enter");
  await newest(site).locator("summary").press("Enter");
  await expect(newest(site).getByTestId("file-parts")).toBeVisible();
  const begun = site.page.waitForEvent("download");
  await newest(site).getByTestId("file-csv").press("Enter");
  expect((await begun).suggestedFilename()).toBe("keys.wav.csv");
  await newest(site).getByTestId("file-remove").press("Enter");
  await expect(cards(site)).toHaveCount(0);
});
