// A taught sound while the page listens: how sure the page is of it, and that it is treated like any other label.

import { readFileSync } from "node:fs";
import { stored } from "./support/history";
import { expect, type Site, test } from "./support/site";
import { card, expectTaught, name, recordings, teachBoth, TAUGHT, type TaughtName } from "./support/teach";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

const [HORN, CLICKS] = Object.keys(TAUGHT) as [TaughtName, TaughtName];
const live = (site: Site, label: string) => card(site, label).getByTestId("teach-live");
const horn = () => writeWav("taught-live-score.wav", SYNTHESISED["two-tone-horn"]!);

/** In place of the microphone's sound: a tone when it is first opened, a hiss after that. Recordings so unlike are no copies. */
function tonesThenHisses(): void {
  let opened = 0;
  globalThis.MediaStreamAudioSourceNode = class {
    constructor(context: AudioContext) {
      opened += 1;
      const buffer = new AudioBuffer({ length: context.sampleRate, sampleRate: context.sampleRate });
      buffer.getChannelData(0).forEach((_, i, samples) => (samples[i] = 0.2 * Math.sin(i * i)));
      const tone = new OscillatorNode(context, { frequency: 440 });
      const node = opened === 1 ? tone : new AudioBufferSourceNode(context, { buffer, loop: true });
      node.start();
      return node;
    }
  } as never;
}

test("the view shows how sure the page is of each taught sound while it listens", async ({ open }) => {
  const site = await open({ wav: horn() });
  await teachBoth(site);
  for (const label of [HORN, CLICKS]) {
    await expect(live(site, label)).toHaveAttribute("data-state", "none");
    await expect(live(site, label)).toHaveText("recognised from 50% on");
  }
  const button = site.page.getByTestId("teach-listen");
  await expect(button).toHaveText("Start listening");
  await button.click();
  await expect(live(site, HORN)).toHaveAttribute("data-state", "recognised", { timeout: 20_000 });
  await expect(live(site, HORN)).toHaveText(/^\d+% now · highest \d+% · recognised from 50% on$/);
  await expect(live(site, CLICKS)).toHaveAttribute("data-state", "below");
  await expect(button).toHaveText("Stop listening");
  const meter = live(site, HORN).getByRole("meter");
  const shown = await meter.evaluate((element) => [Number(element.ariaValueNow), element.ariaValueText] as const);
  expect(shown[0]).toBeGreaterThanOrEqual(50);
  expect(shown[1]).toContain(`${shown[0]}% now`);
  // The user's own threshold applies to taught sounds too.
  await site.goTo("listen");
  await site.page.getByTestId("settings").locator("summary").click();
  await site.page.getByTestId("setting-rejectionThreshold").fill("0.95");
  await site.goTo("teach");
  await expect(live(site, HORN)).toContainText("recognised from 95% on");
  await button.click();
  await site.expectState("idle");
  await expect(live(site, HORN)).toHaveAttribute("data-state", "none");
  await expect(live(site, HORN)).toHaveText("recognised from 95% on");
});

test("one recording is called a start, with what to do next, until there are more", async ({ open }) => {
  const site = await open({ prepare: (page) => page.addInitScript(tonesThenHisses) });
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, HORN);
  const [result, next] = [card(site, HORN).getByTestId("teach-result"), card(site, HORN).locator("[data-kind=next]")];
  await card(site, HORN).getByTestId("teach-record").click();
  await expect(card(site, HORN).getByTestId("teach-example")).toHaveCount(1, { timeout: 20_000 });
  await expectTaught(site, "learned");
  await expect(result).toContainText("One recording is a start");
  await expect(next).toHaveCount(2);
  await card(site, HORN).getByTestId("teach-record").click();
  await expect(card(site, HORN).getByTestId("teach-example")).toHaveCount(2, { timeout: 20_000 });
  await expectTaught(site, "learned");
  await expect(next).toHaveCount(0);
  await expect(result).toHaveText(/^Recognised \d of 2 recordings.*all made within ten minutes: at other times and places/);
  // What else is given is measured, whether there is one recording or more.
  const other = site.page.getByTestId("teach-something");
  await other.getByTestId("teach-file").setInputFiles(recordings(CLICKS).slice(0, 1));
  await expect(other.getByTestId("teach-example")).toHaveCount(1, { timeout: 20_000 });
  await expectTaught(site, "learned");
  await expect(result).toHaveText(/None of 1 other recording was mistaken for it\.$/);
  await card(site, HORN).getByRole("button", { name: /^Remove Recording/ }).first().click();
  await expect(card(site, HORN).getByTestId("teach-example")).toHaveCount(1);
  await expectTaught(site, "learned");
  await expect(result).toHaveText(/^None of 1 other recording was mistaken for it\. One recording is a start/);
});

test("a taught sound is an alert, and is in the history and its exports", async ({ open }) => {
  const site = await open({
    wav: horn(),
    prepare: (page) =>
      page.addInitScript(() => {
        const shown: string[] = [];
        class Noted {
          static permission = "granted";
          static requestPermission = async () => "granted";
          constructor(title: string) {
            shown.push(title);
          }
        }
        Object.assign(globalThis, { shown, Notification: Noted });
      }),
  });
  await teachBoth(site);
  await site.goTo("listen");
  await site.page.getByTestId("settings").locator("summary").click();
  await site.page.getByTestId("alert-notify").check();
  await site.page.getByTestId(`alert-${HORN}`).check();
  await site.startListening();
  const shown = () => site.page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
  await expect.poll(shown, { timeout: 20_000 }).toEqual([HORN]);
  await expect.poll(async () => (await stored(site.page)).events.some(({ label }) => label === HORN), { timeout: 20_000 }).toBe(true);
  await site.goTo("history");
  await expect(site.page.getByTestId("history-rows").locator(`[data-label="${HORN}"]`).first()).toBeVisible();
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("history-csv").click();
  expect(readFileSync(await (await begun).path(), "utf8")).toContain(`,${HORN},`);
});

test("a microphone that is refused to the view is explained there", async ({ open }) => {
  const site = await open({ permission: "deny" });
  await teachBoth(site);
  await site.page.getByTestId("teach-listen").click();
  const notice = site.page.getByTestId("teach-notice");
  await expect(notice).toHaveAttribute("data-code", "permission-denied");
  await expect(notice).toContainText("not allowed to use the microphone");
  await expect(site.page.getByTestId("teach-listen")).toHaveText("Start listening");
});
