import { useEffect, useState } from "react";
import { listen, type MicrophoneState, type SoundError, type Update } from "sourcing-sound";

/** Listens while the component is mounted. StrictMode mounts it twice; the signal ends the first one at any stage. */
export function useSound(): { update?: Update; error?: SoundError } {
  const [state, setState] = useState<{ update?: Update; error?: SoundError }>({});
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const fail = (error: SoundError) => {
      if (!signal.aborted) setState({ error });
    };
    let listening = true;
    // One last update may come after an interruption. It must not replace the error.
    const show = (update: Update) => listening && setState({ update });
    const onStateChange = (state: MicrophoneState) => (listening = state === "listening");
    listen(show, { signal, onError: fail, onStateChange }).catch(fail);
    return () => controller.abort();
  }, []);
  return state;
}
