// Real recordings through the fake microphone: the first things that people let the page hear.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { classifyNatively } from "./support/command-line";
import { dataPath } from "./support/environment";
import { expect, test } from "./support/site";
import { writeWav } from "./support/wav";

const RATE = 48_000;
/** Recordings of each kind. */
const EACH = 3;
/** How long each is listened to. */
const SECONDS = 6;

/** Where recordings of a kind are, how their files' names begin or which category they have, and what is right. */
const KINDS: readonly { kind: string; folder: string; is: (name: string) => boolean; right: RegExp }[] = [
  { kind: "speech", folder: "speech/audio", is: (name) => /-[0369]\.ogg$/.test(name), right: /speech|speak|narration|conversation|people/i },
  { kind: "rain", folder: "ESC-10/audio", is: category("rain"), right: /rain|water|weather/i },
  { kind: "dog", folder: "ESC-10/audio", is: category("dog_bark"), right: /dog|bark|bow-wow|animals/i },
  { kind: "siren", folder: "UrbanSound8K/audio/fold1", is: (name) => /^\d+-8-/.test(name), right: /siren|alarm|emergency|ambulance|police/i },
  { kind: "keyboard", folder: "ambience/audio", is: (name) => /keyboard|typing/.test(name), right: /typing|keyboard|typewriter|home/i },
  { kind: "rooster", folder: "ESC-10/audio", is: category("rooster"), right: /rooster|cock|crow|fowl|bird/i },
  { kind: "crying baby", folder: "ESC-10/audio", is: category("baby_cry"), right: /baby|cry|people/i },
  { kind: "music", folder: "UrbanSound8K/audio/fold1", is: (name) => /^\d+-9-/.test(name), right: /music/i },
  { kind: "clock", folder: "ESC-10/audio", is: category("clock_tick"), right: /clock|tick|clocks/i },
];

function category(wanted: string): (name: string) => boolean {
  return (name) => {
    const table = readFileSync(join(dataPath, "ESC-10/metadata.csv"), "utf8");
    return table.split("\n").some((row) => row.startsWith(`${name},`) && row.includes(`,${wanted},`));
  };
}

/** The recording as mono samples, by ffmpeg; `undefined` without it. */
function decode(path: string): Float32Array<ArrayBuffer> | undefined {
  try {
    const raw = execFileSync("ffmpeg", ["-v", "error", "-i", path, "-ar", String(RATE), "-ac", "1", "-f", "f32le", "-"], {
      maxBuffer: 1 << 28,
    });
    return new Float32Array(new Uint8Array(raw).buffer);
  } catch {
    return undefined;
  }
}

test("everyday sounds are named live", async ({ open }) => {
  test.skip(!existsSync(join(dataPath, "ESC-10")), `there are no recordings in ${dataPath}`);
  test.setTimeout(900_000);
  const answers: { kind: string; name: string; seen: string[]; right: boolean }[] = [];
  for (const { kind, folder, is, right } of KINDS) {
    const names = readdirSync(join(dataPath, folder)).sort().filter(is).slice(0, EACH);
    for (const name of names) {
      const samples = decode(join(dataPath, folder, name));
      test.skip(samples === undefined, "ffmpeg is not here to decode the recordings");
      const site = await open({ wav: writeWav(`everyday-sound-${kind}-${answers.length}.wav`, { samples: samples!, sampleRate: RATE }) });
      await site.expectState("idle");
      await site.startListening();
      await expect(site.label).toHaveAttribute("data-label", /./, { timeout: 20_000 });
      const labels = new Set<string>();
      const end = Date.now() + SECONDS * 1000;
      while (Date.now() < end) {
        const label = (await site.label.getAttribute("data-label")) ?? "";
        const group = (await site.page.getByTestId("group").textContent()) ?? "";
        labels.add(`${label} (${group})`);
        await site.page.waitForTimeout(250);
      }
      const seen = [...labels];
      answers.push({ kind, name, seen, right: seen.some((text) => right.test(text)) });
      await site.page.close();
    }
  }
  console.log(answers.map(({ kind, name, seen, right }) => `${right ? "right" : "WRONG"} ${kind} ${name}: ${seen.join(", ")}`).join("\n"));
  const share = answers.filter(({ right }) => right).length / answers.length;
  expect(answers.length).toBeGreaterThanOrEqual(20);
  expect(share, "named rightly").toBeGreaterThanOrEqual(0.9);
});

test("no spoken digit is a dog", () => {
  const folder = join(dataPath, "speech/audio");
  test.skip(!existsSync(folder), `there is no speech in ${dataPath}`);
  test.setTimeout(300_000);
  const names = readdirSync(folder).sort();
  const labels = names.flatMap((name) => classifyNatively(join(folder, name)).segments.map(({ label }) => label));
  expect(names.length).toBeGreaterThanOrEqual(60);
  expect(labels.filter((label) => /dog|bark|bow-wow|yip|howl/i.test(label))).toEqual([]);
});
