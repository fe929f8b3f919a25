/** What the page is doing; `data-state` of the page's main element. */
export type State =
  | "loading"
  | "idle"
  | "starting"
  | "listening"
  | "paused"
  | "waiting"
  | "recording"
  | "working"
  | "result"
  | "error";
