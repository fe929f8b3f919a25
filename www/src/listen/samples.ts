// The synthetic sounds with which the page can be tried without a microphone.

export type SampleId = "siren" | "bird" | "guitar";

export interface Sample {
  /** Also `data-sample` of its button, and its key in the texts. */
  id: SampleId;
  /** Name of its icon in `src/icons`. */
  icon: string;
}

export const SAMPLES: readonly Sample[] = [
  { id: "siren", icon: "alarm" },
  { id: "bird", icon: "bird" },
  { id: "guitar", icon: "music" },
];
