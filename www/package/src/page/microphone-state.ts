// The life of a microphone as a table: what is not in it does nothing.
//
//               pause / interrupted            close / lost
//   listening ───────────────────────▶ paused ─────────────▶ closed
//       ▲  └───────────────────────────  │  ───────────────────▲
//       └──────────── resume ────────────┘

/** `closed` is final. */
export type MicrophoneState = "listening" | "paused" | "closed";

export type MicrophoneEvent =
  /** The program asked for it. */
  | "pause"
  | "resume"
  | "close"
  /** The system took the sound away for now, as for a phone call. */
  | "interrupted"
  /** The device is gone, or its sound cannot be taken. */
  | "lost";

const TRANSITIONS: Record<MicrophoneState, Partial<Record<MicrophoneEvent, MicrophoneState>>> = {
  listening: { pause: "paused", interrupted: "paused", close: "closed", lost: "closed" },
  paused: { resume: "listening", close: "closed", lost: "closed" },
  closed: {},
};

/** The state after `event`, or `undefined` when it changes nothing. */
export function next(state: MicrophoneState, event: MicrophoneEvent): MicrophoneState | undefined {
  return TRANSITIONS[state][event];
}
