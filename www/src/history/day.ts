// Days and hours in the user's time zone.

import { locale } from "../texts/index.js";

export const HOUR_MS = 3_600_000;

export function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Not always 24 hours later, because of daylight saving time. */
export function endOfDay(day: Date): number {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}

export function startOfHour(ms: number): number {
  const date = new Date(ms);
  // Not `setMinutes`: of an hour that comes twice, it always returns the first.
  return ms - (date.getMinutes() * 60_000 + date.getSeconds() * 1000 + date.getMilliseconds());
}

/** The date for names of files: "2026-11-30". */
export function dateOf(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join("-");
}

/** Date and time for names of files: "2026-11-30T14-05-00". */
export function stampOf(date: Date): string {
  return `${dateOf(date)}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("-")}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** "14:05" or "2:05 PM", depending on the language. */
export function clockOf(ms: number): string {
  return new Date(ms).toLocaleTimeString(locale, { timeStyle: "short" });
}

/** Every `step` hours of a day, from its start to its end. */
export function hours(day: Date, step: number): number[] {
  const [year, month, date] = [day.getFullYear(), day.getMonth(), day.getDate()];
  return Array.from({ length: 24 / step + 1 }, (_, i) => new Date(year, month, date, i * step).getTime());
}

/** Every quarter of the hour that starts at `from`, and its end. */
export function quarters(from: number): number[] {
  return [0, 1, 2, 3, 4].map((quarter) => from + (quarter * HOUR_MS) / 4);
}
