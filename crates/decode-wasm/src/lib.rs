//! JavaScript bindings of the decoder, for recordings that the browser cannot decode. They only
//! convert types and errors; channels are mixed in JavaScript, as for other recordings.

#![cfg(target_arch = "wasm32")]

mod bytes;

use js_sys::{Array, Error, Float32Array, Function, Reflect};
use sourcing_sound_decode::{DecodeError, Decoder, Warning};
use wasm_bindgen::prelude::*;

use crate::bytes::FileBytes;

/// The types that these functions return.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Reads up to `count` bytes from the position `at`; fewer only at the end. */
export type ReadBytes = (at: number, count: number) => Uint8Array;

/** What was wrong with a recording that was decoded all the same. Times in seconds. */
export type DecodeWarning =
  | { code: "audio-cut-off"; time: number; promised: number }
  | { code: "audio-damaged"; time: number; parts: number }
  | { code: "audio-broken-off"; time: number; reason: string };
"#;

#[wasm_bindgen]
extern "C" {
    /// A function of the shape `ReadBytes`.
    #[wasm_bindgen(typescript_type = "ReadBytes")]
    pub type JsReadBytes;
    /// An array of the shape `Float32Array[]`.
    #[wasm_bindgen(typescript_type = "Float32Array<ArrayBuffer>[]")]
    pub type JsPlanes;
    /// An array of the shape `DecodeWarning[]`.
    #[wasm_bindgen(typescript_type = "DecodeWarning[]")]
    pub type JsWarnings;
}

/// Logs panics, which are bugs, to the console with their location.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// One open recording. Every error thrown is an `Error` with a string `code`: `io`,
/// `audio-unsupported`, `audio-corrupt` or `audio-empty`.
#[wasm_bindgen]
pub struct WasmDecoder {
    decoder: Decoder,
    planes: Vec<Vec<f32>>,
}

#[wasm_bindgen]
impl WasmDecoder {
    /// Opens a file of `size` bytes, any part of which `read` returns. `name` has the extension,
    /// which is only a hint.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, size: f64, read: JsReadBytes) -> Result<WasmDecoder, JsValue> {
        let read: Function = read.unchecked_into();
        let bytes = FileBytes::new(read, size as u64);
        let decoder = Decoder::from_seekable(name, bytes, size as u64).map_err(|e| to_js(&e))?;
        let planes = vec![Vec::new(); decoder.channels()];
        Ok(WasmDecoder { decoder, planes })
    }

    /// Returns the sample rate in Hz.
    #[wasm_bindgen(getter, js_name = sampleRate)]
    pub fn sample_rate(&self) -> u32 {
        self.decoder.sample_rate()
    }

    /// Returns the number of channels.
    #[wasm_bindgen(getter)]
    pub fn channels(&self) -> usize {
        self.decoder.channels()
    }

    /// Returns the expected seconds, if the file states them; for mp3 an estimate.
    #[wasm_bindgen(getter)]
    pub fn duration(&self) -> Option<f64> {
        let frames = self.decoder.promised_frames()?;
        Some(frames as f64 / f64::from(self.decoder.sample_rate()))
    }

    /// Skips everything before `seconds`; to be called before the first `next`.
    #[wasm_bindgen(js_name = skipTo)]
    pub fn skip_to(&mut self, seconds: f64) -> Result<(), JsValue> {
        self.decoder.skip_to(seconds).map_err(|error| to_js(&error))
    }

    /// Returns the next samples, an array for each channel, at least `frames` of them unless the
    /// recording ends first; `undefined` at its end.
    pub fn next(&mut self, frames: usize) -> Result<Option<JsPlanes>, JsValue> {
        let channels = self.planes.len();
        self.planes.iter_mut().for_each(Vec::clear);
        while self.planes[0].len() < frames {
            let Some(block) = self.decoder.next_block().map_err(|error| to_js(&error))? else {
                break;
            };
            for (channel, plane) in self.planes.iter_mut().enumerate() {
                plane.extend(block.iter().skip(channel).step_by(channels));
            }
        }
        if self.planes[0].is_empty() {
            return Ok(None);
        }
        let planes = Array::new();
        for plane in &self.planes {
            planes.push(&Float32Array::from(&plane[..]));
        }
        Ok(Some(planes.unchecked_into()))
    }

    /// Returns what was wrong with the recording; complete once `next` has returned `undefined`.
    pub fn warnings(&self) -> JsWarnings {
        self.decoder.warnings().iter().filter_map(warning).collect::<Array>().unchecked_into()
    }
}

/// Converts a warning; `None` for a kind that is not declared in `TYPES`.
fn warning(warning: &Warning) -> Option<JsValue> {
    let object = js_sys::Object::new();
    let set = |name: &str, value: JsValue| {
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    };
    let seconds = |frames: u64, rate: u32| JsValue::from(frames as f64 / f64::from(rate));
    set("code", warning.code().into());
    match warning {
        Warning::CutOff { promised, found, sample_rate } => {
            set("time", seconds(*found, *sample_rate));
            set("promised", seconds(*promised, *sample_rate));
        }
        Warning::Damaged { parts, first } => {
            set("time", (*first).into());
            set("parts", (*parts as f64).into());
        }
        Warning::BrokenOff { time, reason } => {
            set("time", (*time).into());
            set("reason", reason.into());
        }
        _ => return None,
    }
    Some(object.into())
}

/// Creates an `Error` with the code. Its message does not contain the file's name, which the caller
/// knows.
fn to_js(error: &DecodeError) -> JsValue {
    let thrown = Error::new(&error.kind().to_string());
    // Setting a property of a new error cannot fail.
    let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
    thrown.into()
}
