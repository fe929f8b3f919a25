//! JavaScript bindings. They only convert types and errors.

use crate::error::Error;
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

#[cfg(feature = "web-classifier")]
mod classifier;
#[cfg(feature = "web-classifier")]
mod examples;
#[cfg(feature = "web-teacher")]
mod teacher;
#[cfg(feature = "web-classifier")]
mod types;

#[cfg(feature = "web-classifier")]
pub use classifier::*;
#[cfg(feature = "web-teacher")]
pub use teacher::*;

/// Logs panics, which are bugs, to the console with their location.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a new key of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

fn to_js(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    js.set_name("SoundError");
    let _ = Reflect::set(&js, &JsValue::from_str("code"), &JsValue::from_str(error.code()));
    js.into()
}
