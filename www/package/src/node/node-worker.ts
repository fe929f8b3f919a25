// The worker's script in a thread of Node: gives it the globals that it takes
// from a browser, and gives the package what it takes from a browser's worker.

import { type Transferable as NodeTransferable, Worker } from "node:worker_threads";
import type { ThreadWorker } from "../shared/worker-link.js";

/**
 * Messages wait in the port until the script is there. The process's own flags say whether this is a module or not, so it
 * is written to be either.
 */
const PRELUDE = `
import("node:worker_threads").then(async ({ parentPort, workerData }) => {
  globalThis.self = { postMessage: (message, transfer) => parentPort.postMessage(message, transfer) };
  await import(workerData);
  parentPort.on("message", (data) => globalThis.self.onmessage({ data }));
});
`;

export class NodeWorker implements ThreadWorker {
  onmessage: ThreadWorker["onmessage"] = null;
  onerror: ThreadWorker["onerror"] = null;
  onmessageerror: ThreadWorker["onmessageerror"] = null;
  readonly #worker: Worker;

  constructor(script: URL) {
    const worker = new Worker(PRELUDE, { eval: true, workerData: script.href });
    worker.on("message", (data: unknown) => this.onmessage?.({ data } as MessageEvent));
    worker.on("messageerror", (error) => this.onmessageerror?.({ data: error } as MessageEvent));
    worker.on("error", (error) => this.#fail(error.message));
    worker.on("exit", (code) => this.#fail(`it ended with code ${code}`));
    // A process may end while a classifier is open.
    worker.unref();
    this.#worker = worker;
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    this.#worker.postMessage(message, transfer as NodeTransferable[]);
  }

  terminate(): void {
    this.#worker.removeAllListeners("exit");
    void this.#worker.terminate();
  }

  busy(busy: boolean): void {
    if (busy) this.#worker.ref();
    else this.#worker.unref();
  }

  #fail(message: string): void {
    this.onerror?.({ message, preventDefault() {} } as ErrorEvent);
  }
}
