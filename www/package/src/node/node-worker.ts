// Runs the worker's script in a Node thread: gives the script the browser globals
// that it uses, and gives the package the interface of a browser's worker.

import { type Transferable as NodeTransferable, Worker } from "node:worker_threads";
import type { ThreadWorker } from "../shared/worker-link.js";

/**
 * Messages wait in the port until the script is loaded. Whether Node takes this as a module or as CommonJS depends on the
 * process's flags, so it is valid as both.
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
    // An open classifier does not keep the process alive.
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
