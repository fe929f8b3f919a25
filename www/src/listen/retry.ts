// When to try again after the microphone could not be opened or was lost.

import type { ErrorCode } from "sourcing-sound";

/** What may solve the problem. */
interface Ways {
  /** The user allows the microphone. */
  permission?: boolean;
  /** A device is connected. */
  devices?: boolean;
  /** The page becomes visible or is touched: some browsers start audio only then. */
  attention?: boolean;
  /** Time: the next attempt is after this many milliseconds. */
  afterMs?: number;
}

const WAYS: Partial<Record<ErrorCode, Ways>> = {
  "permission-denied": { permission: true },
  "no-microphone": { devices: true, permission: true },
  "microphone-busy": { devices: true, attention: true, afterMs: 5000 },
  // The system default may already be another microphone.
  "device-lost": { devices: true, afterMs: 500 },
  interrupted: { devices: true, attention: true, afterMs: 5000 },
};

/** Whether this problem may be solved without the page: by itself, or by the user elsewhere. */
export function mayPass(code: ErrorCode): boolean {
  return code in WAYS;
}

/** Waits until another attempt may work; rejects with the signal's reason if that aborts first. */
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

/** Not every browser reports permissions; there the user has to start again. */
async function onPermission(granted: () => void, options: { signal: AbortSignal }): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: "microphone" as PermissionName });
    status.addEventListener("change", () => status.state === "granted" && granted(), options);
  } catch {
    // Nothing to wait for.
  }
}
