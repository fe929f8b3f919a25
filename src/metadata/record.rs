//! Settings that models and heads share: the decision and the card.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
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

/// How outputs become scores, rejections and events: the same settings for a model and a head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Default seconds between predictions, above 0 to 60.
    pub hop_seconds: f64,
    /// How logits become scores.
    pub activation: Activation,
    /// Divides the logits before the activation (calibration); positive.
    pub temperature: f32,
    /// A segment with a lower best score is rejected as none of the labels. 0 rejects nothing.
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

/// A number's name in files, its accepted range in words, and a check of a value.
type Range = (&'static str, &'static str, fn(f64) -> bool);

/// The accepted range of each number of a [`Decision`].
const RANGES: [Range; 6] = [
    ("hop_seconds", "above 0 to 60", |x| x > 0.0 && x <= 60.0),
    ("temperature", "a positive number", |x| x > 0.0 && x.is_finite()),
    ("rejection_threshold", "0 to 1", is_unit),
    ("smoothing_seconds", "0 to 60", |x| (0.0..=60.0).contains(&x)),
    ("event_on", "0 to 1", is_unit),
    ("event_off", "0 to 1", is_unit),
];

fn is_unit(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

impl Decision {
    /// Returns the accepted range of the number with this name.
    pub(super) fn range(name: &str) -> &'static str {
        RANGES.iter().find(|(key, ..)| *key == name).map_or("", |(_, range, _)| range)
    }

    /// Checks a value that replaces the number with this name.
    ///
    /// # Errors
    /// `config` if it is out of range.
    pub(crate) fn check_number<T: Copy + Into<f64>>(
        name: &'static str,
        value: Option<T>,
    ) -> Result<()> {
        let range = RANGES.iter().find(|(key, ..)| *key == name);
        match (value, range) {
            (Some(value), Some((_, range, fits))) if !fits(value.into()) => {
                Err(Error::config(name, Decimal(value.into()), *range))
            }
            _ => Ok(()),
        }
    }

    /// Returns the name and the accepted range of the first setting that is out of range.
    pub(crate) fn check(&self) -> std::result::Result<(), (&'static str, &'static str)> {
        let numbers = [
            self.hop_seconds,
            self.temperature.into(),
            self.rejection_threshold.into(),
            self.smoothing_seconds,
            self.event_on.into(),
            self.event_off.into(),
        ];
        let mut checked = RANGES.iter().zip(numbers);
        if let Some(((name, range, _), _)) = checked.find(|((.., fits), value)| !fits(*value)) {
            return Err((*name, *range));
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
