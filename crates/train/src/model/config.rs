//! Every setting of a training, with the recipe's values as defaults.

use crate::model::network::NetConfig;
use crate::nn::net::NetworkConfig;
use crate::nn::policy::{Keep, Policy, Rate};
use crate::random::short_hash;
use serde::{Deserialize, Serialize};
use sourcing_sound::{
    FrameLayout, FrontEndConfig, LogScale, MelNorm, MelScale, MelTriangles, PadMode, Window,
};

/// Returns the front end of the flagship: 22,050 Hz, 1,024-point frames every 512 samples, 64
/// Slaney mel bands from 30 Hz to 11,025 Hz, in dB.
pub fn front_end() -> FrontEndConfig {
    FrontEndConfig {
        sample_rate: 22_050,
        pre_emphasis: None,
        n_fft: 1024,
        win_length: 1024,
        window: Window::Hann,
        hop_length: 512,
        center: true,
        pad_mode: PadMode::Constant,
        framing: FrameLayout::Librosa,
        power: 2.0,
        n_mels: 64,
        f_min: 30.0,
        f_max: 11_025.0,
        mel_scale: MelScale::Slaney,
        norm: MelNorm::Slaney,
        triangles: MelTriangles::Hertz,
        log: LogScale::Decibel { offset: 1e-10 },
    }
}

/// Columns in a segment of the shipped model: 4 s.
pub const SEGMENT_FRAMES: usize = 173;

/// A closed range from which a value is drawn uniformly.
pub type Range = (f32, f32);

/// How training examples are varied. Levels in dB are relative to the clip's mean power.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AugmentConfig {
    /// Width of a training example in frames, about 2 s.
    pub crop_frames: usize,
    /// Share of the batches that show a whole segment instead of a crop.
    pub full_view_share: f32,
    /// Time is stretched by `exp(U(-x, x))`.
    pub time_scale: f32,
    /// Mel bands are moved by `U(-x, x)` bands.
    pub mel_shift: f32,
    /// Probability that they are moved.
    pub mel_shift_probability: f32,
    /// The mel axis is stretched by `exp(U(-x, x))`.
    pub mel_scale: f32,
    /// Gain in dB is `U(-x, x)`.
    pub gain: f32,
    /// Probability of coloured noise over the whole example.
    pub noise_probability: f32,
    /// Its level.
    pub noise_level: Range,
    /// Its tilt from the lowest to the highest band, dB.
    pub noise_tilt: Range,
    /// Probability of a stretch of a background recording.
    pub background_probability: f32,
    /// Its level.
    pub background_level: Range,
    /// Probability that the rest of an example around a short clip is digital silence
    /// rather than low noise.
    pub silence_probability: f32,
    /// The level of that low noise.
    pub floor_level: Range,
    /// Mixup's Beta(α, α); 0 turns mixup off.
    pub mixup: f64,
    /// Number of masked band ranges and their greatest height.
    pub mel_masks: (usize, usize),
    /// Number of masked frame ranges and their greatest width in a crop.
    pub time_masks: (usize, usize),
}

impl Default for AugmentConfig {
    fn default() -> Self {
        Self {
            crop_frames: 86,
            full_view_share: 0.0,
            time_scale: 0.2,
            mel_shift: 3.8,
            mel_shift_probability: 0.7,
            mel_scale: 0.08,
            gain: 10.0,
            noise_probability: 0.5,
            noise_level: (-25.0, 0.0),
            noise_tilt: (-15.0, 5.0),
            background_probability: 0.25,
            background_level: (-25.0, -3.0),
            silence_probability: 0.5,
            floor_level: (-60.0, -20.0),
            mixup: 0.4,
            mel_masks: (2, 8),
            time_masks: (2, 14),
        }
    }
}

/// Settings of one training run; every stage of a model shares them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Seed of everything random.
    pub seed: u64,
    /// Passes over the training clips.
    pub epochs: usize,
    /// Clips per step.
    pub batch: usize,
    /// Peak learning rate of AdamW.
    pub learning_rate: f64,
    /// Decoupled weight decay of tensors with more than one axis.
    pub weight_decay: f64,
    /// Epochs of linear warm-up; a cosine to 0 follows.
    pub warmup_epochs: usize,
    /// Share of a target that is spread over all labels.
    pub label_smoothing: f32,
    /// Ceiling of the moving average's decay, `min(x, (1 + t) / (10 + t))` at step t.
    pub average: f64,
    /// Whether the last layer is refitted by logistic regression on clean clips.
    pub refit: bool,
    /// Variation of examples.
    pub augment: AugmentConfig,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            epochs: 60,
            batch: 32,
            learning_rate: 3e-3,
            weight_decay: 1e-2,
            warmup_epochs: 3,
            label_smoothing: 0.1,
            average: 0.995,
            refit: true,
            augment: AugmentConfig::default(),
        }
    }
}

impl TrainConfig {
    /// Returns the settings of the training itself, without those of the examples.
    pub fn policy(&self) -> Policy {
        Policy {
            seed: self.seed,
            epochs: self.epochs,
            batch: self.batch,
            draws: 1,
            rate: Rate::Cosine { peak: self.learning_rate, warmup_epochs: self.warmup_epochs },
            weight_decay: self.weight_decay,
            keep: Keep::Average { ceiling: self.average },
        }
    }
}

/// Everything that determines a stage's weights and figures. Two runs with equal plans give equal
/// ones; a checkpoint or a result of another plan is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The stage, for example `fold-1`.
    pub stage: String,
    /// Settings of the run.
    pub train: TrainConfig,
    /// Layout of the network.
    pub net: NetConfig,
    /// Front end, as the model file states it.
    pub front_end: String,
    /// Hash of the names, recordings, folds, labels and features of the training clips.
    pub training_clips: String,
    /// The same of the left-out clips.
    #[serde(default)]
    pub left_out_clips: String,
    /// Hash of the origins and the features of the background recordings.
    pub background: String,
}

impl Plan {
    /// Returns 16 hexadecimal digits that identify the plan.
    pub fn hash(&self) -> String {
        short_hash(&serde_json::json!(self).to_string())
    }

    /// Returns the network for inputs as wide as training examples.
    pub fn network(&self) -> NetworkConfig {
        self.net.network(self.train.augment.crop_frames)
    }
}
