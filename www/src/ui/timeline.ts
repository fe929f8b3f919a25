// Events along a time axis, one lane per label. Names and times are text; the bars
// are painted on a canvas, because there may be ten thousand.

import { labelWords, texts } from "../texts/index.js";
import { make, setText } from "./dom.js";
import { percent } from "./format.js";
import { watchPixels } from "./pixels.js";
import { type Bar, type Lane, ticks, toLanes } from "./timeline-lanes.js";

export type { Bar } from "./timeline-lanes.js";

export interface TimelineOptions {
  /** Ends of the axis, in the unit of the bars. */
  from: number;
  to: number;
  bars: readonly Bar[];
  /** Ticks of the axis. Default: round values, with the second as unit. */
  marks?: readonly number[];
  /** The text of a tick. */
  time(value: number): string;
  /** Name of the timeline for screen readers. */
  name: string;
  /** Lets the user pick bars, with the pointer or with the arrow keys and Enter. */
  onPick?(bar: Bar): void;
  /** The position of playback on the axis. */
  progress?: number;
}

/** All in CSS pixels. */
const MIN_BAR = 3;
/** Least distance between default ticks. */
const TICK_ROOM = 76;
/** Width of a letter of a tick's text, and the space around the text. */
const LETTER = 6.5;
const SPACE = 12;
const REACH = 5;
const ROUNDED_FROM = 8;

interface Placed {
  bar: Bar;
  x: number;
  y: number;
  width: number;
  height: number;
}

export class Timeline {
  readonly element = make("div", "timeline");
  readonly #lanes = make("div", "timeline-lanes");
  readonly #axis = make("div", "timeline-axis");
  readonly #canvas = document.createElement("canvas");
  readonly #mark = make("div", "timeline-mark");
  #options: TimelineOptions | undefined;
  #shownLanes: Lane[] = [];
  #placed: Placed[] = [];
  /** All bars by onset, for the arrow keys, and the one that the keys have reached. */
  #inOrder: Bar[] = [];
  #reached: Bar | undefined;
  #scheduled = false;

  constructor() {
    this.#canvas.className = "timeline-canvas";
    this.#mark.hidden = true;
    this.#axis.ariaHidden = "true";
    const plot = make("div", "timeline-plot");
    plot.append(this.#canvas, this.#mark);
    this.element.append(this.#lanes, plot, this.#axis);
    this.element.dataset["testid"] = "timeline";
    watchPixels(this.#canvas, () => this.#schedule());
    // The media query outlives a timeline and must not keep it alive.
    const self = new WeakRef(this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      const timeline = self.deref();
      if (timeline) timeline.#schedule();
    });
    this.#canvas.onpointermove = (event) => this.#point(event);
    this.#canvas.onclick = (event) => this.#pick(this.#at(event)?.bar);
    this.#canvas.onkeydown = (event) => this.#key(event);
    this.#canvas.onfocus = this.#canvas.onblur = () => this.#schedule();
  }

  show(options: TimelineOptions): void {
    this.#options = options;
    this.#shownLanes = toLanes(options.bars);
    this.#inOrder = [...options.bars].sort((a, b) => a.onset - b.onset);
    const reached = this.#reached;
    this.#reached = reached && this.#inOrder.find(({ label, onset }) => label === reached.label && onset === reached.onset);
    this.#showNames();
    this.#describe(options);
    this.setProgress(options.progress);
    this.#schedule();
  }

  /** Moves the playback mark without repainting; `undefined` hides it. */
  setProgress(value: number | undefined): void {
    this.#mark.hidden = value === undefined || !this.#options;
    if (value !== undefined && this.#options) this.#mark.style.setProperty("--at", String(this.#part(value)));
  }

  #showNames(): void {
    const wanted = Math.max(1, this.#shownLanes.length);
    while (this.#lanes.children.length > wanted) this.#lanes.lastElementChild?.remove();
    while (this.#lanes.children.length < wanted) {
      const lane = make("div", "timeline-lane");
      lane.append(make("span", "timeline-name"), make("span", "timeline-track"));
      this.#lanes.append(lane);
    }
    [...this.#lanes.children].forEach((lane, i) => {
      const name = lane.firstElementChild as HTMLElement;
      const words = nameOf(this.#shownLanes[i]);
      setText(name, words);
      name.title = words;
    });
  }

  /** For screen readers: a picture with a summary or, if bars can be picked, a slider from bar to bar. */
  #describe({ name, onPick }: TimelineOptions): void {
    const canvas = this.#canvas;
    const counts = this.#shownLanes.map((lane) => `${nameOf(lane)} ${lane.bars.length}`);
    canvas.ariaLabel = [name, counts.join(", ")].join(" ").trim();
    const picks = onPick !== undefined && this.#inOrder.length > 0;
    canvas.role = picks ? "slider" : "img";
    canvas.tabIndex = picks ? 0 : -1;
    const at = this.#reached ? this.#inOrder.indexOf(this.#reached) : 0;
    const values: Record<string, string> = {
      "aria-valuemin": "1",
      "aria-valuemax": String(this.#inOrder.length),
      "aria-valuenow": String(at + 1),
      "aria-valuetext": this.#words(this.#inOrder[at]),
    };
    for (const [attribute, value] of Object.entries(values)) {
      if (picks) canvas.setAttribute(attribute, value);
      else canvas.removeAttribute(attribute);
    }
  }

  #words(bar: Bar | undefined): string {
    if (!bar || !this.#options) return "";
    return `${labelWords(bar.label)} · ${this.#options.time(bar.onset)} · ${percent(bar.score)}`;
  }

  #part(value: number): number {
    const { from, to } = this.#options!;
    return to > from ? Math.max(0, Math.min(1, (value - from) / (to - from))) : 0;
  }

  #point(event: PointerEvent): void {
    const found = this.#at(event);
    this.#canvas.toggleAttribute("data-over", found !== undefined && this.#options?.onPick !== undefined);
    const words = this.#words(found?.bar);
    if (this.#canvas.title !== words) this.#canvas.title = words;
  }

  /** The bar under the pointer, or near enough for a finger. */
  #at({ offsetX, offsetY }: MouseEvent): Placed | undefined {
    const distance = ({ x, width }: Placed) => Math.max(0, x - offsetX, offsetX - x - width);
    const close = this.#placed.filter(
      (placed) => distance(placed) <= REACH && offsetY >= placed.y - REACH && offsetY <= placed.y + placed.height + REACH,
    );
    return close.reduce<Placed | undefined>((best, one) => (best && distance(best) < distance(one) ? best : one), undefined);
  }

  #pick(bar: Bar | undefined): void {
    if (!bar) return;
    this.#reached = bar;
    this.#options?.onPick?.(bar);
    this.#schedule();
  }

  #key(event: KeyboardEvent): void {
    if (!this.#options?.onPick || this.#inOrder.length === 0) return;
    const last = this.#inOrder.length - 1;
    const at = this.#reached ? this.#inOrder.indexOf(this.#reached) : -1;
    const moves: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at < 0 ? last : at - 1,
      ArrowDown: at < 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      this.#reached = this.#inOrder[Math.max(0, Math.min(last, to))];
      this.#describe(this.#options);
      this.#schedule();
    } else if (event.key === "Enter" || event.key === " ") this.#pick(this.#reached ?? this.#inOrder[0]);
    else return;
    event.preventDefault();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const screen = this.#canvas.getContext("2d");
    if (!this.#options || !screen || width === 0) return;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    screen.setTransform(this.#canvas.width / width, 0, 0, this.#canvas.height / height, 0, 0);
    const { color, borderTopColor, borderBottomColor } = getComputedStyle(this.#canvas);
    const marks = this.#marks(width);
    this.#showMarks(marks);
    screen.fillStyle = borderTopColor;
    for (const mark of marks) screen.fillRect(Math.round(this.#part(mark) * (width - 1)), 0, 1, height);
    this.#place(width);
    screen.fillStyle = color;
    for (const { bar, x, y, width: long, height: high } of this.#placed) {
      screen.globalAlpha = 0.4 + 0.6 * Math.max(0, Math.min(1, bar.score));
      if (long < ROUNDED_FROM) screen.fillRect(x, y, long, high);
      else {
        screen.beginPath();
        screen.roundRect(x, y, long, high, 2);
        screen.fill();
      }
    }
    screen.globalAlpha = 1;
    const focused = this.#placed.find(({ bar }) => bar === this.#reached);
    if (!focused || document.activeElement !== this.#canvas) return;
    screen.strokeStyle = borderBottomColor;
    screen.lineWidth = 2;
    screen.strokeRect(focused.x - 2, focused.y - 2, focused.width + 4, focused.height + 4);
  }

  /** The ticks, as many as their texts have room for. */
  #marks(width: number): readonly number[] {
    const { from, to, marks, time } = this.#options!;
    const letters = Math.max(...[from, to, ...(marks ?? [])].map((mark) => time(mark).length));
    const room = letters * LETTER + SPACE;
    if (!marks) return ticks(from, to, Math.floor(width / Math.max(room, TICK_ROOM)));
    const every = Math.ceil((marks.length * room) / width);
    return marks.filter((_, i) => i % every === 0);
  }

  /** Computes where each bar is, from the layout of the tracks. */
  #place(width: number): void {
    const { from, to } = this.#options!;
    const tracks = [...this.#lanes.querySelectorAll<HTMLElement>(".timeline-track")];
    const top = this.#canvas.getBoundingClientRect().top;
    this.#placed = this.#shownLanes.flatMap(({ bars }, i) => {
      const track = tracks[i]!.getBoundingClientRect();
      const inSight = bars.filter(({ onset, offset }) => offset >= from && onset <= to);
      return inSight.map((bar): Placed => {
        const start = this.#part(bar.onset) * width;
        const long = Math.max(MIN_BAR, this.#part(bar.offset) * width - start);
        return { bar, x: Math.min(start, width - long), y: track.top - top, width: long, height: track.height };
      });
    });
  }

  #showMarks(marks: readonly number[]): void {
    const texts = marks.map((mark) => this.#options!.time(mark));
    const key = marks.map((mark, i) => `${this.#part(mark)} ${texts[i]}`).join("|");
    if (this.#axis.dataset["key"] === key) return;
    this.#axis.dataset["key"] = key;
    this.#axis.replaceChildren(
      ...marks.map((mark, i) => {
        const part = this.#part(mark);
        const element = make("span", "timeline-time", texts[i]);
        // The texts at the ends must stay within the axis.
        if (part < 0.03) element.dataset["edge"] = "start";
        if (part > 0.97) element.dataset["edge"] = "end";
        element.style.setProperty("--at", String(part));
        return element;
      }),
    );
  }
}

function nameOf(lane: Lane | undefined): string {
  if (!lane) return "";
  return lane.label === undefined ? texts.others : labelWords(lane.label);
}
