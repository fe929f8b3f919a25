// Files that the system opens with the installed page.

interface LaunchParams {
  readonly files?: readonly FileSystemFileHandle[];
}

interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

/** Calls `opened` with the files of every launch that has some, earlier launches included. */
export function onLaunchFiles(opened: (files: File[]) => void): void {
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) => {
    if (files.length === 0) return;
    // A file that has been removed is skipped.
    void Promise.allSettled(files.map((file) => file.getFile())).then((results) => {
      const there = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      if (there.length > 0) opened(there);
    });
  });
}
