// A recording through the microphone: opened for it, and closed after it.

import { type Classifier, type Frame, listen, type Microphone, type ModelInfo, type Recording, SoundError } from "sourcing-sound";

export interface RecordOptions {
  signal: AbortSignal;
  /** `undefined` for the system's microphone. */
  deviceId: string | undefined;
  /** The microphone is open. */
  began(): void;
  /** `time`: seconds recorded so far. */
  frame(frame: Frame, time: number): void;
  /** Something is wrong with the microphone; it goes on by itself. */
  troubled(error: SoundError): void;
}

/** The next `seconds` of sound. Rejects with what {@link listen} rejects with, `device-lost`, or `aborted`. */
export async function record(classifier: Classifier, seconds: number, options: RecordOptions): Promise<Recording> {
  const { signal, deviceId, began, frame, troubled } = options;
  let lost: SoundError | undefined;
  const microphone: Microphone = await listen(() => undefined, {
    classifier,
    signal,
    ...(deviceId !== undefined && { deviceId }),
    onFrame: (latest) => !signal.aborted && frame(latest, latest.time),
    onError: (error) => {
      if (microphone.state === "closed") lost = error;
      else if (!signal.aborted) troubled(error);
    },
  });
  try {
    signal.throwIfAborted();
    began();
    return await microphone.record(seconds, { signal });
  } catch (thrown) {
    // What closed the microphone says more than that it is closed.
    throw lost ?? thrown;
  } finally {
    await microphone.close();
  }
}

/** A recording lasts this long at least, in seconds, however little the model is given at a time. */
const MIN_RECORDING_SECONDS = 4;

/** How long a recording is for a model. */
export function recordingSeconds({ segmentSeconds }: ModelInfo): number {
  return Math.max(MIN_RECORDING_SECONDS, segmentSeconds);
}
