// A microphone's states and transitions: an event that the table lacks does nothing.
//
//               pause / interrupted            close / lost
//   listening ───────────────────────▶ paused ─────────────▶ closed
//       ▲  └───────────────────────────  │  ───────────────────▲
//       └──────────── resume ────────────┘

/** `closed` is final. */
export type MicrophoneState = "listening" | "paused" | "closed";

export type MicrophoneEvent =
  /** The program requested it. */
  | "pause"
  | "resume"
  | "close"
  /** The system took the microphone away for a while, for example for a phone call. */
  | "interrupted"
  /** The device is gone, or its sound can no longer be processed. */
  | "lost";

const TRANSITIONS: Record<MicrophoneState, Partial<Record<MicrophoneEvent, MicrophoneState>>> = {
  listening: { pause: "paused", interrupted: "paused", close: "closed", lost: "closed" },
  paused: { resume: "listening", close: "closed", lost: "closed" },
  closed: {},
};

/** The state after `event`, or `undefined` if it changes nothing. */
export function next(state: MicrophoneState, event: MicrophoneEvent): MicrophoneState | undefined {
  return TRANSITIONS[state][event];
}
