// One example: its picture, what it is from, and buttons to play and remove it.

import type { Player } from "../sound/player.js";
import { teachTexts } from "../texts/teach.js";
import { make } from "../ui/dom.js";
import { short, stretch } from "../ui/format.js";
import { iconButton, setIcon } from "../ui/icons.js";
import type { KeptExample } from "./kept.js";
import { draw } from "./picture.js";

export interface TileEvents {
  /** Loads the example's sound into the player and plays it; resolves to whether there was one. */
  play(kept: KeptExample): Promise<boolean>;
  remove(kept: KeptExample): void;
}

/** Which tile is playing; all tiles share one player. */
export class Playing {
  #button: HTMLElement | undefined;

  /** The player has ended. */
  ended(): void {
    if (!this.#button) return;
    this.#button.removeAttribute("data-playing");
    setIcon(this.#button, "play");
    this.#button = undefined;
  }

  /** Plays with `button`, or stops if that is what it does now. */
  async toggle(button: HTMLElement, player: Player, play: () => Promise<boolean>): Promise<void> {
    const stops = button.hasAttribute("data-playing");
    player.stop();
    this.ended();
    if (stops || !(await play())) return;
    this.ended();
    this.#button = button;
    button.toggleAttribute("data-playing", true);
    setIcon(button, "stop");
  }
}

export function exampleTile(kept: KeptExample, player: Player, playing: Playing, events: TileEvents): HTMLElement {
  const { example, picture, hasSound, id } = kept;
  const { start } = example;
  const end = start + example.seconds;
  // A long recording has several pieces.
  const name = start > 0 ? `${example.recording}, ${stretch(start, end)}` : example.recording;
  const tile = make("li", "teach-example");
  Object.assign(tile.dataset, { testid: "teach-example", id });
  const facts = [`${short(example.seconds)} s`];
  const { quiet = 0 } = example;
  if (quiet >= 0.5) facts.push(teachTexts.quiet(short(quiet)));
  if (example.clipped) facts.push(teachTexts.clipped);
  if (!hasSound) facts.push(teachTexts.soundless);
  if (start > 0) facts.unshift(stretch(start, end));
  const words = make("span", "teach-example-name", example.recording);
  words.title = example.recording;
  const text = make("div", "teach-example-text");
  text.append(words, make("span", "teach-example-facts", facts.join(" · ")));
  const actions = make("div", "teach-example-actions");
  if (hasSound) {
    const button = iconButton("play", teachTexts.play(name), () => void playing.toggle(button, player, () => events.play(kept)));
    actions.append(button);
  }
  actions.append(iconButton("delete", teachTexts.removeExample(name), () => events.remove(kept)));
  tile.append(canvasOf(picture, name), text, actions);
  return tile;
}

/** Without a picture, an empty frame of the same size. */
function canvasOf(picture: KeptExample["picture"], name: string): HTMLElement {
  if (!picture) return make("div", "teach-picture");
  const canvas = make("canvas", "teach-picture");
  canvas.role = "img";
  canvas.ariaLabel = teachTexts.picture(name);
  draw(canvas, picture);
  return canvas;
}
