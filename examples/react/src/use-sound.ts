import { useEffect, useState } from "react";
import { listen, type SoundError, type Update } from "sourcing-sound";

/** Listens while the component is mounted. StrictMode mounts it twice; the signal ends the first one at any stage. */
export function useSound(): { update?: Update; error?: SoundError } {
  const [state, setState] = useState<{ update?: Update; error?: SoundError }>({});
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const fail = (error: SoundError) => {
      if (!signal.aborted) setState({ error });
    };
    listen((update) => setState({ update }), { signal, onError: fail }).catch(fail);
    return () => controller.abort();
  }, []);
  return state;
}
