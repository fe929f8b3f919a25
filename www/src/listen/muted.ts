// Leaves out what the user does not want to be told.

import type { Category, SoundEvent } from "sourcing-sound";

/** What an answer is made from. */
interface Answered {
  categories: readonly Category[];
  rejected: boolean;
  events?: readonly SoundEvent[];
}

/** The same without `muted` labels. In place of a muted answer comes the next one, if it reaches `threshold`. */
export function withoutMuted<T extends Answered>(answer: T, muted: readonly string[], threshold: number): T {
  const wanted = ({ label }: { label: string }) => !muted.includes(label);
  const categories = answer.categories.filter(wanted);
  const [best] = categories;
  const rejected = answer.rejected || !best || (best !== answer.categories[0] && best.score < threshold);
  return { ...answer, categories, rejected, ...(answer.events && { events: answer.events.filter(wanted) }) };
}
