// Measures visits to the finished site, from navigation to the first label, under Chromium's own throttling. Reads one
// request per line from standard input, a JSON object {"rounds": n}, and answers each with one line of JSON: the browser's
// name, and for each kind of visit its times in ms, a list with one number per round. `cargo xtask bench visit` asks it. It
// needs www/dist (`cargo xtask site`) and the site's npm packages; CHROMIUM_PATH selects another Chromium.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

// Otherwise Vite ends the program where the requests end, before the last answer.
process.env["CI"] = "true";

const www = fileURLToPath(new URL("../../www", import.meta.url));
const require = createRequire(join(www, "package.json"));
const { chromium } = require("@playwright/test");
const { preview } = await import(pathToFileURL(require.resolve("vite")).href);

/** A good mobile connection and a phone's processor. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };
const SLOW_DOWN = 4;
/** The kinds of visits in the order in which they are made: each has what those before it have left. */
const VISITS = ["first, clicked at once", "first, clicked when loaded", "again", "offline"];

const folder = mkdtempSync(join(tmpdir(), "sourcing-sound-visit-"));
const sound = join(folder, "siren.wav");
writeFileSync(sound, siren());
const server = await preview({
  root: www,
  configFile: join(www, "vite.config.ts"),
  logLevel: "silent",
  preview: { host: "127.0.0.1", port: 0 },
});
const address = server.resolvedUrls.local[0];
try {
  await compressed();
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}

/** Six seconds of a wail, 16 bits, 48 kHz, mono. */
function siren() {
  const [rate, seconds] = [48_000, 6];
  const wav = Buffer.alloc(44 + 2 * rate * seconds);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(wav.length - 44, 40);
  for (let i = 0; i < rate * seconds; i++) {
    const t = i / rate;
    const phase = 2 * Math.PI * (1000 * t - 32 * Math.cos(4 * Math.PI * t));
    wav.writeInt16LE(Math.round(9000 * Math.sign(Math.sin(phase))), 44 + 2 * i);
  }
  return wav;
}

/** The server compresses each file once, which is not part of a visit. */
async function compressed() {
  const files = require("node:fs").readdirSync(join(www, "dist"), { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths) {
    const url = new URL(path.slice(join(www, "dist").length + 1).replaceAll("\\", "/"), address);
    await (await fetch(url, { headers: { "accept-encoding": "br" } })).arrayBuffer();
  }
}

async function answer({ rounds }) {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      ...["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${sound}`],
    ],
  });
  const visits = VISITS.map((visit) => ({ visit, button: [], click: [], label: [] }));
  try {
    for (let round = 0; round < rounds; round++) {
      console.error(`round ${round + 1} of ${rounds}`);
      // A context begins with an empty cache.
      const [atOnce, loaded] = [await browser.newContext(), await browser.newContext()];
      const times = [
        await visit(atOnce, { waits: false }),
        await visit(loaded, { waits: true, keeps: true }),
        await visit(loaded, { waits: true }),
        await visit(loaded, { waits: true, offline: true }),
      ];
      times.forEach((one, i) => ["button", "click", "label"].forEach((part) => visits[i][part].push(one[part])));
      await atOnce.close();
      await loaded.close();
    }
    return { browser: `Chromium ${browser.version()}`, visits };
  } finally {
    await browser.close();
  }
}

/**
 * Opens the page, clicks "Start", at once or when everything has loaded, and closes the page after the first label. `keeps`:
 * not before the service worker has cached everything. Returns in ms: from navigation to the button, from click to label, and
 * from navigation to label.
 */
async function visit(context, { waits, keeps = false, offline = false }) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOW_DOWN });
  await devtools.send("Network.emulateNetworkConditions", { ...NETWORK, offline });
  await page.addInitScript(note, waits);
  await page.goto(address, { waitUntil: "commit" });
  if (waits) {
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => globalThis.times.start());
  }
  await page.waitForFunction(() => globalThis.times.label !== undefined, undefined, { timeout: 60_000 });
  const { button, clicked, label } = await page.evaluate(() => globalThis.times);
  if (keeps) await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.close();
  return { button, click: label - clicked, label };
}

/** Runs in the page before its scripts: notes when the button can be clicked and when the first label is there. */
function note(waits) {
  const find = (id) => document.querySelector(`[data-testid=${id}]`);
  const times = {
    start() {
      times.clicked = performance.now();
      find("listen").click();
    },
  };
  globalThis.times = times;
  new MutationObserver((_, observer) => {
    const isThere = find("app")?.dataset.state !== "loading" && find("listen") && !find("listen").disabled;
    if (times.button === undefined && isThere) {
      times.button = performance.now();
      if (!waits) times.start();
    }
    if (!find("label")?.dataset.label) return;
    times.label = performance.now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true });
}
