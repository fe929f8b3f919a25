// What was taught in the browser's storage: deleted, on a full device, in a closed database, without a network.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./support/environment";
import { encode } from "./support/protobuf";
import { expect, Site, test } from "./support/site";
import { another, card, expectTaught, expectDistinguished, give, LABELS, labelOf, name, notice, recordings, stretch, teachBoth } from "./support/teach";
import { writeWav } from "./support/wav";

test("everything taught can be deleted, after confirmation", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await expect(site.page.getByTestId("teach-remove-all")).toBeDisabled();
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!));
  await site.page.getByTestId("teach-remove-all").click();
  await site.page.getByTestId("teach-keep-all").click();
  await expect(site.page.getByTestId("teach-example")).toHaveCount(3);
  await site.page.getByTestId("teach-remove-all").click();
  await site.page.getByTestId("teach-really").click();
  await expect(site.page.getByTestId("teach-label")).toHaveCount(0);
  await expectTaught(site, "rest");
  const reports = await site.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const opening = indexedDB.open("sourcing-sound-taught");
        opening.onsuccess = () => {
          const counting = opening.result.transaction("reports").objectStore("reports").count();
          counting.onsuccess = () => resolve(counting.result);
        };
      }),
  );
  expect(reports, "its reports are deleted, too").toBe(0);
  expect(await labelOf(site, another(LABELS[0]!))).not.toBe(LABELS[0]);
  await site.page.reload();
  await site.expectState("idle");
  expect(await labelOf(site, another(LABELS[0]!))).not.toBe(LABELS[0]);
});

test("a label that is removed while its files are processed does not come back, nor does what is deleted meanwhile", async ({ open }) => {
  const site = await open();
  const [first, second] = LABELS;
  await site.expectState("idle");
  await site.goTo("teach");
  for (const how of ["teach-remove", "teach-remove-all"]) {
    await name(site, first!);
    const examples = card(site, first!).getByTestId("teach-example");
    await card(site, first!).getByTestId("teach-file").setInputFiles([...recordings(first!), ...recordings(second!)]);
    await expect(examples).not.toHaveCount(0);
    expect(await examples.count(), "some are still to come").toBeLessThan(6);
    await (how === "teach-remove" ? card(site, first!) : site.page).getByTestId(how).click();
    if (how === "teach-remove-all") await site.page.getByTestId("teach-really").click();
    await expect(card(site, first!)).toHaveCount(0);
    await expectTaught(site, "rest");
    await expect(card(site, first!)).toHaveCount(0);
  }
});

test("examples whose label was lost have a card", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!).slice(0, 1));
  await site.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open("sourcing-sound-taught");
        opening.onsuccess = () => {
          const change = opening.result.transaction("labels", "readwrite");
          change.objectStore("labels").clear();
          change.oncomplete = () => resolve();
        };
      }),
  );
  await site.page.reload();
  await site.goTo("teach");
  await expect(card(site, LABELS[0]!).getByTestId("teach-example")).toHaveCount(1);
});

test("a full device keeps what it can, and says what it cannot", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...args: Parameters<typeof put>) {
          if (this.name === "sounds") throw new DOMException("no room", "QuotaExceededError");
          return put.apply(this, args);
        };
      }),
  });
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!).slice(0, 1));
  await expect(notice(site)).toHaveText(/no room left.*its sound is not kept/);
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("teach");
  await expect(card(site, LABELS[0]!).getByTestId("teach-example")).toContainText("without its sound");
  expect(await labelOf(site, another(LABELS[0]!))).toBe(LABELS[0]);
});

test("examples for which a full device has no room stay when another tab changes something", async ({ open }) => {
  const site = await open({
    prepare: (page) =>
      page.addInitScript(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException("no room", "QuotaExceededError");
        };
      }),
  });
  await site.expectState("idle");
  await site.goTo("teach");
  const [unkept, kept] = LABELS;
  await name(site, unkept!);
  await give(site, unkept!, recordings(unkept!).slice(0, 1));
  await name(site, "empty");
  await expect(notice(site)).toHaveText(/no room left.*could not be kept/);
  const page = await site.page.context().newPage();
  await page.goto(site.page.url());
  const other = new Site(page);
  await other.expectState("idle");
  await name(other, kept!);
  await give(other, kept!, recordings(kept!).slice(0, 2));
  const examples = (label: string) => card(site, label).getByTestId("teach-example");
  await expect(examples(kept!)).toHaveCount(2);
  await expect(examples(unkept!)).toHaveCount(1);
  await expect(card(site, "empty")).toBeVisible();
  await expectTaught(site, "learned");
  expect(await labelOf(site, another(unkept!))).toBe(unkept);
  // What is removed here does not come back.
  await site.goTo("teach");
  await examples(unkept!).getByRole("button", { name: /^Remove/ }).click();
  await card(site, "empty").getByTestId("teach-remove").click();
  await expect(card(site, "empty")).toHaveCount(0);
  await name(other, "next");
  await expect(card(site, "next")).toBeVisible();
  await expect(examples(unkept!)).toHaveCount(0);
  await expect(card(site, "empty")).toHaveCount(0);
});

test("what cannot be written is not blamed on a full device", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, "before");
  // As a newer version of the page in another window does: the database of this one is closed.
  await site.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("sourcing-sound-taught", 99);
        opening.onsuccess = () => resolve();
        opening.onerror = () => reject(new Error("not opened"));
      }),
  );
  await name(site, LABELS[0]!);
  await expect(notice(site)).toHaveAttribute("data-code", "storage");
  await expect(notice(site)).toHaveText(/a newer version of this page is open in another window/);
  await give(site, LABELS[0]!, recordings(LABELS[0]!).slice(0, 1));
  await expect(notice(site)).toHaveText(/could not store what you add/);
  // The same for a file, whose examples are counted nevertheless.
  const begun = site.page.waitForEvent("download");
  await site.page.getByTestId("teach-save").click();
  const saved = readFileSync(await (await begun).path(), "utf8");
  const buffer = Buffer.from(saved.replaceAll(LABELS[0]!, "Another horn"));
  await site.page.getByTestId("teach-import").setInputFiles({ name: "other.sound.json", mimeType: "application/json", buffer });
  await expect(notice(site)).toHaveText(/could not store what you add.* 1 example added\.$/);
  expect(await labelOf(site, another(LABELS[0]!))).toBe(LABELS[0]);
  // What is only in memory can be removed, what is in the closed database cannot.
  await site.goTo("teach");
  await card(site, LABELS[0]!).getByTestId("teach-remove").click();
  await expect(card(site, LABELS[0]!)).toHaveCount(0);
  await card(site, "before").getByTestId("teach-remove").click();
  await expect(notice(site)).toHaveText(/could not remove it/);
  await expect(card(site, "before")).toBeVisible();
});

test("what was given before the page was closed is learned at the next visit", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!));
  // As if the page had been closed while it learned.
  await site.page.evaluate(async () => {
    localStorage.removeItem("sourcing-sound.taught");
    await caches.delete("sourcing-sound-taught");
  });
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("teach");
  await expectTaught(site, "learned");
  expect(await labelOf(site, another(LABELS[0]!))).toBe(LABELS[0]);
});

test("the everyday model opened as a file takes what is taught, another version of it does not", async ({ open }) => {
  const site = await open();
  const [label] = LABELS;
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, label!);
  await give(site, label!, recordings(label!));
  await site.page.reload();
  const everyday = readFileSync(join(REPOSITORY, "models/everyday/model.onnx"));
  await openModel(site, everyday);
  expect(await labelOf(site, another(label!))).toBe(label);
  await openModel(site, Buffer.concat([everyday, encode([[14, [[1, "version"], [2, "another"]]]])]));
  expect(await labelOf(site, another(label!))).not.toBe(label);
  await site.goTo("teach");
  await expectTaught(site, "waiting");
  await site.page.getByTestId("teach-everyday").click();
  await expectTaught(site, "learned");
  expect(await labelOf(site, another(label!))).toBe(label);
});

test("a head that does not fit the model does not keep the page from starting; it is learned again from the sound", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!));
  await site.page.evaluate(async () => {
    const cache = await caches.open("sourcing-sound-taught");
    await cache.put("taught.sound.json", new Response("not a head"));
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open("sourcing-sound-taught");
      opening.onsuccess = () => resolve(opening.result);
    });
    const store = database.transaction("examples", "readwrite").objectStore("examples");
    const all = await new Promise<{ model: string; example: { vector: string } }[]>((resolve) => {
      const reading = store.getAll();
      reading.onsuccess = () => resolve(reading.result as never);
    });
    for (const kept of all) store.put({ ...kept, model: "an earlier one", example: { ...kept.example, vector: "AAAA" } });
    await new Promise((resolve) => (store.transaction.oncomplete = resolve));
    database.close();
  });
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("teach");
  await expectTaught(site, "learned");
  expect(await labelOf(site, another(LABELS[0]!))).toBe(LABELS[0]);
});

test("examples of an earlier model without their sound are reported until they are removed", async ({ open }) => {
  const site = await open();
  await site.expectState("idle");
  await site.goTo("teach");
  await name(site, LABELS[0]!);
  await give(site, LABELS[0]!, recordings(LABELS[0]!).slice(0, 1));
  await site.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open("sourcing-sound-taught");
        opening.onsuccess = () => {
          const change = opening.result.transaction("examples", "readwrite");
          const reading = change.objectStore("examples").getAll();
          reading.onsuccess = () => {
            for (const kept of reading.result) change.objectStore("examples").put({ ...kept, model: "an earlier one", hasSound: false });
          };
          change.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
  );
  await site.page.reload();
  await site.expectState("idle");
  await site.goTo("teach");
  const warning = site.page.getByText("1 example was made for an earlier model");
  await expect(warning).toBeVisible();
  await card(site, LABELS[0]!).getByTestId("teach-remove").click();
  await expectTaught(site, "rest");
  await expect(warning).toBeHidden();
});

test("taught sounds work without a network", async ({ open }) => {
  const site = await open({ serviceWorkers: "allow" });
  await teachBoth(site);
  await site.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await site.page.reload();
  await site.expectState("idle");
  await site.page.context().setOffline(true);
  await site.page.reload();
  await site.expectState("idle");
  await expectDistinguished(site);
  await site.goTo("teach");
  await give(site, LABELS[0]!, [writeWav("offline.wav", stretch("two-tone-horn", 5, 4, 0.5))]);
});

/** Opens a model's file in the view "Models", and waits until it is in use. */
async function openModel(site: Site, buffer: Buffer): Promise<void> {
  await site.expectState("idle");
  await site.goTo("models");
  await site.expectModels("choice");
  await site.page.getByTestId("own-file").setInputFiles({ name: "everyday.onnx", buffer, mimeType: "application/octet-stream" });
  await expect(site.page.getByTestId("own-note")).toContainText("is in use", { timeout: 30_000 });
}
