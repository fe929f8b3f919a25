// Records through the microphone, which is opened and closed for it.

import { type Classifier, type Frame, listen, type Microphone, type Recording, SoundError } from "sourcing-sound";

export interface RecordOptions {
  signal: AbortSignal;
  /** `undefined` for the system default. */
  deviceId: string | undefined;
  /** The microphone is open. */
  began(): void;
  /** `time`: seconds recorded so far. */
  frame(frame: Frame, time: number): void;
  /** The microphone has a problem, but continues. */
  troubled(error: SoundError): void;
}

/** Records the next `seconds`. Rejects with an error of {@link listen}, `device-lost`, or `aborted`. */
export async function record(classifier: Classifier, seconds: number, options: RecordOptions): Promise<Recording> {
  const { signal, deviceId, began, frame, troubled } = options;
  let lost: SoundError | undefined;
  // An error may come before it is open, for example if it is muted.
  let microphone: Microphone | undefined;
  microphone = await listen(() => undefined, {
    classifier,
    signal,
    ...(deviceId !== undefined && { deviceId }),
    onFrame: (latest) => !signal.aborted && frame(latest, latest.time),
    onError: (error) => {
      if (microphone?.state === "closed") lost = error;
      else if (!signal.aborted) troubled(error);
    },
  });
  try {
    signal.throwIfAborted();
    began();
    return await microphone.record(seconds, { signal });
  } catch (thrown) {
    // The reason why the microphone closed is more useful than the error that it is closed.
    throw lost ?? thrown;
  } finally {
    await microphone.close();
  }
}
