//! What models and heads have in common: decision settings and the card.

use crate::vocabulary::Thresholds;
use serde::{Deserialize, Serialize};

/// How the network's outputs become scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// One label at a time: scores sum to 1.
    Softmax,
    /// Several labels at a time: scores are independent.
    Sigmoid,
    /// The outputs are already scores, 0 to 1.
    None,
}

impl Activation {
    /// Its name in files: `softmax`, `sigmoid` or `none`.
    pub fn name(self) -> &'static str {
        ACTIVATIONS.iter().find(|(_, other)| *other == self).map_or("", |(name, _)| name)
    }
}

/// How outputs become scores, rejections and events: the same settings for a model and a head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Default seconds between predictions, above 0 to 60.
    pub hop_seconds: f64,
    /// How logits become scores.
    pub activation: Activation,
    /// Divides the logits before the activation (calibration); positive.
    pub temperature: f32,
    /// A segment whose best score is lower is rejected as none of the labels. 0 rejects nothing.
    pub rejection_threshold: f32,
    /// Default seconds over which streamed scores are averaged, 0 to 60.
    pub smoothing_seconds: f64,
    /// Default smoothed score at which an event starts.
    pub event_on: f32,
    /// Default smoothed score below which an event ends; at most `event_on`.
    pub event_off: f32,
}

/// How a model or a head was made, for people to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// What it was trained on.
    pub training_data: String,
    /// Which folds were used for training, and which were left out for evaluation.
    pub folds: String,
    /// Measured accuracy, with the number of clips.
    pub accuracy: String,
    /// Terms of the weights.
    pub licence: String,
    /// Hash of the training configuration.
    pub config_hash: String,
}

pub(super) const ACTIVATIONS: &[(&str, Activation)] = &[
    ("softmax", Activation::Softmax),
    ("sigmoid", Activation::Sigmoid),
    ("none", Activation::None),
];

/// The accepted range of each number of a [`Decision`], by its name in files.
const RANGES: [(&str, &str); 6] = [
    ("hop_seconds", "above 0 to 60"),
    ("temperature", "a positive number"),
    ("rejection_threshold", UNIT),
    ("smoothing_seconds", "0 to 60"),
    ("event_on", UNIT),
    ("event_off", UNIT),
];
const UNIT: &str = "0 to 1";

impl Decision {
    /// The accepted range of the number with this name.
    pub(super) fn range(name: &str) -> &'static str {
        RANGES.iter().find(|(key, _)| *key == name).map_or("", |(_, range)| range)
    }

    /// Names the first setting that is out of range, with its accepted range.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let unit = |value: f32| (0.0..=1.0).contains(&value);
        let fits = [
            self.hop_seconds > 0.0 && self.hop_seconds <= 60.0,
            self.temperature > 0.0 && self.temperature.is_finite(),
            unit(self.rejection_threshold),
            (0.0..=60.0).contains(&self.smoothing_seconds),
            unit(self.event_on),
            unit(self.event_off),
        ];
        if let Some((&range, _)) = RANGES.iter().zip(fits).find(|(_, fits)| !fits) {
            return Err(range);
        }
        match self.event_off <= self.event_on {
            true => Ok(()),
            false => Err(("event_off", "at most event_on")),
        }
    }

    pub(crate) fn thresholds(&self) -> Thresholds {
        Thresholds { rejection: self.rejection_threshold, on: self.event_on, off: self.event_off }
    }
}
