//! Reads a head from the text of its file.

use super::file::{FORMAT, FORMAT_VERSION};
use super::numbers::decode;
use super::{Detector, Head, HeadFeature, HeadMetadata, format_error};
use crate::error::{ErrorKind, Result};
use crate::json::{Fields, Json};
use crate::labels::Labels;
use crate::metadata::{ACTIVATIONS, Card, Decision};
use std::collections::BTreeMap;

/// A value, or what is wrong with a field.
type Read<T> = std::result::Result<T, String>;

/// Every field that is read. The examples of a taught head, which may be many, are skipped.
const NAMES: [&str; 25] = [
    "format",
    "version",
    "name",
    "description",
    "base",
    "labels",
    "refines",
    "parents",
    "features",
    "segment_patches",
    "hop_seconds",
    "activation",
    "temperature",
    "rejection_threshold",
    "smoothing_seconds",
    "event_on",
    "event_off",
    "training_data",
    "folds",
    "accuracy",
    "licence",
    "config_hash",
    "weights",
    "bias",
    "detector",
];

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
        read(bytes)
    }
}

fn read(text: &[u8]) -> Result<Head> {
    let fields = Fields::read(text, &NAMES).map_err(format_error)?;
    check_format(&fields).map_err(format_error)?;
    let metadata = metadata(&fields).map_err(format_error)?;
    let numbers = |name| decode(name, fields.text(name).map_err(format_error)?);
    let detector = fields.find("detector").map_err(format_error)?;
    Head::new(
        metadata,
        numbers("weights")?,
        numbers("bias")?,
        detector.map(read_detector).transpose()?,
    )
}

fn check_format(fields: &Fields) -> Read<()> {
    let (format, version) = (fields.text("format")?, fields.whole("version")?);
    if format != FORMAT {
        return Err(format!("it is {format:?}, expected {FORMAT:?}"));
    }
    let expected = FORMAT_VERSION as usize;
    if version != expected {
        let advice = if version < expected { "; train it again" } else { "" };
        return Err(format!("it is of version {version}, expected {expected}{advice}"));
    }
    Ok(())
}

fn metadata(fields: &Fields) -> Read<HeadMetadata> {
    let text = |name: &str| fields.text(name).map(str::to_owned);
    let base = fields.get("base", "an object", Json::object)?;
    let labels = fields.get("labels", "a list of names", Json::texts)?;
    let parents = fields.find("parents")?.map(|value| lists("parents", value));
    Ok(HeadMetadata {
        name: text("name")?,
        description: text("description")?,
        base_name: base.text("name")?.to_owned(),
        base_sha256: base.text("sha256")?.to_owned(),
        labels: Labels::new(labels).map_err(|error| error.to_string())?,
        refines: lists("refines", fields.get("refines", "an object", Some)?)?,
        parents: parents.transpose()?.unwrap_or_default(),
        features: features(fields)?,
        segment_patches: fields.whole("segment_patches")?,
        decision: decision(fields)?,
        card: Card {
            training_data: text("training_data")?,
            folds: text("folds")?,
            accuracy: text("accuracy")?,
            licence: text("licence")?,
            config_hash: text("config_hash")?,
        },
    })
}

fn decision(fields: &Fields) -> Read<Decision> {
    let single = |name| fields.number(name).map(|number| number as f32);
    let activation = |value: &Json| {
        let name = value.text()?;
        ACTIVATIONS.iter().find(|(known, _)| *known == name).map(|&(_, activation)| activation)
    };
    Ok(Decision {
        hop_seconds: fields.number("hop_seconds")?,
        activation: fields.get("activation", "softmax or sigmoid", activation)?,
        temperature: single("temperature")?,
        rejection_threshold: single("rejection_threshold")?,
        smoothing_seconds: fields.number("smoothing_seconds")?,
        event_on: single("event_on")?,
        event_off: single("event_off")?,
    })
}

fn features(fields: &Fields) -> Read<Vec<HeadFeature>> {
    let feature = |value: &Json| HeadFeature::named(value.text()?);
    fields.get("features", HeadFeature::NAMES, |value| value.list(feature))
}

/// Reads a list per label. A duplicate label is refused, because one of its lists would be lost.
fn lists(name: &str, value: &Json) -> Read<BTreeMap<String, Vec<String>>> {
    let expected =
        || format!("{name}: expected an object with a list of the base's labels per label");
    let mut lists = BTreeMap::new();
    for (label, names) in value.object().ok_or_else(expected)?.iter() {
        let names = names.texts().ok_or_else(expected)?;
        if lists.insert(label.to_owned(), names).is_some() {
            return Err(format!("{name}: the label {label:?} is there twice"));
        }
    }
    Ok(lists)
}

fn read_detector(value: &Json) -> Result<Detector> {
    let read = |fields: &Fields| {
        let weights = fields.text("weights")?.to_owned();
        Ok((features(fields)?, weights, fields.number("bias")? as f32))
    };
    let fields = value.object().ok_or_else(|| "expected an object".to_owned()).and_then(read);
    let (features, weights, bias) =
        fields.map_err(|reason| format_error(format!("detector: {reason}")))?;
    Ok(Detector { features, weights: decode("detector.weights", &weights)?, bias })
}
