//! `evaluation.json`: every number about the network.

use super::describe::Use;
use super::measure::{Measured, Share};
use super::plan::Plan;
use super::reference::Differences;
use super::short::Short;
use super::usage::{Anywhere, Usage};
use serde::{Deserialize, Serialize};

/// `evaluation.json`: every number about the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Layout of this file.
    pub schema_version: u32,
    /// Day of the export, UTC, `YYYY-MM-DD`.
    pub date: String,
    /// The command that made the network.
    pub command: String,
    /// Hash of settings, checkpoint and audio.
    pub config_hash: String,
    /// The settings themselves.
    pub plan: Plan,
    /// SHA-256 of the checkpoint's file.
    pub checkpoint_sha256: String,
    /// Differences from the authors' own outputs for a sound.
    pub from_the_original: Differences,
    /// Number of parameters.
    pub n_parameters: usize,
    /// Bytes of the weights as 32-bit floats, and as stored.
    pub weight_bytes: (usize, usize),
    /// Bytes of the file.
    pub file_bytes: usize,
    /// The audio: folder, and its clips for training, for validation and for the test.
    pub audio: Vec<(String, usize, usize, usize)>,
    /// Weights between the checkpoint's and the trained ones, on the recordings for validation. Those
    /// with the highest mean of their agreements ship.
    pub shares: Vec<Share>,
    /// The checkpoint, the checkpoint with its weights as stored, and the trained network.
    pub measured: Measured,
    /// Windows and hops.
    pub usage: Vec<Usage>,
    /// Brief events in several places, with the window and hop of `used`.
    pub anywhere: Anywhere,
    /// Recordings that are shorter than a window.
    pub short: Vec<Short>,
    /// How the model is used.
    pub used: Use,
    /// Greatest difference of a score, and of a value of the embedding, between the file, as the
    /// core runs it, and the trainer's network.
    pub export_difference: (f32, f32),
    /// Heads of the same recipe on each network, if `--heads` names their evaluations.
    pub heads: Vec<HeadScore>,
}

/// The accuracy of a head on a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadScore {
    /// Name of the head.
    pub head: String,
    pub network: String,
    /// Left-out folds.
    pub folds: Vec<String>,
    /// Mean accuracy over them.
    pub accuracy: f64,
    /// Mean macro-F1.
    pub macro_f1: f64,
}
