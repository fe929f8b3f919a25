// Calls the caller's functions.

/** Calls `listener`, if there is one. An exception in it is reported as uncaught, and interrupts nothing here. */
export function notify<A extends unknown[]>(listener: ((...values: A) => void) | undefined, ...values: A): void {
  try {
    listener?.(...values);
  } catch (thrown) {
    // Node has no reportError().
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
