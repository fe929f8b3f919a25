// The time of day for what is detected: it never goes back, so that events keep their order when the system's clock is
// set back.

/** The clock that never jumps may stop while the device sleeps; it then follows the system's clock. */
const SLEPT_MS = 2000;

/** The system's clock minus the one that never jumps. */
let ahead: number | undefined;

/** Milliseconds since 1970. A clock that was set back counts only when the page is opened again. */
export function steadyNow(): number {
  const difference = Date.now() - performance.now();
  if (ahead === undefined || difference - ahead > SLEPT_MS) ahead = difference;
  return performance.now() + ahead;
}
