import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useSound } from "./use-sound";

function App() {
  const [listening, setListening] = useState(false);
  return (
    <main>
      <button id="toggle" onClick={() => setListening(!listening)}>
        {listening ? "Stop" : "Listen"}
      </button>
      {listening && <Sound />}
    </main>
  );
}

function Sound() {
  const { update, error } = useSound();
  if (error) return <p role="alert">{`${error.message} (${error.code})`}</p>;
  if (!update) return <h1>…</h1>;
  return <h1 id="label">{update.rejected ? "nothing I know" : update.categories[0]?.label}</h1>;
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
