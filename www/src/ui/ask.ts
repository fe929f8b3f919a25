// Asks before something is done that cannot be undone.

import { make, smallButton } from "./dom.js";

export interface Question {
  words: string;
  no: string;
  yes: string;
  /** The `data-testid` of the buttons. */
  noId: string;
  yesId: string;
  /** The answer is yes. */
  confirmed(): void;
}

/** A dialog that is still closed. */
export function askDialog({ words, no, yes, noId, yesId, confirmed }: Question): HTMLDialogElement {
  const dialog = make("dialog", "ask");
  const text = make("p", "", words);
  text.id = `${yesId}-words`;
  dialog.setAttribute("aria-labelledby", text.id);
  const cancel = smallButton(no, noId, () => dialog.close());
  const confirm = smallButton(yes, yesId, () => {
    dialog.close();
    confirmed();
  });
  cancel.autofocus = true;
  const actions = make("div", "ask-actions");
  actions.append(cancel, confirm);
  dialog.append(text, actions);
  return dialog;
}
