// The samples that the page's worker gets from the microphone. On a busy machine the browser drops some of the fake
// microphone's sound before the page gets it; another program that gets the same samples still returns the same labels.

import type { Page } from "@playwright/test";
import type { Sound } from "./wav";

interface Received {
  sampleRate: number;
  blocks: Float32Array[];
}
declare const received: Received;

/** What the package sends to its worker, as far as it is needed here: `protocol.ts` in the package has all of it. */
interface Sent {
  call?: string;
  args?: { sampleRate?: number; port?: MessagePort };
}

/** Runs before the page: keeps a copy of each block on its way from the audio thread to the worker. */
export function keepReceived(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const kept: Received = { sampleRate: 0, blocks: [] };
    Object.assign(globalThis, { received: kept });

    /** A port that stands in for `port`, whose blocks are copied in passing. */
    const tapped = (port: MessagePort): MessagePort => {
      const { port1, port2 } = new MessageChannel();
      const pass = (to: MessagePort, data: unknown) => to.postMessage(data, data instanceof Float32Array ? [data.buffer] : []);
      port.onmessage = ({ data }: MessageEvent<unknown>) => {
        // After the samples, a block has how many of them are filled, and in two numbers how many were dropped.
        if (data instanceof Float32Array) kept.blocks.push(data.slice(0, data.at(-3)));
        pass(port1, data);
      };
      port1.onmessage = ({ data }: MessageEvent<unknown>) => pass(port, data);
      return port2;
    };

    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      override postMessage(message: Sent, transfer: Transferable[] | StructuredSerializeOptions = []) {
        const { call, args } = message;
        if (call === "openCapture") kept.sampleRate = args?.sampleRate ?? 0;
        const port = args?.port;
        if (call !== "listen" || !port || !Array.isArray(transfer)) return super.postMessage(message, transfer as Transferable[]);
        const own = tapped(port);
        const others = transfer.filter((object) => object !== port);
        super.postMessage({ ...message, args: { ...args, port: own } }, [...others, own]);
      }
    };
  });
}

/** All samples since listening began. */
export async function receivedBy(page: Page): Promise<Sound> {
  const { base64, sampleRate } = await page.evaluate(() => {
    const { sampleRate, blocks } = received;
    let text = "";
    for (const block of blocks) text += String.fromCharCode(...new Uint8Array(block.buffer));
    return { base64: btoa(text), sampleRate };
  });
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return { samples: new Float32Array(bytes.buffer), sampleRate };
}
