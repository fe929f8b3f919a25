// When a microphone that could not be had is worth another try.

import type { ErrorCode } from "sourcing-sound";

/** What may end the trouble of a code. */
interface Ways {
  /** The person allows the microphone. */
  permission?: boolean;
  /** A device is plugged in or comes back. */
  devices?: boolean;
  /** The page comes back into sight, or is touched: some browsers start sound only then. */
  attention?: boolean;
  /** It is tried again anyway after so many milliseconds. */
  afterMs?: number;
}

const WAYS: Partial<Record<ErrorCode, Ways>> = {
  "permission-denied": { permission: true },
  "no-microphone": { devices: true, permission: true },
  "microphone-busy": { devices: true, attention: true, afterMs: 5000 },
  // At first the system's microphone may be another one already.
  "device-lost": { devices: true, afterMs: 500 },
  interrupted: { devices: true, attention: true, afterMs: 5000 },
};

/** Whether trouble of this kind passes by itself or by what the person does outside of the page. */
export function passes(code: ErrorCode): boolean {
  return code in WAYS;
}

/** Waits until another try may work; rejects with the signal's reason when that comes first. */
export async function untilRetry(code: ErrorCode, signal: AbortSignal): Promise<void> {
  const ways = WAYS[code] ?? {};
  const over = new AbortController();
  const options = { signal: over.signal };
  try {
    await new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      const go = () => resolve();
      signal.addEventListener("abort", () => reject(signal.reason), options);
      if (ways.devices) navigator.mediaDevices?.addEventListener("devicechange", go, options);
      if (ways.attention) {
        document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && go(), options);
        addEventListener("pointerdown", go, options);
        addEventListener("keydown", go, options);
      }
      if (ways.afterMs !== undefined) {
        const timer = setTimeout(go, ways.afterMs);
        over.signal.addEventListener("abort", () => clearTimeout(timer));
      }
      if (ways.permission) void onPermission(go, options);
    });
  } finally {
    over.abort();
  }
}

/** Not every browser tells of permissions; there the person starts again. */
async function onPermission(granted: () => void, options: { signal: AbortSignal }): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: "microphone" as PermissionName });
    status.addEventListener("change", () => status.state === "granted" && granted(), options);
  } catch {
    // Nothing to wait for.
  }
}
