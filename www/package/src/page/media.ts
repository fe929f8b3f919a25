// The browser's part of a microphone: the permission, the audio graph, and the
// codes of their failures.

import { assetUrl } from "./asset-url.js";
import { messageOf, type Missing, missingError, SoundError } from "../shared/errors.js";
import { type Channel, positionOf, type Taken } from "../shared/downmix.js";
import {
  BLOCK_COUNT,
  BLOCK_FRAMES,
  CAPTURE_PROCESSOR,
  type CaptureOptions,
  type FromWorklet,
  type ToWorklet,
} from "../shared/protocol.js";

/** Processing that browsers apply to improve speech, and that distorts every other sound. */
const PROCESSING = ["echoCancellation", "noiseSuppression", "autoGainControl"] as const;

/** More than most devices have; all of them are used. */
const MOST_CHANNELS = 32;

/** How long the audio clock may take to start. */
const START_TIMEOUT_MS = 5000;

/** Throws `insecure-context` or `unsupported` if listening cannot work here. */
export function checkEnvironment({ microphone }: { microphone: boolean }): void {
  if (!globalThis.isSecureContext) {
    throw new SoundError("insecure-context", "listening needs a secure page: https, or http on localhost");
  }
  const needed: [Missing, unknown][] = [
    ["microphone access", !microphone || globalThis.navigator?.mediaDevices?.getUserMedia],
    ["AudioWorklet", globalThis.AudioWorkletNode],
    ["WebAssembly", globalThis.WebAssembly],
  ];
  const missing = needed.find(([, there]) => !there);
  if (missing) throw missingError(missing[0]);
}

/** Asks for the microphone, without processing. Throws `permission-denied`, `no-microphone` or `microphone-busy`. */
export async function openDevice(deviceId: string | undefined): Promise<MediaStream> {
  // As many as the device has: asked for one channel, browsers add up two or take the first.
  const audio: MediaTrackConstraints = { channelCount: { ideal: MOST_CHANNELS } };
  for (const processing of PROCESSING) audio[processing] = false;
  if (deviceId !== undefined) audio.deviceId = { exact: deviceId };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (thrown) {
    throw deviceError(thrown);
  }
}

/** A stream of the first audio track that is live: of several, browsers use only one. Throws `no-microphone` if
 * there is none, and `config` for anything else than a stream.
 */
export function liveTrackOf(media: MediaStream): MediaStream {
  if (typeof media.getAudioTracks !== "function") throw new SoundError("config", "mediaStream: expected a MediaStream");
  const track = media.getAudioTracks().find(({ readyState }) => readyState === "live");
  if (track) return new MediaStream([track]);
  throw new SoundError("no-microphone", "mediaStream: it has no live audio track");
}

function deviceError(thrown: unknown): SoundError {
  const name = thrown instanceof DOMException ? thrown.name : "";
  const cause = { cause: thrown };
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return new SoundError("permission-denied", "the page may not use the microphone", cause);
    case "NotFoundError":
    case "OverconstrainedError":
      return new SoundError("no-microphone", "there is no such microphone", cause);
    case "NotReadableError":
    case "AbortError":
      return new SoundError("microphone-busy", "the microphone cannot be opened; another program may be using it", cause);
    default:
      return new SoundError("microphone-busy", `the microphone cannot be opened: ${messageOf(thrown)}`, cause);
  }
}

/** The processing that the browser left on although it was asked not to; empty if the sound is unprocessed. */
export function processingInForce(media: MediaStream): string[] {
  const settings = media.getAudioTracks()[0]?.getSettings() ?? {};
  return PROCESSING.filter((processing) => settings[processing] === true);
}

/** Stops every track, so that the browser no longer shows that it is recording. */
export function stopDevice(media: MediaStream): void {
  for (const track of media.getTracks()) track.stop();
}

/** Loads the worklet's script. Throws `unsupported` with the script's address if that fails. */
export async function addWorklet(context: AudioContext, script: URL | string | undefined): Promise<void> {
  const address = script ?? await assetUrl(new URL("./sourcing-sound-worklet.js", import.meta.url));
  try {
    await context.audioWorklet.addModule(address);
  } catch (thrown) {
    throw new SoundError("unsupported", `the capture worklet ${address} cannot be loaded: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** Throws `audio-channels` if the device is known to lack the channel. */
export function checkHasChannel(media: MediaStream, channel: Channel | undefined): void {
  const position = positionOf(channel);
  const count = media.getAudioTracks()[0]?.getSettings().channelCount;
  if (position === undefined || count === undefined || position < count) return;
  throw new SoundError("audio-channels", `there is no channel ${position + 1}: the microphone has ${count}`);
}

/**
 * The worklet, which mixes all channels of what is connected to it. Nothing is played: the node's output is silence. `taken` is
 * called if the worklet uses one channel instead of the mix.
 */
export function buildGraph(
  context: AudioContext,
  channel: Channel | undefined,
  taken: (taken: Taken) => void,
): AudioWorkletNode {
  const processorOptions: CaptureOptions = { frames: BLOCK_FRAMES, blocks: BLOCK_COUNT, channel };
  const node = new AudioWorkletNode(context, CAPTURE_PROCESSOR, {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    channelCountMode: "max",
    channelInterpretation: "discrete",
    processorOptions,
  });
  node.port.onmessage = ({ data }: MessageEvent<FromWorklet>) => taken(data.taken);
  // Some browsers run only the nodes that lead to the destination.
  node.connect(context.destination);
  return node;
}

/** Connects a device with all its channels to the worklet. */
export function connectDevice(node: AudioWorkletNode, media: MediaStream): MediaStreamAudioSourceNode {
  const source = new MediaStreamAudioSourceNode(node.context as AudioContext, { mediaStream: media });
  source.connect(node);
  return source;
}

/**
 * Gives the worklet a new port to the worker and returns the worker's port. `lostFrom`: the position from which on the
 * sound is lost, if the worker before is gone.
 */
export function connectWorker(node: AudioWorkletNode, lostFrom?: number): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const message: ToWorklet = lostFrom === undefined ? { port: port1 } : { port: port1, lostFrom };
  node.port.postMessage(message, [port1]);
  return port2;
}

/** Stops the worklet. */
export function endWorklet(node: AudioWorkletNode): void {
  node.port.postMessage({ close: true } satisfies ToWorklet);
  node.disconnect();
}

/** Waits until the audio clock runs. Throws `interrupted` if the browser does not start it. */
export async function startClock(context: AudioContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new SoundError("interrupted", "the browser did not start the audio; call this from a click");
    timer = setTimeout(() => reject(error), START_TIMEOUT_MS);
  });
  try {
    await Promise.race([context.resume(), late]);
  } catch (thrown) {
    if (thrown instanceof SoundError) throw thrown;
    throw new SoundError("interrupted", `the audio cannot be started: ${messageOf(thrown)}`, { cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}
