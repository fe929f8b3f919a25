// Alerts the user when a ticked sound starts: with a notification, with a short
// tone, or both. Once for each event, and not again for the same label until a pause is over.

import type { SoundEvent } from "sourcing-sound";
import { steadyNow } from "../late/steady-clock.js";
import type { AlertSettings } from "../settings.js";
import { detailsTexts } from "../texts/details.js";
import { labelWords, locale } from "../texts/index.js";

const TONE_HZ = 880;
const TONE_SECONDS = 0.18;

export class Alerts {
  readonly #settings: () => AlertSettings;
  /** By label, when the latest alert was. */
  readonly #alertedAt = new Map<string, number>();
  /** By label, the onset of the event that the latest alert was for. */
  readonly #onsets = new Map<string, number>();

  constructor(settings: () => AlertSettings) {
    this.#settings = settings;
  }

  static get notificationsSupported(): boolean {
    return "Notification" in globalThis;
  }

  static get notificationsAllowed(): boolean {
    return Alerts.notificationsSupported && Notification.permission === "granted";
  }

  /** Asks the user for permission; `false` if notifications cannot be shown. Call it from a click. */
  static async allowNotifications(): Promise<boolean> {
    if (!Alerts.notificationsSupported) return false;
    return (await Notification.requestPermission()) === "granted";
  }

  /** A microphone was opened: onsets count from zero again. */
  begin(): void {
    this.#onsets.clear();
  }

  take(events: readonly SoundEvent[]): void {
    const { labels, notify, sound, pauseSeconds } = this.#settings();
    if (!notify && !sound) return;
    const at = steadyNow();
    for (const { label, onset, offset } of events) {
      if (offset !== null || !labels.includes(label)) continue;
      // An event is in every update while it lasts. One that began during the pause is worth an alert if it outlasts that.
      const isPause = at - (this.#alertedAt.get(label) ?? -Infinity) < pauseSeconds * 1000;
      if (isPause || this.#onsets.get(label) === onset) continue;
      this.#alertedAt.set(label, at);
      this.#onsets.set(label, onset);
      if (notify) void showNotification(label);
      if (sound) playTone();
    }
  }
}

async function showNotification(label: string): Promise<void> {
  if (!Alerts.notificationsAllowed) return;
  const time = new Date().toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  // Without `renotify`, the next one for the same label would replace this one silently.
  const options = { body: detailsTexts.detectedAt(time), tag: `sourcing-sound-${label}`, renotify: true };
  try {
    // Phones only show notifications that come from a service worker.
    const worker = await navigator.serviceWorker?.getRegistration();
    // A worker that is still being installed cannot show any.
    if (worker?.active) await worker.showNotification(labelWords(label), options);
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
