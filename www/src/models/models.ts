// The view "Models" and the choice of model below the stage.
//
// In: the user's choices and model files, and the info of the first classifier. Out: a loaded classifier to use.

import type { ModelInfo } from "sourcing-sound";
import { loadStyle } from "../late/style.js";
import list from "../styles/model-list.css?url";
import sheet from "../styles/model-sheet.css?url";
import { byId } from "../ui/dom.js";
import { ModelPanel } from "./panel.js";
import { ModelSwitcher, type ModelSwitcherEvents } from "./switcher.js";
import { ModelsView } from "./view.js";

await Promise.all([list, sheet].map(loadStyle));

export interface ModelsEvents extends ModelSwitcherEvents {
  /** A model was dropped while another view was shown. */
  wanted(): void;
}

export class Models {
  readonly #switcher: ModelSwitcher;
  readonly #view: ModelsView;

  constructor(events: ModelsEvents) {
    const switcher = new ModelSwitcher(events);
    const shared = { chosen: switcher.choose.bind(switcher), cancelled: switcher.cancel.bind(switcher) };
    this.#switcher = switcher;
    this.#view = new ModelsView(byId("view-models", HTMLElement), {
      ...shared,
      opened: (files) => void switcher.openOwn(files),
      removed: (choice) => void switcher.remove(choice),
      wanted: () => events.wanted(),
    });
    switcher.watch(new ModelPanel(shared));
    switcher.watch(this.#view);
  }

  /** Once the first model is in use, offers the others and loads the one that was chosen last time. */
  async open(first: ModelInfo): Promise<void> {
    await this.#switcher.open(first);
  }

  /** The everyday model continues with what was taught; `undefined` for nothing. */
  teach(head: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    return this.#switcher.teach(head);
  }

  /** Switches to the model that takes what is taught. */
  chooseTaught(): void {
    this.#switcher.chooseTaught();
  }

  /** The view is shown. */
  show(): void {
    this.#view.show();
  }
}
