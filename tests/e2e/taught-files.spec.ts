// Files of taught sounds that hold the sound of their examples, which they do only if the user asks for it: it is played where
// the file is opened, and learned again by another model.

import { readFileSync, writeFileSync } from "node:fs";
import { classifyNatively } from "./support/command-line";
import { expect, type Site, test } from "./support/site";
import { another, card, expectDistinguished, expectTaught, LABELS, labelOf, teachBoth } from "./support/teach";

const notice = (site: Site) => site.page.getByTestId("teach-notice");

interface SoundFile {
  base: { name: string; sha256: string };
  examples: { label?: string; sha256: string; recording: string }[];
  sounds?: { sha256: string; sample_rate: number; samples: string }[];
}

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as SoundFile;

async function save(site: Site, name: string): Promise<string> {
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("teach-save").click();
  const path = test.info().outputPath(name);
  await (await begun).saveAs(path);
  return path;
}

/** Both sounds, taught and saved without and with their sound. */
async function both(site: Site): Promise<{ plain: string; sounding: string }> {
  await teachBoth(site);
  const plain = await save(site, "plain.sound.json");
  await site.page.getByTestId("teach-save-sound").check();
  return { plain, sounding: await save(site, "sounding.sound.json") };
}

async function openFile(site: Site, path: string): Promise<void> {
  await site.page.getByTestId("teach-import").setInputFiles(path);
}

async function fresh(open: () => Promise<Site>): Promise<Site> {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  return site;
}

test("the sound is in a file only if the user asks for it, and is then played elsewhere", async ({ open }) => {
  const { plain, sounding } = await both(await open());
  expect(read(plain).sounds).toBeUndefined();
  const { sounds, ...rest } = read(sounding);
  expect(rest, "all else is the same").toEqual(read(plain));
  expect(sounds!.map(({ sha256 }) => sha256).sort()).toEqual(rest.examples.map(({ sha256 }) => sha256).sort());
  for (const label of LABELS) {
    const [without, within] = [plain, sounding].map((file) => classifyNatively(another(label), undefined, file));
    expect(within!.label).toBe(label);
    expect(within!.scores, "on the command line").toEqual(without!.scores);
  }
  const other = await fresh(open);
  await openFile(other, sounding);
  await expect(notice(other)).toHaveText("6 examples added.");
  await expectTaught(other, "learned");
  for (const label of LABELS) {
    const examples = card(other, label).getByTestId("teach-example");
    await expect(examples).toHaveCount(3);
    await expect(examples.locator("canvas")).toHaveCount(3);
    await expect(examples.first()).not.toContainText("without its sound");
    const play = examples.first().getByRole("button", { name: /^Play/ });
    await play.click();
    await expect(play).toHaveAttribute("data-playing");
    expect(await labelOf(other, another(label))).toBe(label);
    await other.goTo("teach");
  }
  // Examples that came without their sound have none to save.
  const third = await fresh(open);
  await openFile(third, plain);
  await expect(card(third, LABELS[0]!).getByTestId("teach-example").first()).toContainText("without its sound");
  await expect(third.page.getByTestId("teach-save-sound")).toBeDisabled();
});

test("a file for another model is named, and learned again from its sound if the user wants that", async ({ open }) => {
  const { plain, sounding } = await both(await open());
  const site = await fresh(open);
  const path = test.info().outputPath("elsewhere.sound.json");
  const foreign = (from: string, name: string) => {
    writeFileSync(path, JSON.stringify({ ...read(from), base: { name, sha256: "0".repeat(64) } }));
    return path;
  };
  await openFile(site, foreign(plain, "garden"));
  await expect(notice(site)).toHaveAttribute("data-code", "head-mismatch", { timeout: 20_000 });
  await expect(notice(site)).toHaveText(/^elsewhere\.sound\.json: This file was made for another model, “garden”\. It cannot be used here without/);
  await openFile(site, foreign(plain, "everyday"));
  await expect(notice(site)).toHaveText(/made for another version of the everyday model/);
  await openFile(site, foreign(sounding, "garden"));
  const dialog = site.page.getByRole("dialog");
  await expect(dialog).toContainText("“garden”. Learn its 6 examples again from the sound that is in it?");
  await site.page.getByTestId("teach-not-again").click();
  await expect(dialog).toHaveCount(0);
  await expect(site.page.getByTestId("teach-example")).toHaveCount(0);
  await openFile(site, path);
  await site.page.getByTestId("teach-again").click();
  await expect(notice(site)).toHaveText("6 examples added.", { timeout: 30_000 });
  await expectTaught(site, "learned");
  await expectDistinguished(site);
  await site.goTo("teach");
  await openFile(site, path);
  await site.page.getByTestId("teach-again").click();
  await expect(notice(site)).toHaveText("All examples of this file were there already.");
});

test("a file with sounds that are broken is refused, and nothing is added", async ({ open }) => {
  const { sounding } = await both(await open());
  const site = await fresh(open);
  const good = read(sounding);
  const [first] = good.sounds!;
  const path = test.info().outputPath("broken.sound.json");
  const broken: [why: string, sounds: unknown][] = [
    ["no list", { all: "of them" }],
    ["no object", [null]],
    ["no base64", [{ ...first, samples: "%%%%" }]],
    ["an odd number of bytes", [{ ...first, samples: "AAAA" }]],
    ["no samples", [{ ...first, samples: "" }]],
    ["no rate", [{ ...first, sample_rate: "fast" }]],
    ["a rate that would make a minute of it", [{ ...first, sample_rate: 8000, samples: "AAAA".repeat(80_000) }]],
    ["a rate that is too high", [{ ...first, sample_rate: 1e9 }]],
  ];
  for (const base of [good.base, { name: "garden", sha256: "0".repeat(64) }]) {
    for (const [why, sounds] of broken) {
      writeFileSync(path, JSON.stringify({ ...good, base, sounds }));
      await openFile(site, path);
      await expect(notice(site), why).toHaveAttribute("data-code", "head-format", { timeout: 20_000 });
      // The next refusal must not be taken for this one.
      await site.page.getByTestId("teach-add").click();
      await expect(notice(site)).toHaveAttribute("data-code", "name");
    }
  }
  await expect(site.page.getByTestId("teach-example")).toHaveCount(0);
});
