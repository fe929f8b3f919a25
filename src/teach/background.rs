//! Statistics of everyday sounds for a model: the mean of their vectors, and the directions in
//! which they vary most. They represent "anything else" when a head is trained from examples of one
//! sound.

use super::example::{FEATURES, vector_len};
use crate::base::{Base, identity};
use crate::error::{ErrorKind, Result};
use crate::head::{Patch, decode, encode, format_error, pool};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};
use sourcing_sound_kernels::{dot, subtract};
use std::sync::Arc;

const FORMAT: &str = "sourcing-sound-background";
const FORMAT_VERSION: u32 = 1;
/// Largest accepted file.
const MAX_BYTES: usize = 8 << 20;
/// Most directions.
const MAX_DIRECTIONS: usize = 64;
/// The share of the covariance that is equal in all directions; the rest is as measured.
const SHRINKAGE: f32 = 0.98;

/// The file of [`Background::everyday`].
#[cfg(feature = "everyday")]
const EVERYDAY: &[u8] = include_bytes!("../../models/everyday/background.json");

/// Statistics of everyday sounds, as vectors of one model. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Background(Arc<Parts>);

#[derive(Debug, PartialEq)]
struct Parts {
    base_name: String,
    base_sha256: String,
    training_data: String,
    mean: Vec<f32>,
    directions: Vec<Direction>,
    /// For each direction, how much of it is removed, 0 to 1.
    damping: Vec<f32>,
}

/// A direction in which everyday sounds vary.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// Has length 1, is perpendicular to the others, and is rounded to multiples of `largest /
    /// 127`.
    pub vector: Vec<f32>,
    /// The variance in this direction, divided by the mean variance of all dimensions.
    pub variance: f32,
}

impl Background {
    /// Reads the background of [`Model::everyday`](crate::Model::everyday). Every call reads the
    /// file again; cloning is cheaper.
    ///
    /// # Errors Never in a published version, because the file is part of the crate.
    #[cfg(feature = "everyday")]
    pub fn everyday() -> Result<Self> {
        Self::from_json(EVERYDAY)
    }

    /// Creates the background of the model with this name and SHA-256, from statistics of
    /// [`Self::vector`].
    ///
    /// # Errors
    /// `head-format` if sizes differ, or a number is NaN or infinite.
    pub fn new(
        (base_name, base_sha256): (&str, &str),
        training_data: &str,
        mean: Vec<f32>,
        directions: Vec<Direction>,
    ) -> Result<Self> {
        if directions.len() > MAX_DIRECTIONS {
            return Err(format_error(format!("it has {} directions", directions.len())));
        }
        if directions.iter().any(|direction| direction.vector.len() != mean.len()) {
            return Err(format_error("mean and directions differ in length"));
        }
        let variances = directions.iter().map(|direction| &direction.variance);
        let values = directions.iter().flat_map(|direction| &direction.vector);
        if !mean.iter().chain(values).chain(variances).all(|value| value.is_finite()) {
            return Err(format_error("the background has NaN or infinity"));
        }
        if directions.iter().any(|direction| direction.variance < 0.0) {
            return Err(format_error("a variance is negative"));
        }
        let damping = directions.iter().map(|direction| {
            let measured = (1.0 - SHRINKAGE) * direction.variance;
            measured / (SHRINKAGE + measured)
        });
        Ok(Background(Arc::new(Parts {
            base_name: base_name.to_owned(),
            base_sha256: base_sha256.to_owned(),
            training_data: training_data.to_owned(),
            mean,
            damping: damping.collect(),
            directions,
        })))
    }

    /// Computes the vector of windows of a sound, from which backgrounds and heads are made: the
    /// means of embedding, logits and scores, each multiplied by a factor so that none outweighs
    /// the others.
    pub fn vector(windows: &[&Patch]) -> Vec<f32> {
        let parts = FEATURES.iter().map(|&(feature, scale)| {
            let mut part = pool(&[feature], windows);
            part.iter_mut().for_each(|value| *value *= scale);
            part
        });
        parts.collect::<Vec<_>>().concat()
    }

    /// Returns the name of the model that it was made for.
    pub fn base_name(&self) -> &str {
        &self.0.base_name
    }

    /// Returns what it was made from.
    pub fn training_data(&self) -> &str {
        &self.0.training_data
    }

    /// Returns the mean of everyday sounds.
    pub(super) fn mean(&self) -> &[f32] {
        &self.0.mean
    }

    /// Returns `vector` times the inverse of the shrunken covariance, up to a factor.
    pub(super) fn damp(&self, vector: &[f32]) -> Vec<f32> {
        let mut damped = vector.to_vec();
        for (direction, damping) in self.0.directions.iter().zip(&self.0.damping) {
            let along = damping * dot(&direction.vector, vector) as f32;
            subtract(&mut damped, along, &direction.vector);
        }
        damped
    }

    /// # Errors
    /// `head-mismatch`, `head-format` or `config` if it does not fit the model.
    pub(super) fn check_fit(&self, base: Base<'_>) -> Result<()> {
        let expected = vector_len(base)?;
        let parts = &*self.0;
        if parts.base_sha256 != base.sha256 {
            return Err(ErrorKind::HeadMismatch {
                head: "background".to_owned(),
                expected: identity(&parts.base_name, &parts.base_sha256),
                actual: base.identity(),
            }
            .into());
        }
        match parts.mean.len() == expected {
            true => Ok(()),
            false => Err(format_error(format!(
                "the background has {} numbers, its base gives {expected}",
                parts.mean.len()
            ))),
        }
    }

    /// Reads a background file.
    ///
    /// # Errors
    /// `head-format` for anything else; `limit` above 8 MiB.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(ErrorKind::Limit {
                what: "the background's size in bytes",
                given: bytes.len() as u64,
                max: MAX_BYTES as u64,
            }
            .into());
        }
        let file: File = serde_json::from_slice(bytes).map_err(format_error)?;
        if file.format != FORMAT || file.version != FORMAT_VERSION {
            return Err(format_error(format!(
                "it is {:?} of version {}, expected {FORMAT:?} of version {FORMAT_VERSION}",
                file.format, file.version
            )));
        }
        let directions = file.directions.iter().map(DirectionFile::direction);
        let directions = directions.collect::<Result<_>>()?;
        let base = (file.base.name.as_str(), file.base.sha256.as_str());
        Self::new(base, &file.training_data, decode("mean", &file.mean)?, directions)
    }

    /// Returns the file's text; [`Self::from_json`] reads the same background, bit for bit, if its
    /// directions are rounded as [`Direction::vector`] describes.
    pub fn to_json(&self) -> String {
        let parts = &*self.0;
        let file = File {
            format: FORMAT.to_owned(),
            version: FORMAT_VERSION,
            base: BaseFile { name: parts.base_name.clone(), sha256: parts.base_sha256.clone() },
            training_data: parts.training_data.clone(),
            mean: encode(&parts.mean),
            directions: parts.directions.iter().map(DirectionFile::new).collect(),
        };
        // Serialising plain numbers and strings cannot fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    base: BaseFile,
    training_data: String,
    /// Base64 of little-endian f32.
    mean: String,
    directions: Vec<DirectionFile>,
}

#[derive(Serialize, Deserialize)]
struct BaseFile {
    name: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct DirectionFile {
    variance: f32,
    /// The unit of the vector's whole numbers.
    scale: f32,
    /// Base64 of signed bytes.
    vector: String,
}

impl DirectionFile {
    fn new(direction: &Direction) -> Self {
        let scale = direction.vector.iter().fold(0.0f32, |most, x| most.max(x.abs())) / 127.0;
        let bytes = direction.vector.iter().map(|x| (x / scale).round() as i8 as u8);
        let vector = BASE64_STANDARD.encode(bytes.collect::<Vec<u8>>());
        DirectionFile { variance: direction.variance, scale, vector }
    }

    fn direction(&self) -> Result<Direction> {
        let bytes = BASE64_STANDARD.decode(&self.vector);
        let bytes = bytes.map_err(|error| format_error(format!("a direction: {error}")))?;
        let vector = bytes.into_iter().map(|byte| f32::from(byte as i8) * self.scale);
        Ok(Direction { vector: vector.collect(), variance: self.variance })
    }
}
