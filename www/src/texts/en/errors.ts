// Error messages.

import type { AnyErrorCode } from "../codes.js";

/** What went wrong and what to do, in one or two sentences. */
export const errors: Readonly<Record<AnyErrorCode, string>> = {
  "insecure-context": "The microphone works on secure pages only. Open this page by https, or on localhost.",
  unsupported: "This browser is too old for this page. Update it, or use a current Chrome, Edge, Firefox or Safari.",
  "permission-denied":
    "This page is not allowed to use the microphone. Allow it in the address bar's site settings, then start again.",
  "no-microphone": "No microphone was found. Plug one in, then start again.",
  "microphone-busy": "The microphone is in use by another program. Close that program, then start again.",
  "device-lost": "The microphone was unplugged or switched off. Connect it, then start again.",
  interrupted: "The system took the microphone away for a moment. Listening resumes when it is back.",
  "model-fetch": "The model could not be loaded. Check your connection and reload the page.",
  "wasm-fetch": "A part of this page could not be loaded. Check your connection and reload the page.",
  "worker-crashed": "Something inside broke. Listening resumes by itself in a moment; anything else you can start again.",
  aborted: "Stopped.",
  "audio-rate": "This sound's sample rate is out of range. Use a file of 8 to 384 kHz.",
  "audio-non-finite": "The sound contains values that are not numbers. Try another microphone or file.",
  "audio-channels": "The channels of this sound cannot be read. Save it as mono or stereo and try again.",
  "audio-empty": "There is no sound in this file. Choose another one.",
  "audio-too-short": "This sound is too short. Use one that lasts longer.",
  config: "The page asked for something impossible. Reload it; if it happens again, please report it.",
  "model-format": "The model cannot be read. Reload the page; if it happens again, please report it.",
  "metadata-missing": "The model does not describe itself. Whoever runs this page must replace it.",
  "metadata-invalid": "The model describes itself wrongly. Whoever runs this page must replace it.",
  "metadata-version": "The model is made for another version of this page. Reload the page.",
  "model-mismatch": "The model and its description do not fit. Whoever runs this page must replace it.",
  limit: "This is more than the page can handle. Use a shorter sound.",
  inference: "The sound could not be classified. Try again; if it happens again, please report it.",
  "head-format": "A part of the model cannot be read. Reload the page; if it happens again, please report it.",
  "head-mismatch": "Two parts of the model do not belong together. Whoever runs this page must replace them.",
  "model-damaged": "The model arrived damaged. Try again; if it happens again, please report it.",
  "model-gone": "This model is no longer kept in this browser. Open its file again.",
  "model-too-large": "This file is larger than 200 MB, which is more than the page can handle.",
  "no-model-file": "Choose one .onnx file, and the .head.json file that belongs to it if it has one.",
  "audio-read": "This file can no longer be read. It may have been moved or changed; choose it again.",
  "audio-format": "Your browser cannot read this file as sound. Use WAV, FLAC, MP3, Ogg or M4A.",
  "audio-too-long":
    "Your browser can read only ten minutes of this kind of file. Save it as WAV, FLAC, MP3 or Ogg, or use a shorter part of it.",
  "audio-damaged": "This file is damaged or cut off. Download it again, or save it again in the program that made it.",
  unknown: "Something unexpected went wrong. Reload the page; if it happens again, please report it.",
};

/** Different texts for when another model could not be loaded and the page goes on with the one in use. */
export const modelErrors = {
  "model-fetch": "The model could not be loaded. Check your connection, then try again.",
  "wasm-fetch": "A part of this page could not be loaded. Check your connection, then try again.",
  "worker-crashed": "It could not be started: this device may be short of memory. Close other pages, then try again.",
} satisfies Partial<Record<AnyErrorCode, string>>;
