// Alerts the user when a ticked sound starts: with a notification, with a short
// tone, or both.

import type { SoundEvent } from "sourcing-sound";
import type { AlertSettings } from "../settings.js";
import { labelWords, listenTexts } from "../texts/index.js";

/** The shortest time between two alerts for the same label. */
const PAUSE_MS = 20_000;

const TONE_HZ = 880;
const TONE_SECONDS = 0.18;

export class Alerts {
  readonly #settings: () => AlertSettings;
  readonly #alertedAt = new Map<string, number>();

  constructor(settings: () => AlertSettings) {
    this.#settings = settings;
  }

  static get notificationsSupported(): boolean {
    return "Notification" in globalThis;
  }

  /** Asks the user for permission; `false` if notifications cannot be shown. Call it from a click. */
  static async allowNotifications(): Promise<boolean> {
    if (!Alerts.notificationsSupported) return false;
    return (await Notification.requestPermission()) === "granted";
  }

  take(events: readonly SoundEvent[]): void {
    const { labels, notify, sound } = this.#settings();
    if (!notify && !sound) return;
    for (const { label, offset } of events) {
      const now = Date.now();
      if (offset !== null || !labels.includes(label) || now - (this.#alertedAt.get(label) ?? 0) < PAUSE_MS) continue;
      this.#alertedAt.set(label, now);
      if (notify) void showNotification(label);
      if (sound) playTone();
    }
  }
}

async function showNotification(label: string): Promise<void> {
  if (!Alerts.notificationsSupported || Notification.permission !== "granted") return;
  const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const options = { body: listenTexts.detectedAt(time), tag: `sourcing-sound-${label}` };
  try {
    // Phones only show notifications that come from a service worker.
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker) await worker.showNotification(labelWords(label), options);
    else new Notification(labelWords(label), options);
  } catch {
    // The event is in the list in any case.
  }
}

function playTone(): void {
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: 0.2 });
  const tone = new OscillatorNode(context, { frequency: TONE_HZ });
  tone.connect(gain).connect(context.destination);
  gain.gain.setTargetAtTime(0, context.currentTime + TONE_SECONDS / 2, TONE_SECONDS / 6);
  tone.onended = () => void context.close();
  tone.start();
  tone.stop(context.currentTime + TONE_SECONDS);
}
