// Counts live objects in a page, with the browser's debugger.

import type { CDPSession, Page } from "@playwright/test";

export interface Alive {
  heapBytes: number;
  /** Contexts that are not closed. */
  contexts: number;
  /** Tracks that are not ended. */
  tracks: number;
  workers: number;
}

/** Counts after the garbage has been collected. */
export async function alive(page: Page, session: CDPSession): Promise<Alive> {
  // Twice: objects held only by finalisers go with the second collection.
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return {
    heapBytes: usedSize,
    contexts: await count(session, "AudioContext", "(all) => all.filter(({ state }) => state !== 'closed').length"),
    tracks: await count(session, "MediaStreamTrack", "(all) => all.filter(({ readyState }) => readyState === 'live').length"),
    workers: page.workers().length,
  };
}

/** Checks every object of a class in the heap, except the prototype. */
async function count(session: CDPSession, name: string, counting: string): Promise<number> {
  const objectGroup = "alive";
  const prototype = await session.send("Runtime.evaluate", { expression: `${name}.prototype`, objectGroup });
  const { objects } = await session.send("Runtime.queryObjects", {
    prototypeObjectId: prototype.result.objectId!,
    objectGroup,
  });
  const counted = await session.send("Runtime.callFunctionOn", {
    objectId: objects.objectId!,
    functionDeclaration: `function () { return (${counting})([...this].filter((one) => one !== ${name}.prototype && Object.getPrototypeOf(one) === ${name}.prototype)); }`,
    returnByValue: true,
  });
  await session.send("Runtime.releaseObjectGroup", { objectGroup });
  return counted.result.value as number;
}
