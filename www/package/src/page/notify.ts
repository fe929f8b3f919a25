// Calls functions of the caller's.

/** Calls `listener`, if there is one. What it throws is reported like any uncaught error, and interrupts nothing here. */
export function notify<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (thrown) {
    reportError(thrown);
  }
}
