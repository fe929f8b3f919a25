// Calls the caller's functions.

/** Calls `listener`, if there is one. An exception in it is reported as uncaught, and interrupts nothing here. */
export function notify<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (thrown) {
    reportError(thrown);
  }
}
