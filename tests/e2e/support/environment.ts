// The environment of the tests, checked before anything runs.

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";

export const REPOSITORY = resolve(__dirname, "../../..");
export const WWW = join(REPOSITORY, "www");
export const PACKAGE = join(WWW, "package");

/** Address of a running site, or `undefined` to start one. */
export const siteUrl = process.env["BASE_URL"];

/** Port of the site that is started otherwise. */
export const sitePort = Number(process.env["E2E_PORT"] ?? 4317);

/** Full Chromium; its headless shell refuses the microphone. */
export const chromiumPath = existing("CHROMIUM_PATH", process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium");

/** The command line, whose results are the reference for the page's. */
export const cliPath = existing("SOURCING_SOUND_CLI", process.env["SOURCING_SOUND_CLI"]);

/** Recorded clips that are not part of the project; they may be absent. */
export const dataPath = resolve(process.env["SOURCING_SOUND_DATA"] ?? join(REPOSITORY, "../shared/data"));

/** Tests at a time. More than there are cores, because most tests spend half of their time waiting for sound. */
export const workers = Number(process.env["E2E_WORKERS"] ?? availableParallelism() + 1);

/** Flags for every browser: required for root in a container, and no background traffic. */
export const LAUNCH_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

function existing(variable: string, path: string | undefined): string {
  if (path === undefined) throw new Error(`set ${variable} to the file's path; see tests/e2e/README.md`);
  if (!existsSync(path)) throw new Error(`${variable}: there is no file at ${path}; see tests/e2e/README.md`);
  return path;
}
