// Numbers as people read them.

/** 0.734 → "73%". */
export function percent(score: number): string {
  return `${Math.round(score * 100)}%`;
}

/** 75.4 → "1:15". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 4 → "4", 2.5 → "2.5". */
export function short(seconds: number): string {
  return String(Math.round(seconds * 10) / 10);
}

/** 4130000 → "4.1 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The same in words that do not round a small file to nothing: 4130000 → "4.1 MB", 12300 → "12 KB". */
export function byteSize(bytes: number): string {
  return bytes < 50_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : megabytes(bytes);
}

/** A stretch of a recording: "2.0 – 6.5 s", or "1:02 – 1:15" beyond a minute. */
export function stretch(start: number, end: number): string {
  return end < 60 ? `${start.toFixed(1)} – ${end.toFixed(1)} s` : `${clock(start)} – ${clock(end)}`;
}
