// The page in real Chromium. How to run it: README.md in this folder.

import { defineConfig } from "@playwright/test";
import { chromiumPath, LAUNCH_ARGS, sitePort, siteUrl, workers, WWW } from "./support/environment";

const PORT = sitePort;
const ownServer = siteUrl === undefined;

/** Tests that decide by what the page shows for recordings. */
const RECORDINGS = ["everyday-sounds.spec.ts", "microphone-equals-file.spec.ts", "real-clips.spec.ts"];

export default defineConfig({
  testDir: ".",
  outputDir: `${WWW}/test-results`,
  forbidOnly: true,
  fullyParallel: true,
  workers,
  timeout: 60_000,
  // Until a state is given up. The default of 5 s is less than a busy machine may need.
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: siteUrl ?? `http://127.0.0.1:${PORT}/`,
    launchOptions: { executablePath: chromiumPath, args: LAUNCH_ARGS },
  },
  projects: [
    { name: "page", testIgnore: RECORDINGS },
    // After the others and side by side: they take the time that their recordings take, and little else. Next to tests that need the
    // processor the browser would lose sound, and what is played would have to be played again.
    { name: "everyday-sounds", testMatch: "everyday-sounds.spec.ts", dependencies: ["page"], workers: 1 },
    { name: "microphone-equals-file", testMatch: "microphone-equals-file.spec.ts", dependencies: ["page"], workers: 1 },
    { name: "real-clips", testMatch: "real-clips.spec.ts", dependencies: ["page"], workers: 1 },
  ],
  ...(ownServer && {
    webServer: {
      command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${PORT} --strictPort`,
      cwd: WWW,
      url: `http://127.0.0.1:${PORT}/`,
    },
  }),
});
