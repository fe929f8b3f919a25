// The packed npm package, without the rest of this repository. How to run it: README.md in this folder.

import { defineConfig } from "@playwright/test";
import { chromiumPath, LAUNCH_ARGS, workers, WWW } from "../e2e/support/environment";

export default defineConfig({
  testDir: ".",
  outputDir: `${WWW}/test-results/package`,
  forbidOnly: true,
  fullyParallel: true,
  workers,
  timeout: 60_000,
  reporter: [["list"]],
  use: { launchOptions: { executablePath: chromiumPath, args: LAUNCH_ARGS } },
});
