// The globals that the page, the worker and Node all have and the audio thread lacks, as far as shared/ uses them. Only
// the check of shared/ itself sees this file; the page and Node check shared/ again with their real declarations.

declare function fetch(address: URL | string, options: { signal: AbortSignal | null }): Promise<Response>;
declare function queueMicrotask(work: () => void): void;
declare function setTimeout(work: (value?: unknown) => void, milliseconds: number): unknown;
declare const performance: { now(): number };

declare class Blob {
  constructor(parts: BufferSource[]);
  arrayBuffer(): Promise<ArrayBuffer>;
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
