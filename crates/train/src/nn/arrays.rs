//! A file of named f32 arrays under a JSON header, written completely or not at all.
//!
//! Layout: 8 bytes of magic, the header's length as u64, the header, then the elements of every
//! array in order; all numbers little-endian. The header also contains the caller's own value.

use crate::files::write_atomically;
use crate::nn::net::Array;
use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"SSarray1";
const MAX_HEADER: u64 = 64 << 20;

#[derive(Serialize, Deserialize)]
struct Header<T> {
    arrays: Vec<(String, Vec<usize>)>,
    value: T,
}

/// Writes `value` and `arrays` to `path` through a temporary file next to it, so that `path` always
/// holds a complete file.
pub fn write<T: Serialize>(path: &Path, value: &T, arrays: &[&Array]) -> Result<()> {
    let names = arrays.iter().map(|array| (array.name.clone(), array.shape.clone()));
    let header = serde_json::to_vec(&Header { arrays: names.collect(), value })?;
    write_atomically(path, |out| {
        out.write_all(MAGIC)?;
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(&header)?;
        for array in arrays {
            for value in &array.values {
                out.write_all(&value.to_le_bytes())?;
            }
        }
        Ok(())
    })
}

/// Reads what [`write()`] wrote.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<(T, Vec<Array>)> {
    read_inner(path).with_context(|| format!("reading {}", path.display()))
}

fn read_inner<T: DeserializeOwned>(path: &Path) -> Result<(T, Vec<Array>)> {
    let file = File::open(path)?;
    let total = file.metadata()?.len();
    let mut input = BufReader::new(file);
    let mut word = [0; 8];
    input.read_exact(&mut word)?;
    if &word != MAGIC {
        bail!("this is not a file of arrays");
    }
    input.read_exact(&mut word)?;
    let header_len = u64::from_le_bytes(word);
    ensure!(header_len <= MAX_HEADER.min(total), "the header claims {header_len} bytes");
    let mut header = vec![0; header_len as usize];
    input.read_exact(&mut header)?;
    let header: Header<T> = serde_json::from_slice(&header)?;
    let len = |shape: &[usize]| shape.iter().try_fold(4usize, |n, &extent| n.checked_mul(extent));
    let mut sizes = header.arrays.iter().map(|(_, shape)| len(shape));
    let bytes = sizes.try_fold(0usize, |sum, size| sum.checked_add(size?));
    ensure!(
        bytes.is_some_and(|bytes| bytes as u64 + 16 + header_len == total),
        "the file is {total} bytes long, which contradicts its header"
    );
    let mut arrays = Vec::with_capacity(header.arrays.len());
    for (name, shape) in header.arrays {
        let mut raw = vec![0; 4 * shape.iter().product::<usize>()];
        input.read_exact(&mut raw)?;
        let element = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let values = raw.chunks_exact(4).map(element).collect();
        arrays.push(Array { name, shape, values });
    }
    Ok((header.value, arrays))
}
