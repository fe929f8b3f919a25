// Vite plugin: draws the PNG icons from the SVG ones.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Plugin } from "vite";

const WWW = dirname(dirname(fileURLToPath(import.meta.url)));
const PLAIN = join(WWW, "public/icon.svg");
const MASKABLE = join(WWW, "build/icons/maskable.svg");
const MONOCHROME = join(WWW, "build/icons/monochrome.svg");

const APPLE = "icons/apple-touch-icon.png";

interface Icon {
  /** Address in the site. */
  file: string;
  source: string;
  /** Width and height in pixels. */
  size: number;
  /** `purpose` in the manifest; an icon without one is not listed there. */
  purpose?: "any" | "maskable" | "monochrome";
}

export const PNG_ICONS: readonly Icon[] = [
  { file: "icons/any-192.png", source: PLAIN, size: 192, purpose: "any" },
  { file: "icons/any-512.png", source: PLAIN, size: 512, purpose: "any" },
  { file: "icons/maskable-512.png", source: MASKABLE, size: 512, purpose: "maskable" },
  { file: "icons/monochrome-512.png", source: MONOCHROME, size: 512, purpose: "monochrome" },
  // iOS rounds the corners itself.
  { file: APPLE, source: MASKABLE, size: 180 },
];

/** Width of the drawings in units; at 72 dots per inch a unit is a pixel. */
const UNITS = 32;
const DENSITY = 72;

export function icons(): Plugin {
  return {
    name: "sourcing-sound-icons",
    apply: "build",
    async generateBundle() {
      for (const icon of PNG_ICONS) {
        this.emitFile({ type: "asset", fileName: icon.file, source: await draw(icon) });
      }
    },
    // Added by the build: the development server does not serve the icon.
    transformIndexHtml: () => [{ tag: "link", attrs: { rel: "apple-touch-icon", href: `./${APPLE}` }, injectTo: "head" }],
  };
}

function draw({ source, size }: Icon): Promise<Buffer> {
  return sharp(readFileSync(source), { density: (DENSITY * size) / UNITS }).resize(size, size).png({ palette: true }).toBuffer();
}
