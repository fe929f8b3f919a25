// The choice of microphone. Browsers list the devices only once the page may use
// one; until then there is only the system default.

import { listenTexts } from "../texts/index.js";
import { byId, option, setText } from "../ui/dom.js";

export class Devices {
  readonly #select = byId("device", HTMLSelectElement);
  readonly #wanted: () => string | undefined;

  constructor(wanted: () => string | undefined, chosen: (deviceId: string | undefined) => void) {
    this.#wanted = wanted;
    setText(byId("device-name", HTMLElement), listenTexts.microphone);
    this.#select.onchange = () => chosen(this.#select.value || undefined);
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.refresh());
    this.#show([]);
    void this.refresh();
  }

  /** Updates the list. */
  async refresh(): Promise<void> {
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      // "default" and "communications" are aliases of devices that are in the list anyway.
      this.#show(
        devices.filter(
          ({ kind, deviceId }) => kind === "audioinput" && !["", "default", "communications"].includes(deviceId),
        ),
      );
    } catch {
      // The list stays as it was.
    }
  }

  #show(devices: MediaDeviceInfo[]): void {
    const wanted = this.#wanted();
    const choices = devices.map(({ deviceId, label }, i) => option(deviceId, label || listenTexts.microphoneNumber(i + 1)));
    if (wanted !== undefined && !devices.some(({ deviceId }) => deviceId === wanted)) {
      choices.push(option(wanted, listenTexts.microphoneAbsent));
    }
    this.#select.replaceChildren(option("", listenTexts.systemMicrophone), ...choices);
    this.#select.value = wanted ?? "";
  }
}
