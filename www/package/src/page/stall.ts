// Notices that no sound arrives although the microphone is open: the audio clock of some browsers stalls after a call or a sleep,
// and no event reports it.

const TICK_MS = 1000;
const RESTART_TICKS = 4;

/** Seconds without sound after which a microphone counts as lost. */
export const STALL_SECONDS = 8;

export interface StallEvents {
  /** Called every second. Returns how much has arrived so far; `undefined` while none is expected. */
  arrived(): number | undefined;
  /** Called once per stall: it may help to start the clock again. */
  restart(): unknown;
  stalled(): void;
}

/**
 * Watches until the signal aborts. It counts its own ticks and does not compare times: a page that was frozen for an hour
 * has had one tick in it, and its sound continues.
 */
export function watchForStalls(events: StallEvents, signal: AbortSignal): void {
  let last: number | undefined;
  let ticks = 0;
  const timer = setInterval(() => {
    const arrived = events.arrived();
    ticks = arrived !== undefined && arrived === last ? ticks + 1 : 0;
    last = arrived;
    if (ticks === RESTART_TICKS) events.restart();
    if ((ticks * TICK_MS) / 1000 >= STALL_SECONDS) events.stalled();
  }, TICK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
