import { listen } from "sourcing-sound";

const [start, stop, label, problem] = ["start", "stop", "label", "problem"].map((id) => document.getElementById(id));

function show({ categories: [best], rejected }) {
  label.textContent = rejected ? "nothing I know" : best.label;
}

start.onclick = async () => {
  start.disabled = true;
  problem.textContent = "";
  try {
    const microphone = await listen(show, { onError: tell, onStateChange: reset });
    stop.onclick = () => microphone.close();
    stop.disabled = false;
  } catch (error) {
    tell(error);
    reset("closed");
  }
};

function reset(state) {
  if (state !== "closed") return;
  start.disabled = false;
  stop.disabled = true;
  label.textContent = "…";
}

function tell({ code, message }) {
  problem.textContent = `${message} (${code})`;
}
