// Recordings as files: what reads them is loaded with the first one.

import { messageOf, SoundError } from "../shared/errors.js";
import { type AudioFile, toBlob } from "../shared/input.js";
import type { RecordingReader } from "../shared/types.js";

/**
 * Opens a recording, to be read piece by piece: WAV everywhere; MP3, Ogg (Opus, Vorbis), FLAC, MP4 and M4A (AAC) and
 * WebM where the browser can decode what they hold.
 * Throws `audio-format` where it cannot, `audio-empty`, `audio-read`, `audio-too-long` for what this browser reads
 * only as a whole, `config` for anything that is no file.
 */
export async function openRecording(file: AudioFile): Promise<RecordingReader> {
  const blob = toBlob(file);
  // Whoever listens only needs no reader of files.
  const { openFile } = await import("../recordings/open.js").catch((cause: unknown) => {
    throw new SoundError("audio-read", `the script that reads recordings cannot be loaded: ${messageOf(cause)}`, { cause });
  });
  return openFile(blob);
}
