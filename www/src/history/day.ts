// Days and hours in the user's time zone.

export function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Not always 24 hours later. */
export function endOfDay(day: Date): number {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}

export function startOfHour(ms: number): number {
  return new Date(ms).setMinutes(0, 0, 0);
}
