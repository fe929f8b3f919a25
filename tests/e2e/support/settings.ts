// The settings of the listening view.

import type { Site } from "./site";

export const openSettings = (site: Site) => site.page.getByTestId("settings").locator("summary").first().click();

/** Moves a slider and releases it, like a user does. The settings are open. */
export async function slide(site: Site, name: string, value: number): Promise<void> {
  await site.page.getByTestId(`setting-${name}`).evaluate((element, to) => {
    const input = element as HTMLInputElement;
    input.value = String(to);
    input.dispatchEvent(new Event("input"));
    input.dispatchEvent(new Event("change"));
  }, value);
}
