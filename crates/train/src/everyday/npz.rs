//! Reads named arrays from a file that `numpy.savez` wrote: a zip with an entry for each.

use anyhow::{Context, Result, ensure};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zip::ZipArchive;

/// Largest accepted array in bytes; four seconds of sound at 32 kHz take 512 kB.
const MAX_BYTES: u64 = 16 << 20;

/// An open file.
pub struct Npz(ZipArchive<File>);

impl Npz {
    /// Opens the file at `path`.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self(ZipArchive::new(File::open(path)?)?))
    }

    /// Returns the elements of an array, row after row.
    ///
    /// # Errors If there is no array of that name, or it contains anything but f32 in row-major
    /// order.
    pub fn array(&mut self, name: &str) -> Result<Vec<f32>> {
        let mut bytes = Vec::new();
        let entry = self.0.by_name(&format!("{name}.npy"));
        let entry = entry.with_context(|| format!("there is no array {name}"))?;
        entry.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        ensure!(bytes.len() as u64 <= MAX_BYTES, "{name}: more than {MAX_BYTES} bytes");
        npy(&bytes).with_context(|| name.to_owned())
    }
}

/// Returns the elements of an array that `numpy.save` wrote: f32, little-endian, row after row.
fn npy(bytes: &[u8]) -> Result<Vec<f32>> {
    let rest = bytes.strip_prefix(b"\x93NUMPY\x01\x00").context("this is no array of numpy's")?;
    let (length, rest) = rest.split_first_chunk::<2>().context("its header is cut off")?;
    let length = usize::from(u16::from_le_bytes(*length));
    ensure!(rest.len() >= length, "its header is cut off");
    let (header, data) = rest.split_at(length);
    let header = String::from_utf8_lossy(header);
    let fits = header.contains("'<f4'") && header.contains("'fortran_order': False");
    ensure!(fits, "expected f32 in row-major order, found {}", header.trim());
    let (words, rest) = data.as_chunks::<4>();
    ensure!(rest.is_empty(), "its last value is cut off");
    Ok(words.iter().map(|&word| f32::from_le_bytes(word)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn array(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn arrays_of_numpy_are_read() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
        let data = [1.5f32, -2.0].map(f32::to_le_bytes).concat();
        assert_eq!(npy(&array(header, &data)).unwrap(), [1.5, -2.0]);
        assert!(npy(&array(header, &data[..7])).is_err(), "cut off");
        assert!(npy(&array(&header.replace("<f4", "<f8"), &data)).is_err(), "doubles");
        assert!(npy(&array(&header.replace("False", "True"), &data)).is_err(), "columns");
        assert!(npy(&array(header, &data)[..20]).is_err(), "half a header");
        assert!(npy(b"").is_err());
    }
}
