// Pages in unusual places, each with the package's files and a fake microphone.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { chromiumPath, LAUNCH_ARGS, PACKAGE } from "./environment";

const FAKE_MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];

/** Imports the package from `address`, listens, classifies a file and another one that needs the decoder, and returns the result of each. */
export const PROGRAM = `
  const wav = (seconds) => {
    const view = new DataView(new ArrayBuffer(44 + seconds * 32000));
    const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, view.byteLength - 8, true); text(8, "WAVEfmt "); view.setUint32(16, 16, true);
    view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, 16000, true); view.setUint32(28, 32000, true);
    view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, seconds * 32000, true);
    for (let i = 0; i < seconds * 16000; i += 1) view.setInt16(44 + 2 * i, 9000 * Math.sin(i / 4), true);
    return new File([view.buffer], "sound.wav");
  };
  // A format that no browser decodes.
  const au = (seconds) => {
    const view = new DataView(new ArrayBuffer(24 + seconds * 32000));
    [0x2e736e64, 24, seconds * 32000, 3, 16000, 1].forEach((value, i) => view.setUint32(4 * i, value));
    for (let i = 0; i < seconds * 16000; i += 1) view.setInt16(24 + 2 * i, 9000 * Math.sin(i / 4));
    return new File([view.buffer], "sound.au");
  };
  const attempt = async (work) => {
    try {
      return await work();
    } catch (thrown) {
      return { code: thrown.code ?? "not coded", message: thrown.message };
    }
  };
  globalThis.run = async (address, options = {}) => {
    const { Classifier, listen } = await import(address);
    const file = await attempt(async () => {
      const classifier = await Classifier.load(options);
      const [{ categories }] = await classifier.classify(wav(4));
      const [{ categories: same }] = await classifier.classify(au(4));
      classifier.close();
      if (same[0].score !== categories[0].score) throw new Error("the decoder gives other samples");
      return categories.length;
    });
    const microphone = await attempt(async () => {
      let opened;
      const updated = new Promise((resolve) => (opened = listen((update) => resolve(update), options)));
      await opened;
      const { categories } = await updated;
      await (await opened).close();
      return categories.length;
    });
    return { file, microphone };
  };
`;

/** How many labels the everyday model has. */
export const LABELS = 527;
export const WORKS = { file: LABELS, microphone: LABELS };

interface Result {
  file: unknown;
  microphone: unknown;
}

/** Runs the program in a page that has it as a script. */
export function runIn(page: Pick<Page, "evaluate">, address: string, options: object = {}): Promise<Result> {
  return page.evaluate(
    ([address, options]) => (globalThis as unknown as { run(address: string, options: object): Promise<Result> }).run(address, options),
    [address, options] as const,
  );
}

/** A folder with the package in `dist`, the program, a page that loads it, and `more` files. */
export function pageFolder(more: Readonly<Record<string, string>> = {}): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "sourcing-sound-place-"));
  cpSync(join(PACKAGE, "dist"), join(folder, "dist"), { recursive: true });
  const files = {
    "index.html": `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><p>A page</p><script type="module" src="./program.js"></script>`,
    "program.js": PROGRAM,
    ...more,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Waits until the page's program is loaded. */
export async function ready(page: Pick<Page, "waitForFunction">): Promise<void> {
  await page.waitForFunction(() => "run" in globalThis);
}

/** A browser with its own profile, which extensions need, and further flags. */
export async function withBrowser(args: readonly string[], work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "sourcing-sound-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    args: [...LAUNCH_ARGS, ...FAKE_MICROPHONE, ...args],
    // Playwright turns extensions off.
    ignoreDefaultArgs: ["--disable-extensions"],
  });
  try {
    await work(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
