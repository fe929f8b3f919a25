//! Writes metadata as key-value pairs.

use super::{FORMAT_VERSION, ModelMetadata, PREFIX};
use crate::framing::{FrameLayout, PadMode};
use crate::front_end::FrontEndConfig;
use crate::mel::MelTriangles;
use serde_json::json;

/// Returns the keys of the front end that every file has.
fn front_end_props(front_end: &FrontEndConfig) -> Vec<(&'static str, String)> {
    vec![
        ("sample_rate", front_end.sample_rate.to_string()),
        ("n_fft", front_end.n_fft.to_string()),
        ("win_length", front_end.win_length.to_string()),
        ("hop_length", front_end.hop_length.to_string()),
        ("window", front_end.window.name().to_owned()),
        ("center", front_end.center.to_string()),
        ("power", front_end.power.to_string()),
        ("n_mels", front_end.n_mels.to_string()),
        ("f_min", front_end.f_min.to_string()),
        ("f_max", front_end.f_max.to_string()),
        ("mel_scale", front_end.mel_scale.name().to_owned()),
        ("norm", front_end.norm.name().to_owned()),
        ("log", front_end.log.name().to_owned()),
        ("log_offset", front_end.log.offset().to_string()),
    ]
}

impl FrontEndConfig {
    /// Returns all settings as text, `key=value` with the keys of a model file. Equal settings have
    /// equal fingerprints, so features can be cached under them.
    pub fn fingerprint(&self) -> String {
        let pairs = front_end_props(self).into_iter().chain(optional_front_end_props(self));
        pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    }
}

impl ModelMetadata {
    /// Returns the key-value pairs for an ONNX file's `metadata_props`.
    pub fn to_props(&self) -> Vec<(String, String)> {
        let labels: Vec<&str> = self.labels.iter().collect();
        let (decision, card) = (&self.decision, &self.card);
        let mut props: Vec<(&str, String)> = vec![
            ("format_version", FORMAT_VERSION.to_string()),
            ("name", self.name.clone()),
            ("description", self.description.clone()),
            ("labels", json!(labels).to_string()),
        ];
        props.extend(front_end_props(&self.front_end));
        props.extend([
            ("mean", self.mean.to_string()),
            ("std", self.std.to_string()),
            ("segment_frames", self.segment_frames.to_string()),
            ("hop_seconds", decision.hop_seconds.to_string()),
            ("padding", self.padding.name().to_owned()),
            ("activation", decision.activation.name().to_owned()),
            ("temperature", decision.temperature.to_string()),
            ("rejection_threshold", decision.rejection_threshold.to_string()),
            ("smoothing_seconds", decision.smoothing_seconds.to_string()),
            ("event_on", decision.event_on.to_string()),
            ("event_off", decision.event_off.to_string()),
            ("training_data", card.training_data.clone()),
            ("folds", card.folds.clone()),
            ("accuracy", card.accuracy.clone()),
            ("licence", card.licence.clone()),
            ("config_hash", card.config_hash.clone()),
        ]);
        props.extend(self.optional_props());
        props.into_iter().map(|(key, value)| (format!("{PREFIX}{key}"), value)).collect()
    }

    /// Returns the optional keys with values other than the default.
    fn optional_props(&self) -> Vec<(&'static str, String)> {
        let mut props = Vec::new();
        if let Some(threshold) = self.other_threshold {
            props.push(("other_threshold", threshold.to_string()));
        }
        props.extend(optional_front_end_props(&self.front_end));
        if let Some(patch) = self.patch {
            props.push(("patch_frames", patch.frames.to_string()));
            props.push(("patch_hop_frames", patch.hop_frames.to_string()));
        }
        if let Some(size) = self.embedding_size {
            props.push(("embedding_size", size.to_string()));
        }
        if let Some(taxonomy) = &self.taxonomy {
            let groups = taxonomy.groups().iter();
            let groups: Vec<_> =
                groups.map(|group| json!({"name": group.name, "icon": group.icon})).collect();
            props.push(("groups", json!(groups).to_string()));
            props.push(("label_groups", json!(taxonomy.label_groups()).to_string()));
            props.push(("label_parents", json!(taxonomy.label_parents()).to_string()));
        }
        props
    }
}

/// Returns the optional keys of the front end with values other than the default.
fn optional_front_end_props(front_end: &FrontEndConfig) -> Vec<(&'static str, String)> {
    let mut props = Vec::new();
    if let Some(coefficient) = front_end.pre_emphasis {
        props.push(("pre_emphasis", coefficient.to_string()));
    }
    if front_end.pad_mode != PadMode::Constant {
        props.push(("pad_mode", front_end.pad_mode.name().to_owned()));
    }
    if front_end.framing != FrameLayout::Librosa {
        props.push(("framing", front_end.framing.name().to_owned()));
    }
    if front_end.triangles != MelTriangles::Hertz {
        props.push(("mel_triangles", front_end.triangles.name().to_owned()));
    }
    props
}
