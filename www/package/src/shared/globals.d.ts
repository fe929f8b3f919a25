// What the page, the worker and Node have, and the audio thread does not, as far as shared/ uses it. Only shared/ itself is
// checked against this: each thread has the real declarations.

declare function fetch(address: URL | string, options?: { signal?: AbortSignal }): Promise<Response>;
declare function setTimeout(work: (value?: unknown) => void, milliseconds: number): unknown;
declare const performance: { now(): number };

declare class Blob {
  constructor(parts: BufferSource[]);
}

declare class Response {
  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>);
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null; has(name: string): boolean };
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

declare namespace WebAssembly {
  function compileStreaming(response: Response): Promise<Module>;
}
