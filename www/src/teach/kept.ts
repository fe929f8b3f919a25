// What is kept of the sounds that the user teaches.

import type { SoundExample, TeachReport } from "sourcing-sound";

/** A spectrogram small enough to be kept. */
export interface KeptPicture {
  nMels: number;
  /** Column after column, `nMels` values each, lowest band first: 0 is dark, 255 bright. */
  shades: Uint8Array<ArrayBuffer>;
}

export interface KeptExample {
  id: string;
  /** When it was added, in milliseconds since 1970. */
  at: number;
  /** When its recording was made, in milliseconds since 1970, if that is known: a file does not state it. */
  made?: number | undefined;
  /** SHA-256 of the model that the example was made with. */
  model: string;
  /** Its label is absent for something that is none of the labels. */
  example: SoundExample;
  /** An example from a file has neither a picture nor a sound. */
  picture: KeptPicture | undefined;
  hasSound: boolean;
}

/** The sound of an example. */
export interface KeptSound {
  /** Id of the example. */
  id: string;
  sampleRate: number;
  /** 16 bits per sample, as in the history. */
  samples: ArrayBuffer;
}

/** A name that the user gave, perhaps still without examples. */
export interface KeptLabel {
  label: string;
  at: number;
}

/** The report of the latest training. */
export interface KeptReport {
  /** Of the examples that were learned. */
  fingerprint: string;
  report: TeachReport;
}

/** What belongs together when it is added, or removed and put back. */
export interface Bundle {
  labels: KeptLabel[];
  examples: KeptExample[];
  sounds: KeptSound[];
}

/** Part of the fingerprint: changed with every new way of learning, so that everything is learned again. */
const LEARNING = 2;

/** The same for the same examples in the same order. FNV-1a: it has to notice changes, not attacks. */
export function fingerprintOf(examples: readonly KeptExample[]): string {
  let hash = 0x811c9dc5;
  for (const { model, example } of examples) {
    for (const char of `${model} ${example.sha256} ${example.label ?? ""} ${example.recording}\n`) {
      hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
    }
  }
  return `${LEARNING}-${examples.length}-${hash.toString(16)}`;
}
