//! Results of earlier runs on disk. The name of a file contains a hash of everything that it
//! depends on.

use crate::files::write_text;
use crate::nn::arrays;
use crate::nn::net::Array;
use crate::progress;
use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads the arrays in a file and the value that was written with them; `None` if there is no such
/// file, or it is damaged or does not fit.
pub fn arrays<T: DeserializeOwned>(
    path: &Path,
    fits: impl Fn(&[Array]) -> bool,
) -> Option<(T, Vec<Array>)> {
    if !path.exists() {
        return None;
    }
    let read = arrays::read(path).ok().filter(|(_, arrays)| fits(arrays));
    if read.is_none() {
        report_damage(path);
    }
    read
}

/// Returns the value in a file; computes it with `make` and writes it if there is no such file.
pub fn json<T: Serialize + DeserializeOwned>(
    path: &Path,
    make: impl FnOnce() -> Result<T>,
) -> Result<T> {
    if let Ok(text) = std::fs::read_to_string(path) {
        if let Ok(found) = serde_json::from_str(&text) {
            return Ok(found);
        }
        report_damage(path);
    }
    let made = make()?;
    write_text(path, &serde_json::to_string_pretty(&made)?)?;
    Ok(made)
}

fn report_damage(path: &Path) {
    progress::line(&format!("{} is damaged and will be made again", path.display()));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    #[test]
    fn numbers_are_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number.json");
        for _ in 0..2 {
            // A fast parser loses the last digit of this number.
            assert_eq!(
                json(&path, || Ok(0.943_820_224_719_101_1)).unwrap(),
                0.943_820_224_719_101_1
            );
        }
    }
}
