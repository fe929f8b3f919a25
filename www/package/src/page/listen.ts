// listen(): requests the permission, builds the audio graph and opens the stream of a microphone. If one of them fails, the
// others are undone.

import { Undo } from "../shared/closing.js";
import { orAborted } from "../shared/engine.js";
import { abortedError, messageOf, SoundError } from "../shared/errors.js";
import { notify } from "../shared/notify.js";
import { checkChannel, checkNames, streamSettings } from "../shared/options.js";
import type { Update } from "../shared/types.js";
import { channelWarning } from "../shared/warnings.js";
import { Classifier, LOAD_OPTIONS } from "./classifier.js";
import {
  addWorklet,
  buildGraph,
  checkEnvironment,
  checkHasChannel,
  endWorklet,
  liveTrackOf,
  openDevice,
  startClock,
  stopDevice,
} from "./media.js";
import { LISTEN_OPTIONS, type ListenOptions, Microphone } from "./microphone.js";

/** Options that have no effect on a classifier that is already loaded. */
const ONLY_TO_LOAD = LOAD_OPTIONS.filter((name) => name !== "signal" && name !== "onProgress");

/**
 * Opens the microphone and calls `onUpdate` at every hop of the model until the microphone is closed.
 * Echo cancellation, noise suppression and automatic gain are switched off, because they distort every sound but speech.
 * Call it from a click: otherwise browsers do not start the audio.
 *
 * Throws `insecure-context`, `unsupported`, `permission-denied`, `no-microphone`, `microphone-busy`, `device-lost`,
 * `interrupted`, `audio-channels`, `config`, `aborted`, and whatever {@link Classifier.load} throws. Later failures go to `options.onError`.
 */
export async function listen(onUpdate: (update: Update) => void, options: ListenOptions = {}): Promise<Microphone> {
  checkNames("listen", options, LISTEN_OPTIONS);
  const { signal } = options;
  const settings = streamSettings(options);
  checkChannel(options.channel);
  if (signal?.aborted) throw abortedError(signal);
  if (typeof onUpdate !== "function") throw new SoundError("config", "listen: expected a function");
  const { mediaStream, deviceId } = options;
  if (mediaStream !== undefined && deviceId !== undefined) throw notBoth("mediaStream", "deviceId");
  const toLoad = options.classifier && ONLY_TO_LOAD.find((name) => options[name] !== undefined);
  if (toLoad) throw notBoth("classifier", toLoad);
  checkEnvironment({ microphone: mediaStream === undefined });
  const given = mediaStream && liveTrackOf(mediaStream);

  const undo = new Undo();
  // Created before the first await: some browsers allow it only within the click itself.
  const context = newContext();
  undo.add(() => void context.close());
  const open = async (): Promise<Microphone> => {
    const [classifier, media] = await Promise.all([
      options.classifier ?? loadClassifier(options, undo),
      given ?? openMicrophone(deviceId, undo),
      addWorklet(context, options.worklet),
    ]);
    await startClock(context);
    checkHasChannel(media, options.channel);
    const node = buildGraph(context, options.channel, (taken) =>
      notify(options.onWarning, channelWarning(taken, taken.frame / context.sampleRate)),
    );
    undo.add(() => endWorklet(node));
    return Microphone.open({ onUpdate, options, settings, classifier, context, media, node, undo });
  };
  try {
    return await orAborted(open(), signal);
  } catch (thrown) {
    undo.run();
    if (thrown instanceof SoundError) throw thrown;
    throw new SoundError("unsupported", `listening cannot start: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function notBoth(one: string, other: string): SoundError {
  return new SoundError("config", `listen: give ${one} or ${other}, not both`);
}

async function openMicrophone(deviceId: string | undefined, undo: Undo): Promise<MediaStream> {
  const media = await openDevice(deviceId);
  undo.add(() => stopDevice(media));
  return media;
}

async function loadClassifier(options: ListenOptions, undo: Undo): Promise<Classifier> {
  const given = LOAD_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  const classifier = await Classifier.load(Object.fromEntries(given));
  undo.add(() => classifier.close());
  return classifier;
}

function newContext(): AudioContext {
  try {
    return new AudioContext({ latencyHint: "playback" });
  } catch (thrown) {
    throw new SoundError("unsupported", `audio cannot start: ${messageOf(thrown)}`, { cause: thrown });
  }
}
