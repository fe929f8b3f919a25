// The packed package with every tool, as users would use it: no plugin, no file copied by hand, a strict
// Content-Security-Policy, and a path below the server's root.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { classifyNatively } from "../e2e/support/command-line";
import { serveFolder } from "../e2e/support/static-server";
import { exampleFolder, installed, npmRun, serveWith } from "./support/apps";
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
  test(`served by ${vite} while it is developed`, async ({ stranger }) => {
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
  const program = `
    import { Classifier, listen } from "sourcing-sound";
    import everyday from "sourcing-sound/models/everyday.js";
    import urban from "sourcing-sound/models/urban.js";
    const label = document.getElementById("label");
    document.getElementById("start").onclick = async () => {
      const classifier = await Classifier.load({ model: everyday, head: urban });
      document.title = classifier.info.base;
      await listen(({ categories: [best] }) => { label.textContent = best.label; }, { classifier });
    };`;
  writeFileSync(join(folder, "main.js"), program);
  const models = ["everyday.onnx", "urban.head.json"];
  const entries = models.map((name) => `${name.replace(/\.\w+$/, "")}=sourcing-sound/models/${name}`);
  await npmRun("esbuild-everyday", ["build", ...entries, "--loader:.json=copy"]);
  await listenOn(stranger, folder);
  expect(await stranger.title()).toBe("everyday");
});

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
