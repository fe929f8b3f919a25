// Answers that the user corrects, live and in recordings: each becomes an example of a taught sound, or is never given again.

import { rmSync } from "node:fs";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { card, expectTaught, labelOf } from "./support/teach";
import { writeWav } from "./support/wav";

test("the current answer can be corrected while listening", async ({ open }) => {
  const site = await open({ wav: writeWav("taught-answer.wav", SYNTHESISED["two-tone-horn"]!) });
  await site.expectState("idle");
  const correct = site.page.getByTestId("answer-correct");
  await expect(correct).toBeHidden();
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 20_000 });
  await correct.click();
  await site.page.getByTestId("correct-label").fill("My horn");
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of My horn.");
  await site.expectState("listening");
  await expect(site.label).toHaveAttribute("data-label", "My horn", { timeout: 20_000 });
  // While it is learned, and in a window that has little of the sound, there can be another answer for a moment.
  const never = site.page.getByTestId("correct-never");
  const openForMyHorn = () =>
    expect(async () => {
      await correct.click({ timeout: 1000 });
      const named = (await never.textContent()) ?? "";
      if (!named.includes("My horn")) await site.page.getByTestId("correct-cancel").click();
      expect(named).toContain("My horn");
    }).toPass({ timeout: 30_000 });
  // Confirming a taught sound makes another example of it.
  await openForMyHorn();
  await site.page.getByTestId("correct-right").click();
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of My horn.");
  await site.goTo("teach");
  await expect(card(site, "My horn").getByTestId("teach-example")).toHaveCount(2);
  await site.page.getByTestId("undo").click();
  await expect(card(site, "My horn").getByTestId("teach-example")).toHaveCount(1);
  await site.goTo("listen");
  await openForMyHorn();
  await never.click();
  await expect(site.label).not.toHaveAttribute("data-label", "My horn");
});

test("a wrong answer of the model itself cannot be taught away, and can be muted instead", async ({ open }) => {
  const horn = writeWav("taught-never.wav", SYNTHESISED["two-tone-horn"]!);
  const site = await open();
  await site.expectState("idle");
  const label = (await labelOf(site, horn))!;
  const file = site.page.getByTestId("file-card").first();
  await file.locator("summary").click();
  await file.locator(`[data-testid=file-parts] [data-label="${label}"]`).first().getByTestId("file-correct").click();
  await site.page.getByTestId("correct-wrong").click();
  const bar = site.page.getByTestId("undo-bar");
  await expect(bar).toContainText(`${label} is a sound of the model, which examples of something else do not change`);
  await site.page.getByTestId("undo-next").click();
  await expect(bar).toContainText(`${label} is muted.`);
  await expect(site.page.getByTestId("undo-next")).toBeHidden();
  // Nor is it shown in files that are already classified, until the mute is undone.
  const muted = file.locator(`[data-testid=file-parts] [data-label="${label}"]`);
  await expect(file).not.toHaveAttribute("data-label", label);
  await expect(muted).toHaveCount(0);
  await site.page.getByTestId("undo").click();
  await expect(file).toHaveAttribute("data-label", label);
  await expect(muted.first()).toBeVisible();
  await muted.first().getByTestId("file-correct").click();
  await site.page.getByTestId("correct-never").click();
  await expect(file).not.toHaveAttribute("data-label", label);
  await site.goTo("teach");
  await expect(site.page.getByTestId("teach-muted")).toContainText(label);
  await expect(site.page.getByTestId("teach-something").getByTestId("teach-example")).toHaveCount(1);
});

test("a correction that fails is explained where it was made, and a file that cannot be read offers none", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const path = writeWav("nothing.wav", { samples: new Float32Array(4 * 8000), sampleRate: 8000 });
  await labelOf(site, path);
  const file = site.page.getByTestId("file-card").first();
  await file.locator("summary").click();
  const correct = file.getByTestId("file-correct").first();
  await correct.click();
  await site.page.getByTestId("correct-label").fill("Hush");
  await site.page.getByTestId("correct-wrong").click();
  await expect(site.page.getByTestId("undo-bar")).toContainText("It is silent.");
  await expect(site.page.getByTestId("undo")).toBeHidden();
  rmSync(path);
  await correct.click();
  const dialog = site.page.getByTestId("correction");
  await expect(dialog.getByText("cannot be read")).toBeVisible();
  await expect(dialog.getByTestId("correct-label")).toBeHidden();
});

test("a corrected label stays if more was taught under it before that is undone", async ({ open }) => {
  const horn = SYNTHESISED["two-tone-horn"]!;
  const site = await open();
  await site.expectState("idle");
  await labelOf(site, writeWav("taught-then.wav", horn));
  const file = site.page.getByTestId("file-card").first();
  await file.locator("summary").click();
  await file.getByTestId("file-correct").first().click();
  await site.page.getByTestId("correct-label").fill("My horn");
  await site.page.getByTestId("correct-wrong").click();
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of My horn.");
  await site.goTo("teach");
  const examples = card(site, "My horn").getByTestId("teach-example");
  await expect(examples).toHaveCount(1);
  const more = writeWav("taught-more.wav", { ...horn, samples: horn.samples.slice(0, 3 * horn.sampleRate) });
  await card(site, "My horn").getByTestId("teach-file").setInputFiles(more);
  await expect(examples).toHaveCount(2, { timeout: 20_000 });
  await site.page.getByTestId("undo").click();
  await expect(examples).toHaveCount(1);
  await expect(examples).toContainText("taught-more.wav");
});

test("the answers of a finished recording and of a file can be corrected", async ({ open }) => {
  const horn = writeWav("taught-later.wav", SYNTHESISED["two-tone-horn"]!);
  const site = await open({ wav: horn });
  await site.expectState("idle");
  await site.record.click();
  await site.expectState("result");
  await site.page.getByTestId("answer-correct").click();
  await site.page.getByTestId("correct-label").fill("My horn");
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of My horn.");
  await site.goTo("files");
  await site.page.getByTestId("file").setInputFiles(horn);
  const file = site.page.getByTestId("file-card").first();
  await expect(file).toHaveAttribute("data-state", "done", { timeout: 20_000 });
  await file.locator("summary").click();
  await file.getByTestId("file-correct").first().click();
  await site.page.getByTestId("correct-label").fill("my horn");
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of My horn.");
  await site.goTo("teach");
  await expectTaught(site, "learned");
  await expect(card(site, "My horn").getByTestId("teach-example")).toHaveCount(2);
  // A sound that the model knows gets an example in addition to what is known.
  await site.goTo("files");
  await file.getByTestId("file-correct").first().click();
  await site.page.getByTestId("correct-label").fill("purr");
  await site.page.keyboard.press("Enter");
  await expect(site.page.getByTestId("undo-bar")).toContainText("Kept as an example of Purr. Purr is known already; your examples are added to it.");
  await site.goTo("teach");
  await expect(card(site, "Purr").getByTestId("teach-example")).toHaveCount(1);
});
