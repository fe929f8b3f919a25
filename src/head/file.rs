//! Heads as files: JSON, with the weights as base64 of little-endian f32.

use super::{Detector, Head, HeadFeature, HeadMetadata, format_error};
use crate::error::{ErrorKind, Result};
use crate::labels::Labels;
use crate::metadata::{Card, Decision};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The format that this crate reads and writes.
const FORMAT: &str = "sourcing-sound-head";
const FORMAT_VERSION: u32 = 2;

/// Largest accepted file.
const MAX_BYTES: usize = 64 << 20;

impl Head {
    /// Reads a head file.
    ///
    /// # Errors
    /// `head-format` for bytes that are not a head of this version, or if parts are missing, out of
    /// range or inconsistent; `limit` above 64 MiB.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(ErrorKind::Limit {
                what: "the head's size in bytes",
                given: bytes.len() as u64,
                max: MAX_BYTES as u64,
            }
            .into());
        }
        let kind: Kind = serde_json::from_slice(bytes).map_err(format_error)?;
        if kind.format != FORMAT {
            return Err(format_error(format!("it is {:?}, expected {FORMAT:?}", kind.format)));
        }
        if kind.version != FORMAT_VERSION {
            let advice = if kind.version < FORMAT_VERSION { "; train it again" } else { "" };
            return Err(format_error(format!(
                "it is of version {}, expected {FORMAT_VERSION}{advice}",
                kind.version
            )));
        }
        let file: File = serde_json::from_slice(bytes).map_err(format_error)?;
        let decision: Decision = serde_json::from_slice(bytes).map_err(format_error)?;
        let card: Card = serde_json::from_slice(bytes).map_err(format_error)?;
        let (weights, bias) = (decode("weights", &file.weights)?, decode("bias", &file.bias)?);
        let detector = file.detector.as_ref().map(DetectorFile::detector).transpose()?;
        Head::new(file.metadata(decision, card)?, weights, bias, detector)
    }

    /// The file's text; [`Self::from_json`] returns the same head, bit for bit.
    pub fn to_json(&self) -> String {
        let file = File::new(self);
        // Serialising plain numbers and strings cannot fail.
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

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

/// The fields that identify a head and its version.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u32,
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    name: String,
    description: String,
    base: BaseFile,
    labels: Vec<String>,
    #[serde(deserialize_with = "without_repeats")]
    refines: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[serde(deserialize_with = "without_repeats")]
    parents: BTreeMap<String, Vec<String>>,
    features: Vec<HeadFeature>,
    segment_patches: usize,
    // Only for writing: reading flattened fields takes a copy of the file, and much code.
    #[serde(flatten, skip_deserializing)]
    decision: Option<Decision>,
    #[serde(flatten, skip_deserializing)]
    card: Option<Card>,
    /// Base64 of little-endian f32, `[labels][features]`.
    weights: String,
    /// Base64 of little-endian f32, `[labels]`.
    bias: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detector: Option<DetectorFile>,
}

#[derive(Serialize, Deserialize)]
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

    fn detector(&self) -> Result<Detector> {
        Ok(Detector {
            features: self.features.clone(),
            weights: decode("detector.weights", &self.weights)?,
            bias: self.bias,
        })
    }
}

#[derive(Serialize, Deserialize)]
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
            decision: Some(head.decision),
            card: Some(head.card),
            weights: encode(&whole.0.weights),
            bias: encode(&whole.0.bias),
            detector: whole.detector().map(DetectorFile::new),
        }
    }

    fn metadata(self, decision: Decision, card: Card) -> Result<HeadMetadata> {
        Ok(HeadMetadata {
            name: self.name,
            description: self.description,
            base_name: self.base.name,
            base_sha256: self.base.sha256,
            labels: Labels::new(self.labels).map_err(format_error)?,
            refines: self.refines,
            parents: self.parents,
            features: self.features,
            segment_patches: self.segment_patches,
            decision,
            card,
        })
    }
}

/// Lists by label. A duplicate label is refused, because one of its lists would be lost.
fn without_repeats<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<BTreeMap<String, Vec<String>>, D::Error> {
    struct Lists;

    impl<'de> Visitor<'de> for Lists {
        type Value = BTreeMap<String, Vec<String>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with a list of the base's labels per label")
        }

        fn visit_map<A: MapAccess<'de>>(
            self,
            mut entries: A,
        ) -> std::result::Result<Self::Value, A::Error> {
            let mut lists = BTreeMap::new();
            while let Some((label, names)) = entries.next_entry::<String, Vec<String>>()? {
                let repeated = format!("the label {label:?} is there twice");
                if lists.insert(label, names).is_some() {
                    return Err(A::Error::custom(repeated));
                }
            }
            Ok(lists)
        }
    }

    deserializer.deserialize_map(Lists)
}
