// Numbers in the language of the page.

import { language } from "../texts/index.js";

/** German puts a thin space before the sign. */
const PERCENT = language === "de" ? "\u202f%" : "%";

/** 0.734 → "73%". */
export function percent(score: number): string {
  return `${Math.round(score * 100)}${PERCENT}`;
}

/** With exactly this many decimals. */
export function decimal(value: number, digits: number): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return value.toLocaleString(language, options);
}

/** With at most this many decimals. */
export function trimmed(value: number, digits: number): string {
  return value.toLocaleString(language, { maximumFractionDigits: digits, useGrouping: false });
}

/** 75.4 → "1:15", 3675 → "1:01:15". */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** 4 → "4", 2.5 → "2.5". */
export function short(seconds: number): string {
  return trimmed(seconds, 1);
}

/** 4130000 → "4.1 MB". */
export function megabytes(bytes: number): string {
  return `${decimal(bytes / 1e6, 1)} MB`;
}

/** Also for small files: 4130000 → "4.1 MB", 12300 → "12 KB". */
export function byteSize(bytes: number): string {
  return bytes < 50_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : megabytes(bytes);
}

/** A stretch of a recording: "2.0 – 6.5 s", or "1:02.0 – 1:15.5" after the first minute. */
export function stretch(start: number, end: number): string {
  return end < 60 ? `${decimal(start, 1)} – ${decimal(end, 1)} s` : `${preciseClock(start)} – ${preciseClock(end)}`;
}

/** 75.4 → "1:15.4" */
function preciseClock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  return clock(Math.floor(tenths / 10)) + decimal((tenths % 10) / 10, 1).slice(1);
}
