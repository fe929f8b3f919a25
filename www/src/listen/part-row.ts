// A stretch of a recording in the list below the stage.

import type { Part } from "../sound/parts.js";
import { texts } from "../texts/index.js";
import { percent, stretch } from "../ui/format.js";
import { isSilence, QUIET } from "./quiet.js";
import { SoundRow } from "./sound-list.js";

export function partRow({ start, end, category, group, score }: Part): HTMLElement {
  const row = new SoundRow(start);
  const time = stretch(start, end);
  if (isSilence(category)) row.mark(time, QUIET, texts.quiet);
  else if (category) row.show(time, { ...category, score }, group);
  else row.mark(time, "rejected", texts.unknown, percent(score));
  return row.element;
}
