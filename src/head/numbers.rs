//! Weights in files: base64 of little-endian f32.

use super::format_error;
use crate::error::Result;
use base64::prelude::{BASE64_STANDARD, Engine};

pub(crate) fn decode(field: &str, text: &str) -> Result<Vec<f32>> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .map_err(|error| format_error(format!("{field} is not base64: {error}")))?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(format_error(format!("{field} is not a whole number of f32")));
    }
    Ok(numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

pub(crate) fn encode(values: &[f32]) -> String {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    BASE64_STANDARD.encode(bytes)
}
