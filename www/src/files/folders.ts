// Recordings in what the user chooses or drops: files, and folders with everything in them.

/** A recording, and its path within what was chosen. */
export interface Found {
  file: File;
  path: string;
}

/** What is not a recording: hidden, without an extension, unreadable, or of another kind, named by its extension. */
export type Kind = "hidden" | "nameless" | "unreadable" | `.${string}`;

export interface Chosen {
  found: Found[];
  passedOver: Map<Kind, number>;
  /** Whether there was a folder among it. */
  folders: boolean;
}

/** Extensions of recordings whose type browsers do not know. */
const ENDINGS =
  /\.(wave?|bwf|rf64|w64|aif[fc]?|au|snd|caf|flac|mp[23]|mpga|og[ag]|opus|spx|m4[abv]|mp4|mov|3gp|aac|web[ma]|mk[av]|wv|wma|amr)$/i;

const naturally = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Files from an input: single ones, or all those of a folder. */
export function fromInput(files: readonly File[]): Chosen {
  const chosen: Chosen = { found: [], passedOver: new Map(), folders: false };
  for (const file of files) {
    const path = file.webkitRelativePath;
    if (path === "") {
      chosen.found.push({ file, path: file.name });
      continue;
    }
    chosen.folders = true;
    // The folder itself may be hidden: the user has chosen it.
    if (path.split("/").slice(1).some(isHidden)) count(chosen, "hidden");
    else sort(chosen, file, path);
  }
  return ordered(chosen);
}

/** What was dropped. The entries can be read only while the event is handled. */
export async function fromDrop(entries: readonly (FileSystemEntry | File)[]): Promise<Chosen> {
  const chosen: Chosen = { found: [], passedOver: new Map(), folders: false };
  for (const entry of entries) {
    if (entry instanceof File) chosen.found.push({ file: entry, path: entry.name });
    else if (isFolder(entry)) {
      chosen.folders = true;
      await walk(chosen, entry, entry.name);
    } else await take(chosen, entry as FileSystemFileEntry, (file) => chosen.found.push({ file, path: file.name }));
  }
  return ordered(chosen);
}

async function walk(chosen: Chosen, folder: FileSystemDirectoryEntry, path: string): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    // A reader returns up to a hundred at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed)).catch(() => undefined);
    if (entries === undefined) count(chosen, "unreadable");
    if (entries === undefined || entries.length === 0) return;
    for (const entry of entries) {
      const at = `${path}/${entry.name}`;
      if (isHidden(entry.name)) count(chosen, "hidden");
      else if (isFolder(entry)) await walk(chosen, entry, at);
      else await take(chosen, entry as FileSystemFileEntry, (file) => sort(chosen, file, at));
    }
  }
}

async function take(chosen: Chosen, entry: FileSystemFileEntry, found: (file: File) => void): Promise<void> {
  const file = await new Promise<File>((done, failed) => entry.file(done, failed)).catch(() => undefined);
  if (file) found(file);
  else count(chosen, "unreadable");
}

/** Takes a file of a folder if it is a recording. */
function sort(chosen: Chosen, file: File, path: string): void {
  if (/^(audio|video)\//.test(file.type) || ENDINGS.test(file.name)) {
    chosen.found.push({ file, path });
    return;
  }
  const ending = /.\.([^.]+)$/.exec(file.name)?.[1];
  count(chosen, ending === undefined ? "nameless" : `.${ending.toLowerCase()}`);
}

function ordered(chosen: Chosen): Chosen {
  if (chosen.folders) chosen.found.sort((a, b) => naturally.compare(a.path, b.path));
  return chosen;
}

function count({ passedOver }: Chosen, kind: Kind): void {
  passedOver.set(kind, (passedOver.get(kind) ?? 0) + 1);
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db" || name === "desktop.ini";
}
