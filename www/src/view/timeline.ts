// Sounds along an axis of time, a lane for each label. What can be read or
// pressed here is in the list beside it too: this is for looking.

import { make } from "../dom.js";
import { labelWords, texts } from "../texts/index.js";

/** Times are in the unit of the axis. */
export interface Bar {
  label: string;
  onset: number;
  offset: number;
  score: number;
}

export interface TimelineContent {
  from: number;
  to: number;
  bars: readonly Bar[];
  /** Where marks stand on the axis. */
  marks: readonly number[];
  /** The words of a mark. */
  time(value: number): string;
  /** What it shows, for those who cannot see it. */
  name: string;
  onPick?(bar: Bar): void;
}

/** Lanes of their own; the labels that sound least share one more. */
const MOST_LANES = 8;
/** The drawing's own width; nothing is drawn finer than a thousandth of it. */
const WIDTH = 1000;
const LEAST_WIDTH = 3;
const SVG = "http://www.w3.org/2000/svg";

interface Lane {
  words: string;
  bars: Bar[];
}

export class Timeline {
  readonly element = make("div", "timeline");

  show(content: TimelineContent): void {
    this.element.role = "img";
    this.element.ariaLabel = content.name;
    const lanes = lanesOf(content.bars).map((lane) => this.#lane(lane, content));
    const axis = make("div", "timeline-axis");
    axis.append(
      ...content.marks.map((value) => {
        const mark = make("span", "", content.time(value));
        mark.style.setProperty("--at", String((value - content.from) / (content.to - content.from)));
        return mark;
      }),
    );
    this.element.replaceChildren(...lanes, axis);
  }

  #lane({ words, bars }: Lane, content: TimelineContent): HTMLElement {
    const row = make("div", "timeline-lane");
    const name = make("span", "timeline-name", words);
    name.title = words;
    row.append(name, draw(bars, content));
    const { onPick } = content;
    if (onPick) {
      row.addEventListener("click", (event) => {
        const picture = row.lastElementChild?.getBoundingClientRect();
        if (!picture) return;
        const at = content.from + ((event.clientX - picture.left) / picture.width) * (content.to - content.from);
        const distance = ({ onset, offset }: Bar) => Math.max(onset - at, at - offset, 0);
        const nearest = bars.reduce((a, b) => (distance(b) < distance(a) ? b : a));
        onPick(nearest);
      });
    }
    return row;
  }
}

function draw(bars: readonly Bar[], { from, to }: TimelineContent): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} 10`);
  svg.setAttribute("preserveAspectRatio", "none");
  let end = -1;
  for (const { onset, offset, score } of bars) {
    const x = Math.round(Math.max(0, (onset - from) / (to - from)) * WIDTH);
    const right = Math.round(Math.min(1, (offset - from) / (to - from)) * WIDTH);
    // Thousands of sounds of a day fall on the same few pixels: those are drawn once.
    if (right <= end) continue;
    end = Math.max(right, x + LEAST_WIDTH);
    const rect = document.createElementNS(SVG, "rect");
    const place = { x, y: 0, width: end - x, height: 10, "fill-opacity": (0.35 + 0.65 * score).toFixed(2) };
    for (const [key, value] of Object.entries(place)) rect.setAttribute(key, String(value));
    svg.append(rect);
  }
  return svg;
}

/** The label that sounds longest first. */
function lanesOf(bars: readonly Bar[]): Lane[] {
  const byLabel = new Map<string, Bar[]>();
  for (const bar of [...bars].sort((a, b) => a.onset - b.onset)) {
    const some = byLabel.get(bar.label);
    if (some) some.push(bar);
    else byLabel.set(bar.label, [bar]);
  }
  const length = (some: readonly Bar[]) => some.reduce((sum, { onset, offset }) => sum + offset - onset, 0);
  const lanes = [...byLabel]
    .sort(([, a], [, b]) => length(b) - length(a))
    .map(([label, some]) => ({ words: labelWords(label), bars: some }));
  if (lanes.length <= MOST_LANES + 1) return lanes;
  const others = lanes.slice(MOST_LANES).flatMap(({ bars: some }) => some);
  return [...lanes.slice(0, MOST_LANES), { words: texts.others, bars: others.sort((a, b) => a.onset - b.onset) }];
}

/** Round values between two, few enough to be read: steps of seconds to hours. */
export function marksBetween(from: number, to: number, most = 7): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600];
  const step = steps.find((size) => (to - from) / size <= most) ?? 43200;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}
