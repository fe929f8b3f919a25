// Browsers that the tests of a worker share, one after another, because starting Chromium costs more than most tests. Each test has
// contexts of its own: nothing that it stores, caches or opens reaches the next one.

import { type Browser, chromium } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { chromiumPath, LAUNCH_ARGS } from "./environment";
import { temporary } from "./wav";

/** What is decided when a browser starts. */
export interface BrowserOptions {
  /** WAV file that the microphone plays over and over. Default: Chromium's own beeps. */
  wav?: string;
  /** The user's answer to the permission prompt. Default: allow. */
  permission?: "allow" | "deny";
  /** Whether the browser may keep a page that was left, and show it again as it was. Default: no. */
  backForwardCache?: boolean;
}

interface Shared {
  browser: Browser;
  /** Browsers of one kind differ only in what their microphone plays. */
  kind: string;
  /** Where the browser looks for the microphone's sound each time a page opens the microphone. */
  microphone: string;
  wav?: string;
  users: number;
}

/** More that nobody uses are closed, those first that were not used for longest. */
const MOST_IDLE = 2;

let shared: Shared[] = [];

/** A browser until `release` is called. Others may use it at the same time if their microphone plays the same. */
export async function acquireBrowser(options: BrowserOptions): Promise<{ browser: Browser; release: () => Promise<void> }> {
  const { wav } = options;
  const kind = JSON.stringify([wav === undefined, options.permission, options.backForwardCache]);
  const fits = (one: Shared) => one.kind === kind && one.browser.isConnected() && (one.users === 0 || one.wav === wav);
  let one = shared.find(fits);
  if (!one) {
    const microphone = join(temporary, `microphone-${randomUUID()}.wav`);
    one = { browser: await start(options, microphone), kind, microphone, users: 0 };
    shared.push(one);
  }
  if (wav !== undefined && one.wav !== wav) {
    rmSync(one.microphone, { force: true });
    symlinkSync(wav, one.microphone);
    one.wav = wav;
  }
  one.users += 1;
  const used = one;
  return {
    browser: used.browser,
    release: async () => {
      used.users -= 1;
      shared = [...shared.filter((other) => other !== used), used];
      const idle = shared.filter(({ users }) => users === 0);
      await discard(idle.slice(0, -MOST_IDLE));
    },
  };
}

/** Closes all, at the end of a worker. */
export const closeBrowsers = () => discard(shared);

async function discard(some: readonly Shared[]): Promise<void> {
  shared = shared.filter((one) => !some.includes(one));
  await Promise.all(some.map(({ browser }) => browser.close()));
}

function start({ wav, permission = "allow", backForwardCache }: BrowserOptions, microphone: string): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...LAUNCH_ARGS,
      permission === "deny" ? "--use-fake-ui-for-media-stream=deny" : "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      ...(wav === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]),
    ],
    ...(backForwardCache && { ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
  });
}
