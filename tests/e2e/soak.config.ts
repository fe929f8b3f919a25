// An hour of listening: `npm run soak` in www, with the variables of the tests. MINUTES is its length.

import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

export default defineConfig({
  ...tests,
  timeout: 0,
  projects: [{ name: "soak", testMatch: "soak.ts" }],
});
