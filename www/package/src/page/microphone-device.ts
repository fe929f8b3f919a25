// The device behind a microphone: what its tracks report, and the system's default, which the user may change.

import { SoundError } from "../shared/errors.js";
import type { WarningCode } from "../shared/warnings.js";
import { checkHasChannel, connectDevice, liveTrackOf, openDevice, stopDevice } from "./media.js";
import type { Channel } from "../shared/downmix.js";

export interface DeviceEvents {
  /** The device is gone. */
  lost(error: SoundError): void;
  /** The system or a switch on the device has muted or unmuted it. */
  muted(muted: boolean): void;
  /** The system's default device has changed. */
  defaultChanged(code: Extract<WarningCode, "default-followed" | "default-kept">): void;
}

export interface DeviceParts {
  node: AudioWorkletNode;
  media: MediaStream;
  channel: Channel | undefined;
  /** False for a stream that was given, which may be muted until its first sound. */
  own: boolean;
  /** True for the system's default microphone, which the next default replaces. */
  follow: boolean;
}

export class MicrophoneDevice {
  readonly #parts: DeviceParts;
  readonly #events: DeviceEvents;
  #media: MediaStream;
  #source: MediaStreamAudioSourceNode;
  #default: string | undefined;
  #closed = false;
  /** Ends what listens to the track of the device that is open. */
  #watching = new AbortController();
  readonly #changed = () => void this.#follow();

  constructor(parts: DeviceParts, events: DeviceEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#media = parts.media;
    this.#source = connectDevice(parts.node, parts.media);
  }

  get media(): MediaStream {
    return this.#media;
  }

  /** Throws `device-lost` if the device is gone already. */
  watch(): void {
    const { own, follow } = this.#parts;
    const track = this.#watchTrack();
    if (track.readyState !== "live") throw lostError();
    if (own && track.muted) this.#events.muted(true);
    if (!follow) return;
    void defaultMicrophone().then((first) => (this.#default = first));
    navigator.mediaDevices.addEventListener("devicechange", this.#changed);
  }

  /** Reports a track that its owner has stopped, for which browsers fire no event. */
  checkLive(): void {
    if (this.#media.getAudioTracks()[0]!.readyState !== "live") this.#events.lost(lostError());
  }

  /** Removes its listeners, and stops the device unless it was passed in. */
  close(): void {
    this.#closed = true;
    this.#watching.abort();
    navigator.mediaDevices?.removeEventListener("devicechange", this.#changed);
    if (this.#media !== this.#parts.media) stopDevice(this.#media);
  }

  #watchTrack(): MediaStreamTrack {
    const { signal } = (this.#watching = new AbortController());
    const track = this.#media.getAudioTracks()[0]!;
    // Browsers fire this when the device is gone, not when the page calls stop().
    track.addEventListener("ended", () => this.#events.lost(lostError()), { signal });
    track.addEventListener("mute", () => this.#events.muted(true), { signal });
    track.addEventListener("unmute", () => this.#events.muted(false), { signal });
    return track;
  }

  async #follow(): Promise<void> {
    const now = await defaultMicrophone();
    if (this.#closed || now === undefined || now === this.#default) return;
    const known = this.#default !== undefined;
    this.#default = now;
    if (!known) return;
    const fresh = (await mayOpen()) ? await openDevice(undefined).catch(() => undefined) : undefined;
    // The default may have changed again while it opened.
    const late = this.#closed || now !== this.#default;
    const taken = !late && fresh && this.#take(fresh);
    if (!taken && fresh) stopDevice(fresh);
    if (!late) this.#events.defaultChanged(taken ? "default-followed" : "default-kept");
  }

  /** Replaces the open device with `fresh`. Returns false if it cannot be used. */
  #take(fresh: MediaStream): boolean {
    const { node, channel } = this.#parts;
    let source: MediaStreamAudioSourceNode;
    try {
      checkHasChannel(fresh, channel);
      source = connectDevice(node, liveTrackOf(fresh));
    } catch {
      return false;
    }
    this.#watching.abort();
    this.#source.disconnect();
    stopDevice(this.#media);
    this.#source = source;
    this.#media = fresh;
    // Not that of the device before, which some browsers mute while another one opens.
    this.#events.muted(this.#watchTrack().muted);
    return true;
  }
}

function lostError(): SoundError {
  return new SoundError("device-lost", "the microphone is gone");
}

/** What distinguishes the system's default microphone from others: browsers list it first, Chromium as a separate device. */
async function defaultMicrophone(): Promise<string | undefined> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  const inputs = devices.filter(({ kind, label }) => kind === "audioinput" && label !== "");
  const first = inputs.find(({ deviceId }) => deviceId === "default") ?? inputs[0];
  return first && `${first.groupId} ${first.label}`;
}

/** Whether the page may open a microphone without asking the user again. */
async function mayOpen(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "microphone" as PermissionName })).state === "granted";
  } catch {
    return false;
  }
}
