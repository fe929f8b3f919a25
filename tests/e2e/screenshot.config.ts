// Takes the README's picture: `npm run screenshot` in www, with the variables of the tests.

import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

export default defineConfig({
  ...tests,
  projects: [{ name: "screenshot", testMatch: "screenshot.ts" }],
});
