"use client";

import { useEffect, useRef, useState } from "react";
import { listen } from "sourcing-sound";

export function Listener() {
  const [label, setLabel] = useState("…");
  const [listening, setListening] = useState(false);
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  const start = () => {
    const controller = new AbortController();
    const { signal } = controller;
    const onError = (error: Error) => {
      if (signal.aborted) return;
      controller.abort();
      setLabel(error.message);
      setListening(false);
    };
    stop.current = controller;
    setListening(true);
    listen(({ categories: [best], rejected }) => setLabel(rejected ? "nothing I know" : best!.label), {
      signal,
      onError,
    }).catch(onError);
  };
  return (
    <main>
      <button id="start" disabled={listening} onClick={start}>
        Listen
      </button>
      <h1 id="label" aria-live="polite">
        {label}
      </h1>
    </main>
  );
}
