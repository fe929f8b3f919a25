// The buttons of a recording: play it, save it.

import type { Recording } from "sourcing-sound";
import { Player } from "../sound/player.js";
import { toWav } from "../sound/wav.js";
import { recordingTexts } from "../texts/recordings.js";
import { byId, setText } from "../ui/dom.js";
import type { LatePicture } from "./late-picture.js";

export class Clip {
  readonly #actions = byId("clip-actions", HTMLElement);
  readonly #play = byId("play", HTMLButtonElement);
  readonly #download = byId("download", HTMLAnchorElement);
  readonly #player: Player;

  constructor(picture: LatePicture) {
    this.#player = new Player((at) => {
      picture.setProgress(at);
      setText(this.#play, this.#player.playing ? recordingTexts.stopPlaying : recordingTexts.play);
    });
    setText(this.#play, recordingTexts.play);
    setText(this.#download, recordingTexts.download);
    this.#play.onclick = () => (this.#player.playing ? this.#player.stop() : this.#player.play());
  }

  /** With `fileName` it can be saved too. */
  show(recording: Recording, fileName?: string): void {
    this.clear();
    this.#player.load(recording);
    this.#download.hidden = fileName === undefined;
    if (fileName !== undefined) {
      this.#download.href = URL.createObjectURL(toWav(recording));
      this.#download.download = fileName;
    }
    this.#actions.hidden = false;
  }

  clear(): void {
    this.#player.load(undefined);
    this.#actions.hidden = true;
    if (this.#download.href) URL.revokeObjectURL(this.#download.href);
    this.#download.removeAttribute("href");
  }
}
