// How the page's script is split: all that the entry imports statically is one file, since it is loaded at once. Without this,
// whatever another view uses too would become a separate file.

import type { Rolldown } from "vite";

const NAME = "index";

/** The package's entry imports this statically, but only the view "Teach" uses it. */
const LATE = /\/sourcing-sound-teacher\.js$/;

/** For `output.codeSplitting`. */
export function oneFileAtTheStart(entry: string): Rolldown.CodeSplittingOptions {
  let first: Set<string> | undefined;
  return {
    // Without what `staticImports` leaves out.
    includeDependenciesRecursively: false,
    groups: [
      {
        debugName: NAME,
        name: (id, context) => {
          first ??= staticImports(entry, context);
          if (LATE.test(id)) return null;
          return first.has(id) ? NAME : null;
        },
      },
    ],
  };
}

/** The entry and all modules that it imports, directly or through others, except by `import()`. */
function staticImports(entry: string, context: Rolldown.ChunkingContext): Set<string> {
  const found = new Set([entry]);
  // Iterating over a set also visits what is added on the way.
  for (const id of found) {
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) if (!LATE.test(imported)) found.add(imported);
  }
  return found;
}
