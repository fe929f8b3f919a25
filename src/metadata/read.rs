//! Reads metadata from key-value pairs; every value is checked, because files are untrusted.

use super::{
    ACTIVATIONS, Card, Decision, FORMAT_VERSION, FRAMINGS, MAX_SEGMENT_FRAMES, MEL_NORMS,
    MEL_SCALES, ModelMetadata, PAD_MODES, PADDINGS, PREFIX, PatchLayout, TRIANGLES, WINDOWS,
};
use crate::error::{Error, ErrorKind, Result};
use crate::front_end::{FrontEnd, FrontEndConfig, LogScale};
use crate::json::Json;
use crate::labels::Labels;
use crate::taxonomy::{Group, Taxonomy};
use std::collections::HashMap;

const MAX_EMBEDDING: usize = 65_536;

impl ModelMetadata {
    /// Reads the key-value pairs of an ONNX file; keys of other tools are ignored.
    ///
    /// # Errors
    /// `metadata-missing`, `metadata-invalid` or `metadata-version`, naming the key.
    pub fn from_props<'a>(props: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let props = Props(
            props
                .into_iter()
                .filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, value)))
                .collect(),
        );
        props.check_version()?;
        let metadata = ModelMetadata {
            name: props.text("name")?,
            description: props.text("description")?,
            labels: props.labels()?,
            front_end: props.front_end()?,
            mean: props.number("mean", "a finite number", f32::is_finite)?,
            std: props.number("std", "a positive number", positive)?,
            segment_frames: props.number("segment_frames", "1 to 16,384", |n: usize| {
                (1..=MAX_SEGMENT_FRAMES).contains(&n)
            })?,
            padding: props.choice("padding", PADDINGS)?,
            decision: props.decision()?,
            other_threshold: props.optional("other_threshold", Props::unit)?,
            embedding_size: props.optional("embedding_size", |props, key| {
                let range = 1..=MAX_EMBEDDING;
                props.number(key, "1 to 65,536", |n: usize| range.contains(&n))
            })?,
            patch: props.patch()?,
            taxonomy: props.taxonomy()?,
            card: Card {
                training_data: props.text("training_data")?,
                folds: props.text("folds")?,
                accuracy: props.text("accuracy")?,
                licence: props.text("licence")?,
                config_hash: props.text("config_hash")?,
            },
        };
        props.check_segment(&metadata)?;
        // The front end's validation reports settings; here the error must name the key in the
        // file.
        FrontEnd::new(metadata.front_end.clone()).map_err(|error| match error.kind() {
            ErrorKind::Config { field, expected, .. } => props.invalid(field, expected),
            _ => props.invalid("sample_rate", "8000 to 384000"),
        })?;
        Ok(metadata)
    }
}

fn positive(value: f32) -> bool {
    value > 0.0 && value.is_finite()
}

/// The file's pairs, without the prefix.
struct Props<'a>(HashMap<&'a str, &'a str>);

impl Props<'_> {
    /// Returns an optional value.
    fn optional<T>(&self, key: &str, read: impl Fn(&Self, &str) -> Result<T>) -> Result<Option<T>> {
        self.0.contains_key(key).then(|| read(self, key)).transpose()
    }

    fn text(&self, key: &str) -> Result<String> {
        match self.0.get(key) {
            Some(value) => Ok((*value).to_owned()),
            None => Err(ErrorKind::MetadataMissing { key: format!("{PREFIX}{key}") }.into()),
        }
    }

    fn invalid(&self, key: &str, expected: &str) -> Error {
        ErrorKind::MetadataInvalid {
            key: format!("{PREFIX}{key}"),
            given: self.0.get(key).copied().unwrap_or_default().chars().take(100).collect(),
            expected: expected.to_owned(),
        }
        .into()
    }

    fn check_version(&self) -> Result<()> {
        let given = self.text("format_version")?;
        if given == FORMAT_VERSION.to_string() {
            return Ok(());
        }
        let given = given.chars().take(100).collect();
        Err(ErrorKind::MetadataVersion { given, supported: FORMAT_VERSION }.into())
    }

    /// Reads a number that `accepted` allows. It is read as JSON, like the lists, because the
    /// standard library's number parser has large tables.
    fn number<T: Number>(
        &self,
        key: &str,
        expected: &str,
        accepted: impl Fn(T) -> bool,
    ) -> Result<T> {
        self.json(key, expected, |value| T::of(value).filter(|&number| accepted(number)))
    }

    fn decision(&self) -> Result<Decision> {
        let seconds = |key| self.number(key, Decision::range(key), |_: f64| true);
        let number = |key| self.number(key, Decision::range(key), |_: f32| true);
        let decision = Decision {
            hop_seconds: seconds("hop_seconds")?,
            activation: self.choice("activation", ACTIVATIONS)?,
            temperature: number("temperature")?,
            rejection_threshold: number("rejection_threshold")?,
            smoothing_seconds: seconds("smoothing_seconds")?,
            event_on: number("event_on")?,
            event_off: number("event_off")?,
        };
        decision.check().map_err(|(key, expected)| self.invalid(key, expected))?;
        Ok(decision)
    }

    fn unit(&self, key: &str) -> Result<f32> {
        self.number(key, "0 to 1", |x: f32| (0.0..=1.0).contains(&x))
    }

    fn choice<T: Copy>(&self, key: &str, names: &[(&str, T)]) -> Result<T> {
        let text = self.text(key)?;
        match names.iter().find(|(name, _)| *name == text) {
            Some((_, value)) => Ok(*value),
            None => {
                let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                Err(self.invalid(key, &known.join(" or ")))
            }
        }
    }

    fn labels(&self) -> Result<Labels> {
        let expected = "a JSON array of names that are not empty and differ";
        self.json("labels", expected, |value| Labels::new(value.texts()?).ok())
    }

    fn front_end(&self) -> Result<FrontEndConfig> {
        let whole = "a whole number";
        let offset = self.number("log_offset", "a positive number", positive)?;
        let decibel = self.choice("log", &[("decibel", true), ("natural", false)])?;
        Ok(FrontEndConfig {
            sample_rate: self.number("sample_rate", whole, |_: u32| true)?,
            pre_emphasis: self.optional("pre_emphasis", |props, key| {
                props.number(key, "a number above 0 and below 1", |_: f32| true)
            })?,
            n_fft: self.number("n_fft", whole, |_: usize| true)?,
            win_length: self.number("win_length", whole, |_: usize| true)?,
            window: self.choice("window", WINDOWS)?,
            hop_length: self.number("hop_length", whole, |_: usize| true)?,
            framing: self
                .optional("framing", |props, key| props.choice(key, FRAMINGS))?
                .unwrap_or_default(),
            triangles: self
                .optional("mel_triangles", |props, key| props.choice(key, TRIANGLES))?
                .unwrap_or_default(),
            center: self.choice("center", &[("true", true), ("false", false)])?,
            pad_mode: self
                .optional("pad_mode", |props, key| props.choice(key, PAD_MODES))?
                .unwrap_or_default(),
            power: self.number("power", "1 or 2", |_: f32| true)?,
            n_mels: self.number("n_mels", whole, |_: usize| true)?,
            f_min: self.number("f_min", "a frequency in Hz", |_: f32| true)?,
            f_max: self.number("f_max", "a frequency in Hz", |_: f32| true)?,
            mel_scale: self.choice("mel_scale", MEL_SCALES)?,
            norm: self.choice("norm", MEL_NORMS)?,
            log: match decibel {
                true => LogScale::Decibel { offset },
                false => LogScale::Natural { offset },
            },
        })
    }

    fn patch(&self) -> Result<Option<PatchLayout>> {
        if !self.0.contains_key("patch_frames") && !self.0.contains_key("patch_hop_frames") {
            return Ok(None);
        }
        let range = 1..=MAX_SEGMENT_FRAMES;
        let frames = self.number("patch_frames", "1 to 16,384", |n: usize| range.contains(&n))?;
        let hop_frames = self.number("patch_hop_frames", "1 to patch_frames", |n: usize| {
            (1..=frames).contains(&n)
        })?;
        Ok(Some(PatchLayout { frames, hop_frames }))
    }

    /// Checks that a segment is whole patches, and the hop a whole number of patch hops.
    fn check_segment(&self, metadata: &ModelMetadata) -> Result<()> {
        let Some(patch) = metadata.patch else { return Ok(()) };
        let beyond = metadata.segment_frames.checked_sub(patch.frames);
        if beyond.is_some_and(|beyond| beyond.is_multiple_of(patch.hop_frames)) {
            return Ok(());
        }
        Err(self.invalid("segment_frames", "patch_frames and whole patch_hop_frames more"))
    }

    /// Converts a value in JSON with `as_expected`.
    fn json<T>(
        &self,
        key: &str,
        expected: &str,
        as_expected: impl FnOnce(&Json) -> Option<T>,
    ) -> Result<T> {
        let value = Json::read(self.text(key)?.as_bytes()).ok();
        value.as_ref().and_then(as_expected).ok_or_else(|| self.invalid(key, expected))
    }

    fn taxonomy(&self) -> Result<Option<Taxonomy>> {
        if !TAXONOMY_KEYS.iter().any(|key| self.0.contains_key(key)) {
            return Ok(None);
        }
        let n_labels = self.labels()?.len();
        let groups =
            self.json("groups", "a JSON array of objects with name and icon", |value| {
                value.list(group)
            })?;
        let expected = "a JSON array with a group's index per label";
        let label_groups = self.json("label_groups", expected, Json::wholes)?;
        if label_groups.len() != n_labels {
            return Err(self.invalid("label_groups", expected));
        }
        let expected = "a JSON array with the parents' indices per label";
        let label_parents =
            self.json("label_parents", expected, |value| value.list(Json::wholes))?;
        let taxonomy = Taxonomy::new(groups, label_groups, label_parents);
        taxonomy.map(Some).map_err(|error| match error.kind() {
            ErrorKind::Config { field, expected, .. } => self.invalid(field, expected),
            _ => self.invalid("groups", "groups that fit the labels"),
        })
    }
}

const TAXONOMY_KEYS: [&str; 3] = ["groups", "label_groups", "label_parents"];

fn group(value: &Json) -> Option<Group> {
    let fields = value.object()?;
    let text = |name| fields.text(name).ok().map(str::to_owned);
    Some(Group { name: text("name")?, icon: text("icon")? })
}

/// A type of number that a key may have.
trait Number: Copy {
    fn of(value: &Json) -> Option<Self>;
}

impl Number for f32 {
    fn of(value: &Json) -> Option<Self> {
        value.number().map(|number| number as f32)
    }
}

impl Number for f64 {
    fn of(value: &Json) -> Option<Self> {
        value.number()
    }
}

impl Number for u32 {
    fn of(value: &Json) -> Option<Self> {
        value.whole()?.try_into().ok()
    }
}

impl Number for usize {
    fn of(value: &Json) -> Option<Self> {
        value.whole()
    }
}
