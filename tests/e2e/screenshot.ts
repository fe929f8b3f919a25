// The page during a synthesised siren, as docs/screenshot.png and the pictures of the manifest show it.

import { join } from "node:path";
import type { ViewportSize } from "@playwright/test";
import sharp from "sharp";
import { REPOSITORY, WWW } from "./support/environment";
import { expect, type OpenOptions, type Site, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

/** Until the picture is full of sound. */
const SECONDS = 11;

type Open = (options?: OpenOptions) => Promise<Site>;

async function hearSiren(open: Open, viewport: ViewportSize): Promise<Site> {
  const sound = SYNTHESISED["siren-sweep"];
  if (!sound) throw new Error("there is no siren among the synthesised sounds");
  const site = await open({ wav: writeWav("screenshot.wav", sound), context: { viewport } });
  await site.expectState("idle");
  await site.startListening();
  await site.watchLabels(SECONDS);
  await expect(site.label).not.toHaveAttribute("data-label", "rejected");
  return site;
}

test("the README's picture", async ({ open }) => {
  const site = await hearSiren(open, { width: 1120, height: 800 });
  await site.page.screenshot({ path: join(REPOSITORY, "docs/screenshot.png") });
});

const MANIFEST_PICTURES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };
for (const [name, viewport] of Object.entries(MANIFEST_PICTURES)) {
  test(`the manifest's ${name} picture`, async ({ open }) => {
    const site = await hearSiren(open, viewport);
    const png = await site.page.screenshot();
    await sharp(png).webp({ quality: 85 }).toFile(join(WWW, `public/screenshots/${name}.webp`));
  });
}
