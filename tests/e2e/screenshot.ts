// The page while it hears a synthesised siren, as docs/screenshot.png shows it.

import { join } from "node:path";
import { REPOSITORY } from "./support/environment";
import { expect, test } from "./support/site";
import { SYNTHESISED } from "./support/synthesis";
import { writeWav } from "./support/wav";

/** Until the picture is full of sound. */
const SECONDS = 11;

test("the README's picture", async ({ open }) => {
  const sound = SYNTHESISED["siren-sweep"];
  if (!sound) throw new Error("there is no siren among the synthesised sounds");
  const site = await open({ wav: writeWav("screenshot.wav", sound) });
  await site.page.setViewportSize({ width: 1120, height: 800 });
  await site.expectState("idle");
  await site.startListening();
  await site.watchLabels(SECONDS);
  await expect(site.label).not.toHaveAttribute("data-label", "rejected");
  await site.page.screenshot({ path: join(REPOSITORY, "docs/screenshot.png") });
});
