//! Writes a head as the text of its file: JSON, with the weights as base64 of little-endian f32.

use super::numbers::encode;
use super::{Detector, Head, HeadFeature};
use crate::metadata::{Card, Decision};
use serde::Serialize;
use std::collections::BTreeMap;

/// The format that this crate reads and writes.
pub(super) const FORMAT: &str = "sourcing-sound-head";
pub(super) const FORMAT_VERSION: u32 = 2;

impl Head {
    /// Returns the file's text; [`Self::from_json`] reads back the same head, bit for bit.
    pub fn to_json(&self) -> String {
        let file = File::new(self);
        // Serialising plain numbers and strings cannot fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

/// The file as it is written.
#[derive(Serialize)]
struct File {
    format: String,
    version: u32,
    name: String,
    description: String,
    base: BaseFile,
    labels: Vec<String>,
    refines: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parents: BTreeMap<String, Vec<String>>,
    features: Vec<HeadFeature>,
    segment_patches: usize,
    #[serde(flatten)]
    decision: Decision,
    #[serde(flatten)]
    card: Card,
    /// Base64 of little-endian f32, `[labels][features]`.
    weights: String,
    /// Base64 of little-endian f32, `[labels]`.
    bias: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detector: Option<DetectorFile>,
}

#[derive(Serialize)]
struct DetectorFile {
    features: Vec<HeadFeature>,
    /// Base64 of little-endian f32, `[features]`.
    weights: String,
    bias: f32,
}

impl DetectorFile {
    fn new(detector: &Detector) -> Self {
        DetectorFile {
            features: detector.features.clone(),
            weights: encode(&detector.weights),
            bias: detector.bias,
        }
    }
}

#[derive(Serialize)]
struct BaseFile {
    name: String,
    sha256: String,
}

impl File {
    fn new(whole: &Head) -> Self {
        let head = whole.metadata().clone();
        File {
            format: FORMAT.to_owned(),
            version: FORMAT_VERSION,
            name: head.name,
            description: head.description,
            base: BaseFile { name: head.base_name, sha256: head.base_sha256 },
            labels: head.labels.iter().map(str::to_owned).collect(),
            refines: head.refines,
            parents: head.parents,
            features: head.features,
            segment_patches: head.segment_patches,
            decision: head.decision,
            card: head.card,
            weights: encode(&whole.0.weights),
            bias: encode(&whole.0.bias),
            detector: whole.detector().map(DetectorFile::new),
        }
    }
}
