// The user's settings, saved for the next visit if the browser allows it. Values of
// the stream that are not set are the model's own.

import type { StreamOptions } from "sourcing-sound";
import { ownValue } from "./own-value.js";

/** When and how the user is alerted. */
export interface AlertSettings {
  /** The ticked labels, of any model, as the models name them. */
  labels: string[];
  notify: boolean;
  sound: boolean;
  /** The shortest time between two alerts for the same label. */
  pauseSeconds: number;
}

export interface Settings {
  /** By the model's name. */
  stream: Readonly<Record<string, StreamOptions>>;
  /** `undefined` for the system default. */
  deviceId: string | undefined;
  wakeLock: boolean;
  alerts: AlertSettings;
  /** Whether sound is kept with each event, and for how many events at most. */
  keepAudio: boolean;
  maxClips: number;
  /** Labels that the user has muted, as the models name them. */
  muted: readonly string[];
  /** Groups that the user has switched off. */
  mutedGroups: readonly string[];
}

const KEY = "sourcing-sound.settings";

const DEFAULTS: Settings = {
  stream: {},
  deviceId: undefined,
  wakeLock: true,
  alerts: { labels: [], notify: false, sound: false, pauseSeconds: 20 },
  keepAudio: false,
  maxClips: 200,
  muted: [],
  mutedGroups: [],
};

export class SettingsStore {
  #settings: Settings = read(DEFAULTS);
  /** Whether the browser refuses to keep them. */
  #refused = false;

  /** `changed` is called when another tab has changed some. */
  constructor(changed: () => void) {
    addEventListener("storage", ({ key }) => {
      if (key !== KEY) return;
      this.#read();
      changed();
    });
  }

  get all(): Settings {
    return this.#settings;
  }

  /** A patch that depends on what is saved is a function of it: another tab may have changed that. */
  change(patch: Partial<Settings> | ((saved: Settings) => Partial<Settings>)): void {
    this.#read();
    this.#settings = { ...this.#settings, ...(typeof patch === "function" ? patch(this.#settings) : patch) };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#settings));
    } catch {
      // They apply until the page is closed.
      this.#refused = true;
    }
  }

  streamOf(model: string): StreamOptions {
    return ownValue(this.#settings.stream, model) ?? {};
  }

  #read(): void {
    if (!this.#refused) this.#settings = read(this.#settings);
  }
}

/** What is kept, or else `otherwise`. */
function read(otherwise: Settings): Settings {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return typeof kept === "object" && kept !== null ? checked(kept as Partial<Settings>) : otherwise;
  } catch {
    return otherwise;
  }
}

/** Invalid values, of an older version or edited by hand, are replaced by the defaults. */
function checked(kept: Partial<Settings>): Settings {
  const flag = (value: unknown, otherwise: boolean) => (typeof value === "boolean" ? value : otherwise);
  const alerts = kept.alerts ?? DEFAULTS.alerts;
  const { pauseSeconds } = alerts;
  const strings = (value: unknown) => (Array.isArray(value) ? value.filter((label) => typeof label === "string") : []);
  return {
    stream: typeof kept.stream === "object" && kept.stream !== null ? streams(kept.stream) : {},
    deviceId: typeof kept.deviceId === "string" ? kept.deviceId : undefined,
    wakeLock: flag(kept.wakeLock, DEFAULTS.wakeLock),
    alerts: {
      labels: strings(alerts.labels),
      notify: flag(alerts.notify, false),
      sound: flag(alerts.sound, false),
      pauseSeconds: pauseSeconds >= 0 && Number.isFinite(pauseSeconds) ? pauseSeconds : DEFAULTS.alerts.pauseSeconds,
    },
    keepAudio: flag(kept.keepAudio, DEFAULTS.keepAudio),
    maxClips: Number.isInteger(kept.maxClips) && kept.maxClips! > 0 ? kept.maxClips! : DEFAULTS.maxClips,
    muted: strings(kept.muted),
    mutedGroups: strings(kept.mutedGroups),
  };
}

const STREAM_NAMES = ["hopSeconds", "smoothingSeconds", "rejectionThreshold", "eventOn", "eventOff"] as const;

function streams(kept: object): Record<string, StreamOptions> {
  return Object.fromEntries(
    Object.entries(kept).map(([model, given]) => {
      const options: StreamOptions = {};
      for (const name of STREAM_NAMES) {
        const value: unknown = (given as StreamOptions | null)?.[name];
        if (typeof value === "number" && Number.isFinite(value)) options[name] = value;
      }
      return [model, options];
    }),
  );
}
