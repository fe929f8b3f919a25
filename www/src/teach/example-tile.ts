// One example: its picture, what it is from, and buttons to play and remove it.

import type { Recording } from "sourcing-sound";
import type { PlayButtons } from "../sound/play-buttons.js";
import { teachTexts } from "../texts/teach.js";
import { make } from "../ui/dom.js";
import { short, stretch } from "../ui/format.js";
import { iconButton } from "../ui/icons.js";
import type { KeptExample } from "./kept.js";
import { draw } from "./picture.js";

export interface TileEvents {
  /** The example's sound. */
  sound(kept: KeptExample): Promise<Recording | undefined>;
  remove(kept: KeptExample): void;
}

export function exampleTile(kept: KeptExample, playing: PlayButtons, events: TileEvents): HTMLElement {
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
    const button = iconButton("play", teachTexts.play(name), () => void playing.toggle(button, () => events.sound(kept)));
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
