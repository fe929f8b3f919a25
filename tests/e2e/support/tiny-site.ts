// The site with the tiny model and its head instead of the large ones.

import type { Page } from "@playwright/test";
import { DESCRIBED, head, HEAD_DESCRIBED, MODEL, sha256 } from "./tiny-model";

export const PETS = "pets";
export const PET_HEAD = "pets+pet";

/** Addresses at which the page requests them. */
const MODEL_FILE = "models/tiny-pets.onnx";
const HEAD_FILE = "models/tiny-pet.head.json";

export interface TinySite {
  /** How often the page asked for the model. */
  modelRequests: number;
  /** What the server returns instead of the model. */
  model: Buffer | "nothing";
}

/** Makes the page offer its first model, the tiny one called `name`, and the tiny one with `given` as its head. */
export async function offerTinyModel(page: Page, given: Buffer = head(), name: string = PETS): Promise<TinySite> {
  const site: TinySite = { modelRequests: 0, model: MODEL };
  await page.route("**/models.json", async (route) => {
    const response = await route.fetch();
    const built = (await response.json()) as { models: { name: string }[] };
    const first = built.models.find((model) => model.name === "everyday");
    const tiny = { ...DESCRIBED, name, file: MODEL_FILE, bytes: MODEL.length, sha256: sha256(MODEL) };
    const petHead = { ...HEAD_DESCRIBED, file: HEAD_FILE, bytes: given.length, sha256: sha256(given) };
    await route.fulfill({ response, json: { models: [first, tiny], heads: [{ ...petHead, base: name }] } });
  });
  await page.route(`**/${MODEL_FILE}`, (route) => {
    site.modelRequests += 1;
    return site.model === "nothing" ? route.abort() : route.fulfill({ body: site.model });
  });
  await page.route(`**/${HEAD_FILE}`, (route) => route.fulfill({ body: given }));
  return site;
}
