// Error messages.

import type { AnyErrorCode } from "../codes.js";

const tooMuch = "This is more than the page can handle. Use a shorter sound.";

/** What went wrong and what to do, in one or two sentences. */
export const errors: Readonly<Record<AnyErrorCode, string>> = {
  "insecure-context": "The microphone only works on secure pages. Open this page over https, or on localhost.",
  unsupported: "This browser is too old for this page. Update it, or use a current Chrome, Edge, Firefox or Safari.",
  "permission-denied":
    "This page is not allowed to use the microphone. Allow it in the address bar's site settings, and start again if nothing happens.",
  "no-microphone": "No microphone was found. Plug one in, and start again if nothing happens.",
  "microphone-busy": "The microphone is in use by another program. Close that program, and start again if nothing happens.",
  "device-lost": "The microphone was unplugged or switched off. Connect it, and start again if nothing happens.",
  interrupted: "The system has interrupted the microphone. Listening resumes when it is available again.",
  "model-fetch": "The model could not be loaded. Check your connection and reload the page.",
  "wasm-fetch": "Part of this page could not be loaded. Check your connection and reload the page.",
  "worker-crashed": "The sound analysis crashed. Listening resumes by itself in a moment; start anything else again.",
  aborted: "Stopped.",
  "audio-rate": "The sample rate of this sound is out of range. Use a file with 8 to 384 kHz.",
  "audio-non-finite": "The sound contains invalid values. Try another microphone or file.",
  "audio-channels": "The channels of this sound cannot be read. Save it as mono or stereo.",
  "audio-empty": "There is no sound in this file. Choose another one.",
  "audio-silent": "This sound is too quiet. Use a louder recording.",
  "audio-too-short": "This sound is too short. Use a longer recording.",
  config: "The page used an invalid setting. Reload it; if it happens again, please report it.",
  "model-format": "The model cannot be read. Reload the page; if it happens again, please report it.",
  "model-operators": "This page cannot run this model. Choose another one.",
  "metadata-missing": "The model's description is incomplete. The operator of this page needs to replace the model.",
  "metadata-invalid": "The model's description is invalid. The operator of this page needs to replace the model.",
  "metadata-version": "The model was made for another version of this page. Reload the page.",
  "model-mismatch": "The model does not match its description. The operator of this page needs to replace the model.",
  limit: tooMuch,
  inference: "The sound could not be classified. Try again; if it happens again, please report it.",
  "head-format": "Part of the model cannot be read. Reload the page; if it happens again, please report it.",
  "head-mismatch": "Two parts of the model do not belong together. The operator of this page needs to replace them.",
  "model-damaged": "The model was damaged during the download. Try again; if it happens again, please report it.",
  "model-gone": "This model is no longer saved in this browser. Open its file again.",
  "model-too-large": "This file is larger than 200 MB, too large for the page.",
  "no-model-file": "Choose one .onnx file and, if it has a head, its .head.json file.",
  "part-fetch": "This part of the page could not be loaded. Check your connection, then reload the page.",
  "audio-read": "This file can no longer be read. It may have been moved or changed; choose it again.",
  "audio-format": 
    "This file cannot be read as audio. Convert it to WAV, for example with ffmpeg -i INPUT OUTPUT.wav",
  "audio-too-long": tooMuch,
  "audio-damaged": "This file is damaged or incomplete. Download or save it again.",
  unknown: "Something unexpected went wrong. Reload the page; if it happens again, please report it.",
};
