// The web app manifest. Every address in it is relative to its own, so that
// the site can be installed from any path.

import type { ManifestOptions } from "vite-plugin-pwa";
import { PNG_ICONS } from "./icons.js";

/** The files that the system may open with the installed page. */
const AUDIO: Record<string, string[]> = {
  "audio/wav": [".wav"],
  "audio/flac": [".flac"],
  "audio/mpeg": [".mp3"],
  "audio/ogg": [".ogg", ".opus"],
  "audio/mp4": [".m4a"],
};

const SHORTCUT_ICONS = [{ src: "icons/any-192.png", sizes: "192x192", type: "image/png" }];

const shortcut = (name: string, view: string) => ({ name, url: `./#${view}`, icons: SHORTCUT_ICONS });

export const MANIFEST: Partial<ManifestOptions> = {
  // Not ".": that would be the origin itself, which other pages may share.
  id: "sourcing-sound",
  name: "Sourcing Sound",
  short_name: "Sound",
  description: "Names the sounds around you, live, on your own device. No sound leaves it.",
  lang: "en",
  dir: "ltr",
  categories: ["utilities", "music", "education"],
  start_url: ".",
  scope: ".",
  display: "standalone",
  // The page's background in light mode; index.html overrides it in dark mode.
  background_color: "#faf9f7",
  theme_color: "#faf9f7",
  icons: [
    { src: "icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
    ...PNG_ICONS.flatMap(({ file, size, purpose }) =>
      purpose ? [{ src: file, sizes: `${size}x${size}`, type: "image/png", purpose }] : [],
    ),
  ],
  screenshots: [
    { src: "screenshots/wide.webp", sizes: "1280x800", type: "image/webp", form_factor: "wide", label: "A siren is detected" },
    { src: "screenshots/narrow.webp", sizes: "390x844", type: "image/webp", form_factor: "narrow", label: "A siren is detected" },
  ],
  shortcuts: [shortcut("Listen", "listen"), shortcut("History", "history"), shortcut("Files", "files")],
  file_handlers: [{ action: ".", accept: AUDIO }],
  // A recording opens in a window that is already open.
  launch_handler: { client_mode: ["focus-existing", "auto"] },
};
