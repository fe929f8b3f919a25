// The packed package with every tool, as users would use it: no plugin, no file copied by hand, a strict
// Content-Security-Policy, and a path below the server's root.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { classifyNatively } from "../e2e/support/command-line";
import { serveFolder } from "../e2e/support/static-server";
import { exampleFolder, installed, npmRun, serveWith, workspaceMember } from "./support/apps";
import { expect, labelsTheSiren, SIREN, SIREN_LABEL, STRICT_POLICY, test } from "./support/stranger";

const BASE = "/some/app/";

test.setTimeout(240_000);

test("the command line labels the microphone's sound as a siren", () => {
  expect(classifyNatively(SIREN).label).toMatch(SIREN_LABEL);
});

/** Serves a folder as a static host does, under a path and a strict policy, and listens on its page. */
async function listenOn(page: Parameters<typeof labelsTheSiren>[0], folder: string): Promise<void> {
  const { origin, close } = await serveFolder(folder, { base: BASE, policy: STRICT_POLICY });
  try {
    await page.goto(origin + BASE);
    await labelsTheSiren(page);
  } finally {
    close();
  }
}

test("without a bundler", async ({ stranger }) => {
  const { origin, close } = await serveFolder(installed("file", "file-installed"), { base: BASE, policy: STRICT_POLICY });
  try {
    await stranger.goto(origin + BASE);
    await stranger.locator("#file").setInputFiles(SIREN);
    await expect(stranger.locator("#segments li").first()).toHaveAttribute("data-label", SIREN_LABEL, { timeout: 30_000 });
    await expect(stranger.locator("#problem")).toBeEmpty();
    // The microphone, with the same script.
    await stranger.evaluate(async () => {
      const { listen } = await import(new URL("node_modules/sourcing-sound/dist/index.js", location.href).href);
      document.body.insertAdjacentHTML("beforeend", "<button id=start></button><p id=label></p>");
      document.getElementById("start")!.onclick = () =>
        listen(({ categories }: { categories: { label: string }[] }) => {
          document.getElementById("label")!.textContent = categories[0]!.label;
        });
    });
    await labelsTheSiren(stranger);
  } finally {
    close();
  }
});

test("built by Vite", async ({ stranger }) => {
  await npmRun("microphone", ["build", "--base", "./"]);
  await listenOn(stranger, join(exampleFolder("microphone"), "dist"));
});

// Version 7 moves scripts of packages away from their files.
for (const [vite, port] of [["vite", 5199], ["vite-7", 5196]] as const) {
  test(`served by ${vite} in development`, async ({ stranger }) => {
    const folder = installed("microphone", `microphone-dev-${vite}`);
    const server = await serveWith(vite, ["--port", `${port}`, "--base", BASE], folder);
    try {
      await stranger.goto(server.origin + BASE);
      await labelsTheSiren(stranger);
    } finally {
      server.stop();
    }
  });
}

/** Takes the everyday model and a head by their addresses, which the server may have moved as well. */
const WITH_HEAD = `
  import { Classifier, listen } from "sourcing-sound";
  import everyday from "sourcing-sound/models/everyday.js";
  import urban from "sourcing-sound/models/urban.js";
  const label = document.getElementById("label");
  document.getElementById("start").onclick = async () => {
    const classifier = await Classifier.load({ model: everyday, head: urban });
    document.title = classifier.info.base;
    await listen(({ categories: [best] }) => { label.textContent = best.label; }, { classifier });
  };`;

// Its packages are outside of the server's root, and its cache is not where npm's packages are.
for (const [vite, port, cacheDir] of [
  ["vite", 5179, undefined],
  ["vite-7", 5176, undefined],
  ["vite", 5169, ".cache/vite"],
  ["vite-7", 5166, ".cache/vite"],
] as const) {
  test(`served by ${vite} in a workspace, with its cache in ${cacheDir ?? "its usual place"}`, async ({ stranger }) => {
    const folder = workspaceMember("microphone", `${vite}-${cacheDir ? "cache" : "usual"}`);
    writeFileSync(join(folder, "main.js"), WITH_HEAD);
    writeFileSync(join(folder, "vite.config.mjs"), `export default ${JSON.stringify({ cacheDir })};`);
    const server = await serveWith(vite, ["--port", `${port}`, "--base", BASE], folder);
    try {
      await stranger.goto(server.origin + BASE);
      await labelsTheSiren(stranger);
      expect(await stranger.title()).toBe("everyday");
    } finally {
      server.stop();
    }
  });
}

test("built by webpack", async ({ stranger }) => {
  await npmRun("webpack", ["build"]);
  await listenOn(stranger, exampleFolder("webpack"));
});

test("built by esbuild", async ({ stranger }) => {
  await npmRun("esbuild", ["build"]);
  await listenOn(stranger, exampleFolder("esbuild"));
});

test("built by esbuild with the everyday model and a head", async ({ stranger }) => {
  const folder = installed("esbuild", "esbuild-everyday");
  writeFileSync(join(folder, "main.js"), WITH_HEAD);
  const models = ["everyday.onnx", "urban.head.json"];
  const entries = models.map((name) => `${name.replace(/\.\w+$/, "")}=sourcing-sound/models/${name}`);
  await npmRun("esbuild-everyday", ["build", ...entries, "--loader:.json=copy"]);
  await listenOn(stranger, folder);
  expect(await stranger.title()).toBe("everyday");
});

/** Teaches a sound that is made here, and shows its label for another take of it. */
const TEACHES = `
  import { Classifier, SoundError, Teacher } from "sourcing-sound";
  const ticks = (period) => Float32Array.from({ length: 48000 }, (_, i) => (i % period < 40 ? (((i * 7919) % 200) / 100 - 1) * 0.5 : 0));
  const silence = new Float32Array(16000);
  document.getElementById("start").onclick = async () => {
    const teacher = new Teacher(await Classifier.load());
    for (const period of [3000, 4000, 5000]) await teacher.add("my ticks", ticks(period), 16000);
    const { head } = await teacher.train();
    const [{ categories: [best] }] = await (await Classifier.load({ head })).classify(ticks(3500), 16000, { top: 1 });
    const silent = await teacher.add("nothing", silence, 16000).catch((error) => (error instanceof SoundError ? error.code : "other"));
    document.title = best.label + ", " + silent;
  };`;

/** Opens the page that teaches, under a path and the policy. */
async function teachesOn(page: Parameters<typeof labelsTheSiren>[0], address: string): Promise<void> {
  await page.goto(address);
  await page.locator("#start").click();
  await expect(page).toHaveTitle("my ticks, audio-silent", { timeout: 60_000 });
}

const TEACHERS = {
  vite: { example: "microphone", entry: "main.js", out: "dist", args: ["build", "--base", "./"] },
  webpack: { example: "webpack", entry: "src/index.js", out: ".", args: ["build"] },
  esbuild: {
    example: "esbuild",
    entry: "main.js",
    out: ".",
    args: [
      "build",
      "sourcing-sound-teacher=sourcing-sound/wasm-teacher",
      "models/everyday.background=sourcing-sound/models/everyday.background.json",
      "--loader:.json=copy",
    ],
  },
} as const;
for (const [tool, { example, entry, out, args }] of Object.entries(TEACHERS)) {
  test(`a teacher built by ${tool}`, async ({ stranger }) => {
    const name = `${example}-teacher`;
    const folder = installed(example, name);
    writeFileSync(join(folder, entry), TEACHES);
    await npmRun(name, [...args]);
    const { origin, close } = await serveFolder(join(folder, out), { base: BASE, policy: STRICT_POLICY });
    try {
      await teachesOn(stranger, origin + BASE);
    } finally {
      close();
    }
  });
}

test("a teacher without a bundler", async ({ stranger }) => {
  const { origin, close } = await serveFolder(installed("file", "file-teacher"), { base: BASE, policy: STRICT_POLICY });
  try {
    await stranger.goto(origin + BASE);
    const result = await stranger.evaluate(async () => {
      const { Classifier, SoundError, Teacher } = await import(new URL("node_modules/sourcing-sound/dist/index.js", location.href).href);
      const teacher = new Teacher(await Classifier.load());
      await teacher.add("tone", Float32Array.from({ length: 32000 }, (_, i) => 0.3 * Math.sin(i * 0.3)), 16000);
      const { head } = await teacher.train();
      const silent = await teacher.add("x", new Float32Array(16000), 16000).catch((error: unknown) => error);
      return [(await Classifier.load({ head })).info.headLabels, silent instanceof SoundError, silent.code];
    });
    expect(result).toEqual([1, true, "audio-silent"]);
  } finally {
    close();
  }
});

for (const [vite, port] of [["vite", 5189], ["vite-7", 5186]] as const) {
  test(`a teacher served by ${vite} in development`, async ({ stranger }) => {
    const folder = installed("microphone", `microphone-teacher-dev-${vite}`);
    writeFileSync(join(folder, "main.js"), TEACHES);
    const server = await serveWith(vite, ["--port", `${port}`, "--base", BASE], folder);
    try {
      await teachesOn(stranger, server.origin + BASE);
    } finally {
      server.stop();
    }
  });
}

test("built and served by Next.js, rendered on the server first", async ({ stranger }) => {
  const env = { BASE_PATH: BASE.slice(0, -1) };
  await npmRun("next", ["build"], env);
  expect(existsSync(join(exampleFolder("next"), ".next", "BUILD_ID"))).toBe(true);
  const server = await serveWith("next", ["start", "--port", "5198"], exampleFolder("next"), env);
  try {
    const response = await stranger.goto(server.origin + env.BASE_PATH);
    expect(response!.headers()["content-security-policy"]).toMatch(/script-src 'self' 'nonce-/);
    expect(await response!.text()).toContain("Listen");
    await labelsTheSiren(stranger);
    // The server also classifies.
    const route = `${server.origin}${env.BASE_PATH}/classify`;
    const answer = await stranger.request.post(route, { data: readFileSync(SIREN) });
    expect(await answer.json()).toContainEqual(expect.objectContaining({ start: 0, label: expect.stringMatching(SIREN_LABEL) }));
    const refused = await stranger.request.post(route, { data: Buffer.from("no sound") });
    expect([refused.status(), ((await refused.json()) as { code: string }).code]).toEqual([400, "audio-format"]);
  } finally {
    server.stop();
  }
});
