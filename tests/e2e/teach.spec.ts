// Sounds that the user teaches: from files and the microphone, distinguished from then on, saved, opened.

import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { save, type Saved } from "./support/files";
import { eventAt, seed } from "./support/history";
import { expect, type Site, test } from "./support/site";
import { another, card, expectTaught, expectDistinguished, give, LABELS, labelOf, name, notice, recordings, teachBoth } from "./support/teach";
import { SYNTHESISED } from "./support/synthesis";
import { tiled, writeWav } from "./support/wav";

test("two sounds, taught from three files each, are told apart, also after a reload", async ({ open }) => {
  const site = await open();
  await teachBoth(site);
  await expect(card(site, LABELS[0]!).getByTestId("teach-result")).toHaveText(/Recognised \d of [23] recordings.*expect \d+% to \d+%/);
  // The recording times of files are unknown.
  await expect(card(site, LABELS[0]!).getByTestId("teach-result")).not.toContainText("ten minutes");
  await expectDistinguished(site);
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("teach");
  await expect(card(site, LABELS[1]!).getByTestId("teach-example")).toHaveCount(3);
  await expectTaught(site, "learned");
  await expect(card(site, LABELS[0]!).getByTestId("teach-result")).toHaveText(/Recognised/);
  await expectDistinguished(site);
});

test("a taught sound is named live, is in the list, and can be an alert", async ({ open }) => {
  const site = await open({ wav: writeWav("taught-live.wav", SYNTHESISED["two-tone-horn"]!) });
  await teachBoth(site);
  await site.goTo("listen");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", LABELS[0]!, { timeout: 20_000 });
  await expect(site.page.getByTestId("sounds").locator(`[data-label="${LABELS[0]}"]`).first()).toBeVisible();
  await site.page.getByTestId("settings").locator("summary").click();
  await expect(site.page.getByTestId(`alert-${LABELS[0]}`)).toBeVisible();
  await site.expectState("listening");
});

test("taught while listening, a sound is named without a restart", async ({ open }) => {
  const site = await open({ wav: writeWav("taught-meanwhile.wav", SYNTHESISED["two-tone-horn"]!) });
  await site.expectState("idle");
  await site.startListening();
  await teachMeanwhile(site);
  await site.goTo("listen");
  await expect(site.label).toHaveAttribute("data-label", LABELS[0]!, { timeout: 20_000 });
  await site.expectState("listening");
});

async function teachMeanwhile(site: Site): Promise<void> {
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!));
}

test("an example is recorded, played, removed and brought back", async ({ open }) => {
  const site = await open({ wav: writeWav("taught-record.wav", SYNTHESISED["two-tone-horn"]!) });
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, "Horn");
  const horn = card(site, "Horn");
  await horn.getByTestId("teach-record").click();
  await expect(horn.getByTestId("teach-record")).toHaveText(/Stop/);
  const examples = horn.getByTestId("teach-example");
  await expect(examples).toHaveCount(1, { timeout: 20_000 });
  await expectTaught(site, "learned");
  await expect(horn.getByTestId("teach-result")).toContainText("One recording is a start");
  await expect(horn.getByTestId("teach-findings").locator("[data-kind=next]")).toHaveCount(2);
  expect(await site.liveTracks()).toBe(0);
  const play = examples.getByRole("button", { name: /^Play/ });
  await play.click();
  await expect(play).toHaveAttribute("data-playing");
  const sounding = () =>
    site.page.evaluate(() => (globalThis as unknown as { contexts: AudioContext[] }).contexts.some(({ state }) => state === "running"));
  expect(await sounding()).toBe(true);
  await examples.getByRole("button", { name: /^Remove/ }).click();
  await expect(examples).toHaveCount(0);
  await expect.poll(sounding).toBe(false);
  await expectTaught(site, "rest");
  await site.page.getByTestId("undo").click();
  await expect(examples).toHaveCount(1);
  await expect(horn.getByRole("heading"), "the focus returns to where it was").toBeFocused();
  await expectTaught(site, "learned");
});

test("without a microphone, recording says what to do", async ({ open }) => {
  const site = await open({ permission: "deny" });
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, "Horn");
  await card(site, "Horn").getByTestId("teach-record").click();
  await expect(notice(site)).toHaveAttribute("data-code", "permission-denied");
  await expect(notice(site)).toHaveText(/not allowed to use the microphone/);
  await expect(card(site, "Horn").getByTestId("teach-record")).toHaveText("Record 4 seconds");
});

test("silence and files without sound are refused, and the others are used", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  const silent = writeWav("silent.wav", { samples: new Float32Array(96_000), sampleRate: 48_000 });
  const broken = test.info().outputPath("broken.wav");
  writeFileSync(broken, "<script>alert(1)</script>");
  const examples = card(site, LABELS[0]!).getByTestId("teach-example");
  await card(site, LABELS[0]!).getByTestId("teach-file").setInputFiles([silent, broken, recordings(LABELS[0]!)[0]!]);
  await expect(examples).toHaveCount(1, { timeout: 30_000 });
  await expectTaught(site, "learned");
  await expect(notice(site)).toHaveText(/silent\.wav: It is silent.*broken\.wav: /);
});

test("the first minute of a long file is used, in pieces that show where they are", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  const long = writeWav("long.wav", tiled(SYNTHESISED["two-tone-horn"]!, 70));
  await card(site, LABELS[0]!).getByTestId("teach-file").setInputFiles(long);
  const examples = card(site, LABELS[0]!).getByTestId("teach-example");
  await expect(examples).toHaveCount(6, { timeout: 60_000 });
  await expect(notice(site)).toHaveText(/^long\.wav: only the first minute is used/);
  // The newest comes first.
  await expect(examples.first()).toContainText(/0:50.*1:00.*10 s/);
  await expect(examples.first().getByRole("button", { name: /^Play long\.wav, 0:50/ })).toBeVisible();
  await expect(examples.last()).not.toContainText("0:00");
  await expectTaught(site, "learned");
});

test("a name is text, never markup; the same name gets no second card", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  const hostile = "<img src=x onerror=alert(1)>";
  await site.page.getByTestId("teach-name").fill(`  ${hostile}  `);
  await site.page.getByTestId("teach-add").click();
  await expect(site.page.getByTestId("teach-label").getByRole("heading")).toHaveText(hostile);
  await site.page.getByTestId("teach-name").fill(hostile.toUpperCase());
  await site.page.getByTestId("teach-add").click();
  await expect(site.page.getByTestId("teach-label")).toHaveCount(1);
  await site.page.getByTestId("teach-add").click();
  await expect(notice(site)).toHaveText("Give the sound a name first.");
  expect(await site.page.locator("#view-teach img").count()).toBe(0);
  // Nor is it mistaken for a property that every object has.
  await name(site, "constructor");
  await expect(card(site, "constructor").getByRole("heading")).toHaveText("Constructor");
});

test("a sound that the model knows is added to, whatever the case and the language of its name", async ({ open }) => {
  for (const [locale, typed, heading, words] of [
    ["en-GB", "pURR", "Purr", "Purr is known already; your examples are added to it."],
    ["de-DE", "schnurren", "Schnurren", "Schnurren ist schon bekannt; deine Beispiele kommen dazu."],
  ] as const) {
    const site = await open({ context: { locale } });
    await site.expectState("idle");
    await site.goTo("teach");
    await site.page.getByTestId("teach-name").fill(typed);
    await site.page.getByTestId("teach-add").click();
    await expect(card(site, "Purr").getByRole("heading")).toHaveText(heading);
    await expect(notice(site)).toHaveText(words);
    await give(site, "Purr", recordings(LABELS[0]!).slice(0, 1));
    await expect(card(site, "Purr").getByTestId("teach-findings").locator("[data-kind=adds]")).toBeVisible();
  }
});

test("saved as a file and opened in another browser, the same sounds are known", async ({ open }) => {
  const site = await open();
  await teachBoth(site);
  const path = await saved(site);
  const other = await open();
  await other.expectState("idle");
  await other.goTo("teach");
  await other.page.getByTestId("teach-import").setInputFiles(path);
  for (const label of LABELS) await expect(card(other, label).getByTestId("teach-example")).toHaveCount(3);
  await expect(notice(other)).toHaveText("6 examples added.");
  await expectTaught(other, "learned");
  await expectDistinguished(other);
  await other.goTo("teach");
  await other.page.getByTestId("teach-import").setInputFiles(path);
  await expect(notice(other)).toHaveText("All examples of this file were there already.");
});

async function saved(site: Site): Promise<string> {
  await site.goTo("teach");
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("teach-save").click();
  const download = await begun;
  expect(download.suggestedFilename()).toBe("my-sounds.sound.json");
  const path = test.info().outputPath("my-sounds.sound.json");
  await download.saveAs(path);
  return path;
}

test("files that are broken, hostile, too large or for another model are refused, and nothing is lost", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!));
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("teach-save").click();
  const good = JSON.parse(readFileSync(await (await begun).path(), "utf8")) as Record<string, unknown>;
  const path = test.info().outputPath("hostile.sound.json");
  const refused = async (content: string | Buffer, code: string) => {
    writeFileSync(path, content);
    await site.page.getByTestId("teach-import").setInputFiles(path);
    await expect(notice(site)).toHaveAttribute("data-code", code, { timeout: 20_000 });
    await expect(notice(site)).toHaveText(/^hostile\.sound\.json: /);
    await expect(site.page.getByTestId("teach-example")).toHaveCount(3);
    // The next refusal must not be taken for this one.
    await site.page.getByTestId("teach-add").click();
    await expect(notice(site)).toHaveAttribute("data-code", "name");
  };
  await refused("not JSON", "head-format");
  await refused("<html></html>", "head-format");
  await refused(JSON.stringify({ ...good, examples: "all of them" }), "head-format");
  await refused(JSON.stringify({ ...good, examples: [{ label: "x", vector: "AAAA" }] }), "head-format");
  await refused(readFileSync("../../models/everyday/urban.head.json".replace("../../", `${__dirname}/../../`)), "head-format");
  const base = { ...(good["base"] as object), sha256: "0".repeat(64) };
  await refused(JSON.stringify({ ...good, base }), "head-mismatch");
  await refused(Buffer.alloc(64 * 1024 * 1024 + 1, " "), "limit");
  // One that is refused does not keep the next from being opened.
  const whole = test.info().outputPath("good.sound.json");
  writeFileSync(path, "not JSON");
  writeFileSync(whole, JSON.stringify(good));
  await site.page.getByTestId("teach-import").setInputFiles([path, whole]);
  await expect(notice(site)).toHaveText(/^hostile\.sound\.json: .* good\.sound\.json: All examples of this file were there already\.$/);
  await expect(notice(site)).toHaveAttribute("data-code", "head-format");
  expect(await labelOf(site, another(LABELS[0]!))).toBe(LABELS[0]);
});

test("a muted label is neither shown nor in the history, until it is unmuted", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await seed(site.page, [eventAt(0.1, "Siren"), eventAt(0.2, "Dog"), eventAt(0.3, "Siren")]);
  await site.goTo("history");
  const rows = site.page.getByTestId("history-rows").locator("li");
  await expect(rows).toHaveCount(3);
  await rows.first().getByTestId("history-correct").click();
  await expect(site.page.getByTestId("correction")).toContainText("No sound was kept");
  await expect(site.page.getByTestId("correction")).toContainText("switch on “Keep 4 seconds of sound with each event” in the history");
  await site.page.getByTestId("correct-never").click();
  await expect(rows).toHaveCount(1);
  await site.page.getByTestId("undo").click();
  await expect(rows).toHaveCount(3);
  await rows.first().getByTestId("history-correct").click();
  await site.page.getByTestId("correct-never").click();
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("history");
  await expect(rows).toHaveCount(1);
  await site.goTo("teach");
  await site.page.getByRole("button", { name: "Show Siren again" }).click();
  await expect(site.page.getByTestId("teach-muted")).toBeHidden();
  await site.goTo("history");
  await expect(rows).toHaveCount(3);
});

test("a muted label is not the answer while listening", async ({ open }) => {
  const site = await open({ wav: writeWav("taught-muted.wav", SYNTHESISED["two-tone-horn"]!) });
  await teachBoth(site);
  await mute(site.page, LABELS[0]!);
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("listen");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 20_000 });
  expect(await site.watchLabels(3)).not.toContain(LABELS[0]);
  expect(Object.keys(await site.scores())).not.toContain(LABELS[0]);
});

test("in place of a muted label comes the model's next one, if it reaches its own threshold", async ({ open }) => {
  const site = await open();
  const file = another(LABELS[1]!);
  const untaught = await labelOf(site, file);
  expect(untaught).not.toBe("rejected");
  // A taught label has the threshold 0.5, so that the model's answer could not be seen with it.
  const { segments } = JSON.parse(await save(site, "json")) as Saved;
  expect(Math.max(...segments.map(({ score }) => score))).toBeLessThan(0.5);
  await teachBoth(site);
  expect(await labelOf(site, file)).toBe(LABELS[1]);
  await mute(site.page, LABELS[1]!);
  await site.page.reload();
  await site.expectState("idle");
  expect(await labelOf(site, file)).toBe(untaught);
});

async function mute(page: Page, label: string): Promise<void> {
  await page.evaluate((label) => {
    const kept = JSON.parse(localStorage.getItem("sourcing-sound.settings") ?? "{}") as object;
    localStorage.setItem("sourcing-sound.settings", JSON.stringify({ ...kept, muted: [label] }));
  }, label);
}

test("a wrong event of the history becomes an example of what it was; that can be undone", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const event = eventAt(0.1, "Siren", { hasClip: true });
  await seed(site.page, [event], [{ id: event.id, at: 1, sampleRate: 16_000, value: 0, seconds: 4 }]);
  await giveClip(site.page, event.id);
  await site.goTo("history");
  await site.page.getByTestId("history-correct").click();
  await site.page.getByTestId("correct-label").fill("My kettle");
  await site.page.getByTestId("correct-wrong").click();
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of My kettle.");
  await site.goTo("teach");
  await expect(card(site, "My kettle").getByTestId("teach-example")).toHaveCount(1);
  await expectTaught(site, "learned");
  await site.page.getByTestId("undo").click();
  await expect(card(site, "My kettle")).toHaveCount(0);
  await expectTaught(site, "rest");
  // The same sound, chosen from within the view.
  await name(site, "Horn");
  await card(site, "Horn").getByTestId("teach-history").click();
  await site.page.getByTestId("teach-picker-use").dblclick();
  await expect(site.page.getByTestId("teach-picker-use")).toHaveText("Added");
  await site.page.getByTestId("teach-picker-close").click();
  await expect(card(site, "Horn").getByTestId("teach-example")).toHaveCount(1);
});

/** Replaces a clip's samples by two tones. */
async function giveClip(page: Page, id: string): Promise<void> {
  await page.evaluate(
    (id) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open("sourcing-sound");
        opening.onsuccess = () => {
          const change = opening.result.transaction("clips", "readwrite");
          const samples = Int16Array.from({ length: 64_000 }, (_, i) => 8000 * (Math.sin(i * 0.2) + Math.sin(i * 0.31))).buffer;
          change.objectStore("clips").put({ id, at: 1, sampleRate: 16_000, samples });
          change.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    id,
  );
}

test("with another model in use, the view says so and offers to switch", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.expectModels("choice");
  await site.choose("urban-tiny");
  await site.goTo("teach");
  const other = site.page.getByTestId("teach-other");
  await expect(other).toContainText("another one is in use");
  await name(site, LABELS[0]!);
  await card(site, LABELS[0]!).getByTestId("teach-file").setInputFiles(recordings(LABELS[0]!));
  await expectTaught(site, "waiting");
  await site.page.getByTestId("teach-everyday").click();
  await expect(other).toBeHidden();
  await expectTaught(site, "learned");
  expect(await labelOf(site, another(LABELS[0]!))).toBe(LABELS[0]);
});
