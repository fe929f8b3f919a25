//! What `models/everyday/extract.py` read out of the SavedModel.

use crate::arrays;
use crate::net::Array;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// File of the variables within the folder that the script wrote.
const VARIABLES: &str = "yamnet.arrays";

/// A label of the class map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedLabel {
    /// AudioSet's identifier.
    pub mid: String,
    /// Display name.
    pub label: String,
}

/// What the graph says besides its variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Of every convolution, in order.
    pub strides: Vec<usize>,
    /// Added to the variances of all batch norms.
    pub epsilon: f64,
    /// In the order of the outputs.
    pub labels: Vec<MappedLabel>,
}

/// The original network's variables, by name.
pub struct Source {
    /// Strides, epsilon, labels.
    pub facts: Facts,
    /// Of the file: 16 hexadecimal digits.
    pub hash: String,
    arrays: HashMap<String, Array>,
}

impl Source {
    /// Reads the folder that the script wrote.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(VARIABLES);
        let (facts, arrays) = arrays::read(&path)?;
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let mut hash = sha256_hex(&bytes);
        hash.truncate(16);
        Ok(Self::new(facts, hash, arrays))
    }

    fn new(facts: Facts, hash: String, arrays: Vec<Array>) -> Self {
        let arrays = arrays.into_iter().map(|array| (array.name.clone(), array)).collect();
        Self { facts, hash, arrays }
    }

    /// A variable with `rank` extents.
    pub fn array(&self, name: &str, rank: usize) -> Result<&Array> {
        let array = self.arrays.get(name).with_context(|| format!("there is no {name}"))?;
        ensure!(array.shape.len() == rank, "{name}: {rank} extents, not {:?}", array.shape);
        Ok(array)
    }

    /// A variable that is a list of `len` numbers.
    pub fn vector(&self, name: &str, len: usize) -> Result<&[f32]> {
        let array = self.array(name, 1)?;
        ensure!(array.values.len() == len, "{name}: {len} expected, not {:?}", array.shape);
        Ok(&array.values)
    }
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
