// How long a run takes. On a machine that does other things too, the time of a clock says little, so
// the time that the page's thread spends on a processor counts. All that is measured runs on that
// thread; the browser's own compiler and garbage collector have others.

/** A function that measures runs in the page: {ms} on the processor, {clock_ms} by a clock. */
export async function stopwatch(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const processorMs = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const measure = async (task, name) => {
    const before = await processorMs();
    const clock_ms = await page.evaluate(([task, name]) => globalThis.run(task, name), [task, name]);
    return { ms: (await processorMs()) - before, clock_ms };
  };
  // The call itself takes time, which must not count for any run.
  const calls = [];
  for (let call = 0; call < 30; call++) calls.push((await measure("nothing", "nothing")).ms);
  const overhead = Math.min(...calls);
  return async (task, name) => {
    const measured = await measure(task, name);
    return { ...measured, ms: Math.max(measured.ms - overhead, 0) };
  };
}
