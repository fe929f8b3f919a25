// What the system opens the installed page with: files, or one of its shortcuts.

interface LaunchParams {
  readonly targetURL?: string;
  readonly files?: readonly FileSystemFileHandle[];
}

interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

/**
 * Shows the view of every later launch's address. Calls `opened` with the files of every launch that has any; earlier ones are
 * included.
 */
export function onLaunch(opened: (files: File[]) => void): void {
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  // Earlier launches are passed on by `setConsumer` itself. The page was opened with their view, and the user may have left it.
  let isEarlier = true;
  launchQueue?.setConsumer(({ files = [], targetURL = "" }) => {
    // A window that is already open is not navigated.
    const view = targetURL.split("#")[1];
    if (view && !isEarlier) location.hash = view;
    if (files.length === 0) return;
    // A file that has been removed is skipped.
    void Promise.allSettled(files.map((file) => file.getFile())).then((results) => {
      const there = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      if (there.length > 0) opened(there);
    });
  });
  isEarlier = false;
}
