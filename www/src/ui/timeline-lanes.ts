// The layout of a timeline: the lane of each label, and the ticks of the axis.

export interface Bar {
  label: string;
  /** In units of the axis. */
  onset: number;
  offset: number;
  /** 0 to 1. */
  score: number;
}

export interface Lane {
  /** `undefined` for the lane of all labels that have no separate lane. */
  label: string | undefined;
  bars: Bar[];
}

/** The most lanes with one label each. */
const MAX_LANES = 8;

/** Round steps between ticks, in seconds, up to half a day. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];
const DAY = 86400;

/** One lane per label, the label with the longest total time first, and one lane for the rest. */
export function toLanes(bars: readonly Bar[]): Lane[] {
  const byLabel = new Map<string, { bars: Bar[]; total: number }>();
  for (const bar of bars) {
    const lane = byLabel.get(bar.label) ?? { bars: [], total: 0 };
    lane.bars.push(bar);
    lane.total += bar.offset - bar.onset;
    byLabel.set(bar.label, lane);
  }
  const ranked = [...byLabel].sort(([a, one], [b, other]) => other.total - one.total || (a < b ? -1 : 1));
  const lanes: Lane[] = ranked.slice(0, MAX_LANES).map(([label, lane]) => ({ label, bars: lane.bars }));
  // A lane for the rest would hold only one label.
  if (ranked.length === MAX_LANES + 1) return ranked.map(([label, lane]) => ({ label, bars: lane.bars }));
  const rest = ranked.slice(MAX_LANES).flatMap(([, lane]) => lane.bars);
  return rest.length > 0 ? [...lanes, { label: undefined, bars: rest }] : lanes;
}

/** Round values between `from` and `to`: about `wanted` of them, never more. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const least = (to - from) / Math.max(1, wanted);
  const step = STEPS.find((candidate) => candidate >= least) ?? Math.ceil(least / DAY) * DAY;
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step + 1e-9) - first + 1);
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}
