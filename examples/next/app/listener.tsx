"use client";

import { useEffect, useRef, useState } from "react";
import { listen } from "sourcing-sound";

export function Listener() {
  const [label, setLabel] = useState("…");
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const start = () => {
    controller.current = new AbortController();
    const { signal } = controller.current;
    listen(({ categories: [best], rejected }) => setLabel(rejected ? "nothing I know" : best!.label), { signal }).catch(
      (error: Error) => setLabel(error.message),
    );
  };
  return (
    <main>
      <button id="start" onClick={start}>
        Listen
      </button>
      <h1 id="label" aria-live="polite">
        {label}
      </h1>
    </main>
  );
}
