// Opens recordings. The script that reads them is loaded with the first one.

import { messageOf, SoundError } from "../shared/errors.js";
import { type AudioFile, toBlob } from "../shared/input.js";
import type { ReadWhole, Recording, RecordingReader } from "../shared/types.js";

/**
 * Opens a recording, to be read piece by piece. WAV works everywhere; MP3, Ogg (Opus, Vorbis), FLAC, MP4 and M4A (AAC)
 * and WebM work if the browser can decode their contents.
 * Throws `audio-format` if it cannot, `audio-empty`, `audio-read`, `audio-too-long` for a long file that this browser can
 * only read as a whole, and `config` for anything that is not a file.
 */
export function openRecording(file: AudioFile): Promise<RecordingReader>;
/** @internal Does the same, or reads all of it. */
export function openRecording(file: AudioFile, whole: ReadWhole | undefined): Promise<Recording | RecordingReader>;
export async function openRecording(file: AudioFile, whole?: ReadWhole): Promise<Recording | RecordingReader> {
  const blob = toBlob(file);
  // A page that only listens does not load the reader.
  const { openFile } = await import("../recordings/open.js").catch((cause: unknown) => {
    throw new SoundError("audio-read", `the script that reads recordings cannot be loaded: ${messageOf(cause)}`, { cause });
  });
  return openFile(blob, whole);
}
