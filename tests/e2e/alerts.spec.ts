// What the user is informed of, and how often: alerts with their pause, and groups of sounds that are switched off.

import type { Page } from "@playwright/test";
import { comesAndGoes, listening } from "./support/faults";
import { stored } from "./support/history";
import { expect, type Site, test } from "./support/site";

declare const shown: string[];
declare const options: (NotificationOptions & { renotify: boolean })[];

/** Runs before the page: notes every notification. The service worker is still being installed, so that it can show none. */
async function noteNotifications(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shown: string[] = [];
    const options: NotificationOptions[] = [];
    const showNotification = () => Promise.reject(new TypeError("no active registration"));
    ServiceWorkerContainer.prototype.getRegistration = async () => ({ active: null, showNotification }) as unknown as ServiceWorkerRegistration;
    class Noted {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(title: string, given: NotificationOptions) {
        shown.push(title);
        options.push(given);
      }
    }
    Object.assign(globalThis, { shown, options, Notification: Noted });
  });
}

/** Alerts to every sound of a siren, at most every `pauseSeconds` for each. */
function alertTo(labels: string[], pauseSeconds: number): (page: Page) => Promise<void> {
  return async (page) => {
    await noteNotifications(page);
    await page.addInitScript(
      (alerts) => {
        localStorage.getItem("sourcing-sound.settings") ?? localStorage.setItem("sourcing-sound.settings", JSON.stringify({ alerts }));
      },
      { labels, notify: true, sound: false, pauseSeconds },
    );
  };
}

const titles = (site: Site, title: string) => site.page.evaluate((title) => shown.filter((other) => other === title).length, title);
const events = async (site: Site, label: string) => (await stored(site.page)).events.filter((event) => event.label === label);

test("a sound that lasts is an alert once, even without a pause", async ({ open }) => {
  const labels = ["Siren", "Music", "Emergency vehicle", "Police car (siren)", "Ambulance (siren)"];
  const site = await listening(open, { prepare: alertTo(labels, 0) });
  const all = async () => (await stored(site.page)).events;
  // Some have been in six updates by then.
  await expect.poll(async () => Math.max(...(await all()).map(({ onset, offset }) => offset - onset)), { timeout: 40_000 }).toBeGreaterThan(3000);
  // Once none is ongoing, all have been stored.
  await site.listen.click();
  await expect.poll(async () => (await all()).some((event) => event.open === 1)).toBe(false);
  for (const label of labels) expect(await titles(site, label), label).toBe((await events(site, label)).length);
});

test("a sound that recurs is no alert until the pause is over, and the pause can be changed", async ({ open }) => {
  const site = await listening(open, { wav: comesAndGoes(), prepare: alertTo(["Siren"], 3600) });
  await expect.poll(async () => (await events(site, "Siren")).length, { timeout: 40_000 }).toBeGreaterThan(1);
  expect(await titles(site, "Siren")).toBe(1);
  await site.page.getByTestId("settings").locator("summary").click();
  const pause = site.page.getByTestId("alert-pause");
  await expect(pause).toHaveValue("3600");
  await expect(pause.locator("option:checked")).toHaveText("1 hour");
  await pause.selectOption("5");
  await expect.poll(() => titles(site, "Siren"), { timeout: 40_000 }).toBeGreaterThan(1);
  // It replaces the first, and plays its sound again.
  const [first, second] = await site.page.evaluate(() => options);
  expect(second).toMatchObject({ tag: first!.tag, renotify: true });
  expect(first!.body).toMatch(/^Detected at \d/);
  await site.page.reload();
  await site.expectState("idle");
  await site.page.getByTestId("settings").locator("summary").click();
  await expect(pause).toHaveValue("5");
});

test("a group that is switched off is neither the answer, nor in the history, nor an alert", async ({ open }) => {
  // Which of these labels the sound gets depends on where segments begin.
  const sirens = ["Siren", "Emergency vehicle", "Police car (siren)", "Ambulance (siren)"];
  const site = await listening(open, { prepare: alertTo(sirens, 0) });
  const alerts = async () => {
    const counts = await Promise.all(sirens.map((label) => titles(site, label)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const ofSirens = sirens.map((label) => `[data-label="${label}"]`).join(", ");
  await expect.poll(alerts, { timeout: 30_000 }).toBeGreaterThan(0);
  await site.goTo("history");
  const rows = site.page.getByTestId("history-rows").locator(ofSirens);
  await expect(rows).not.toHaveCount(0);
  await site.goTo("listen");
  await site.page.getByTestId("settings").locator("summary").click();
  const alarms = site.page.getByTestId("group-Alarms");
  await expect(alarms).toBeChecked();
  const bar = site.page.getByTestId("bars").locator('[data-label="Siren"]');
  await expect(bar).toContainText("%");
  await alarms.press("Space");
  await expect(alarms).not.toBeChecked();
  await expect(alarms).toBeFocused();
  const listed = site.page.getByTestId("scores");
  await expect(listed.locator(ofSirens)).toHaveCount(0);
  await expect(bar).toContainText("–");
  await expect(site.page.getByTestId("sounds").locator(ofSirens).filter({ hasText: "since" })).toHaveCount(0);
  await site.goTo("history");
  await expect(rows).toHaveCount(0);
  // It is kept for the next visit, and listed as muted.
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("teach");
  await expect(site.page.getByTestId("teach-muted")).toContainText("All of Alarms");
  await site.goTo("listen");
  await site.startListening();
  await expect(site.label).toHaveAttribute("data-label", /\w/, { timeout: 20_000 });
  await expect(listed.locator(ofSirens)).toHaveCount(0);
  expect(await alerts(), "since the page was opened again").toBe(0);
  await site.goTo("teach");
  await site.page.getByRole("button", { name: "Show All of Alarms again" }).click();
  await expect(site.page.getByTestId("teach-muted")).toBeHidden();
  await site.goTo("listen");
  await expect(listed.locator(ofSirens)).not.toHaveCount(0, { timeout: 20_000 });
  await site.page.getByTestId("settings").locator("summary").click();
  await expect(alarms).toBeChecked();
});

test("the settings say what is missing for an alert", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const { page } = site;
  const settings = page.getByTestId("settings");
  await settings.locator("summary").click();
  const [noWay, noSound] = [/Choose at least one of these/, /Tick the sounds below/];
  await expect(page.getByTestId("alert-Dog")).toBeVisible();
  await expect(settings).not.toContainText(noWay);
  await page.getByTestId("alert-Dog").check();
  await expect(settings).toContainText(noWay);
  await page.getByTestId("alert-sound").check();
  await expect(settings).not.toContainText(noWay);
  await page.getByTestId("alert-Dog").uncheck();
  await expect(settings).toContainText(noSound);
  await page.getByTestId("alert-sound").uncheck();
  await expect(settings).not.toContainText(noSound);
});

test("all sounds of a group are ticked at once, and unticked", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  const { page } = site;
  await page.getByTestId("settings").locator("summary").click();
  const ticked = page.locator(".settings-labels [data-testid^=alert-]:checked");
  await page.getByTestId("alert-Dog").check();
  await page.getByPlaceholder("Find a sound or a group").fill("alarms");
  await expect(page.getByTestId("alert-Dog")).toBeHidden();
  await expect(page.getByTestId("alert-Siren")).toBeVisible();
  await page.getByTestId("alert-all").click();
  await expect(page.getByTestId("alert-Siren")).toBeChecked();
  await expect(page.getByTestId("alert-Dog")).toBeChecked();
  const count = await ticked.count();
  expect(count).toBeGreaterThan(3);
  await page.reload();
  await site.expectState("idle");
  await page.getByTestId("settings").locator("summary").click();
  await expect(ticked).toHaveCount(count);
  await page.getByPlaceholder("Find a sound or a group").fill("alarms");
  await page.getByTestId("alert-none").click();
  await expect(ticked).toHaveCount(1);
  await expect(page.getByTestId("alert-Dog")).toBeChecked();
});
