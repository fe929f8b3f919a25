// A file on disk as a Blob, read piece by piece. Node has one (`openAsBlob`), but its size is modulo 4 GiB, and in some
// versions stretches across 2 GiB are missing: https://github.com/nodejs/node/issues/52585

import { open, stat } from "node:fs/promises";
import type { Joinable } from "../recordings/wave.js";

/** How much a stream reads at a time. */
const STEP_BYTES = 65536;

/** Bytes in memory, and after them a stretch of a file. It is open only while it is read, so that it needs no closing. */
export class DiskFile extends Blob implements Joinable {
  /** In bytes; an own property that hides Blob's. */
  override readonly size: number;
  readonly #path: string;
  readonly #head: Uint8Array;
  /** Where the stretch begins in the file. */
  readonly #start: number;

  /** Rejects with a system error if the path does not exist or is not a file. */
  static async at(path: string): Promise<DiskFile> {
    const found = await stat(path);
    if (!found.isFile()) throw new Error("it is not a file");
    return new DiskFile(path, new Uint8Array(), 0, found.size);
  }

  private constructor(path: string, head: Uint8Array, start: number, length: number) {
    super();
    this.#path = path;
    this.#head = head;
    this.#start = start;
    this.size = head.length + length;
  }

  after(head: Uint8Array): DiskFile {
    return new DiskFile(this.#path, Buffer.concat([head, this.#head]), this.#start, this.size - this.#head.length);
  }

  override slice(start = 0, end = this.size): DiskFile {
    const to = Math.min(end, this.size);
    const from = Math.min(start, to);
    const head = this.#head.subarray(from, to);
    return new DiskFile(this.#path, head, this.#start + Math.max(0, from - this.#head.length), to - from - head.length);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    bytes.set(this.#head);
    const file = await open(this.#path);
    try {
      for (let at = this.#head.length; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, this.#start + at - this.#head.length);
        if (bytesRead === 0) throw new Error("the file has become shorter");
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes.buffer;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream({
      pull: async (controller) => {
        const bytes = new Uint8Array(await this.slice(at, at + STEP_BYTES).arrayBuffer());
        at += bytes.length;
        if (bytes.length > 0) controller.enqueue(bytes);
        else controller.close();
      },
    });
  }
}
