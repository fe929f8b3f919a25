// The path of a taught sound: from the microphone to the answer, over a reload and without a network, as a file into another
// browser, and from there to the command line.

import { readFileSync } from "node:fs";
import { classifyNatively } from "./support/command-line";
import { expect, type Site, test } from "./support/site";
import { another, card, expectTaught, LABELS, labelOf, name, TAUGHT, type TaughtName } from "./support/teach";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";


/** What the microphone plays from the next time that it is opened: the browser reads the file then. */
const plays = (label: TaughtName) => writeWav("taught-chain.wav", SYNTHESISED[TAUGHT[label]]!);

test("taught by the microphone, told apart live, kept, offline, opened elsewhere, and the same on the command line", async ({ open }) => {
  const site = await open({ wav: plays(LABELS[0]!), serviceWorkers: "allow" });
  await site.expectState("idle");
  await site.goTo("teach");
  for (const label of LABELS) {
    plays(label);
    await name(site, label);
    await card(site, label).getByTestId("teach-record").click();
    await expect(card(site, label).getByTestId("teach-example")).toHaveCount(1, { timeout: 20_000 });
    await expectTaught(site, "learned");
  }
  for (const label of LABELS) await expectNamedLive(site, label);

  await site.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await site.page.reload();
  await site.expectState("idle");
  for (const label of LABELS) await expectNamedLive(site, label);
  await site.page.context().setOffline(true);
  await site.page.reload();
  await site.expectState("idle");
  for (const label of LABELS) await expectNamedLive(site, label);
  await site.goTo("teach");
  const file = test.info().outputPath("chain.sound.json");
  await save(site, "teach-save", file);

  const other = await open();
  await other.expectState("idle");
  await other.goTo("teach");
  await other.page.getByTestId("teach-import").setInputFiles(file);
  await expectTaught(other, "learned");
  for (const label of LABELS) {
    const recording = another(label);
    expect(await labelOf(other, recording)).toBe(label);
    const result = test.info().outputPath("result.json");
    await save(other, "file-json", result);
    const { segments } = JSON.parse(readFileSync(result, "utf8")) as { segments: { label: string; score: number }[] };
    const native = classifyNatively(recording, undefined, file).segments;
    expect(segments.map(({ label }) => label)).toEqual(native.map(({ label }) => label));
    const differences = segments.map(({ score }, i) => Math.abs(score - native[i]!.score));
    expect(Math.max(...differences), "the page's scores are those of the command line").toBeLessThanOrEqual(1e-4);
  }
});

async function expectNamedLive(site: Site, label: TaughtName): Promise<void> {
  plays(label);
  await site.goTo("listen");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", label, { timeout: 20_000 });
  await site.listen.click();
  await site.expectState("idle");
}

async function save(site: Site, button: string, path: string): Promise<void> {
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId(button).first().click();
  await (await begun).saveAs(path);
}
