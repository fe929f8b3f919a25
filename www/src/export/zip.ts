// Several files as one: a ZIP archive without compression. Browsers drop downloads if there are many at once.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0 of the format, and names in UTF-8. */
const VERSION = 20;
const UTF_8 = 0x0800;
/** 1 January 1980, the earliest date of the format. */
const DATE = 0x21;

/** Texts by their names, which may contain folders: at most 65,535, of less than 4 GB together. */
export function toZip(files: ReadonlyMap<string, string>): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const entries: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const [name, text] of files) {
    const [path, content] = [name, text].map((words) => new TextEncoder().encode(words)) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
    // Flags, method, time, date, checksum, both sizes, length of the name, none of what may follow it.
    const facts = [[UTF_8, 2], [0, 2], [0, 2], [DATE, 2], [crc32(content), 4], [content.length, 4], [content.length, 4], [path.length, 2], [0, 2]] as const;
    const local = [fields([LOCAL, 4], [VERSION, 2], ...facts), path, content];
    // Then the length of the comment, the disk, both attributes, and where the file is.
    entries.push(fields([CENTRAL, 4], [VERSION, 2], [VERSION, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), path);
    parts.push(...local);
    at += sizeOf(local);
  }
  const end = fields([END, 4], [0, 2], [0, 2], [files.size, 2], [files.size, 2], [sizeOf(entries), 4], [at, 4], [0, 2]);
  return new Blob([...parts, ...entries, end], { type: "application/zip" });
}

/** Numbers with their sizes in bytes. */
function fields(...values: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [value, bytes] of values) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

/** The checksum that the format requires. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
