//! The description in a model file, stored in the ONNX `metadata_props`.
//!
//! No other module knows the keys. All values are text: numbers in decimal, labels as a JSON array,
//! switches as `true` or `false`. Keys are required unless documented otherwise, so no setting is
//! ever guessed.

mod read;
mod record;
mod write;

use crate::framing::{FrameLayout, PadMode};
use crate::front_end::FrontEndConfig;
use crate::labels::Labels;
use crate::mel::{MelNorm, MelScale, MelTriangles};
use crate::spectrum::Window;
use crate::taxonomy::Taxonomy;
use crate::vocabulary::Vocabulary;

pub use record::{Activation, Card, Decision};

/// The metadata format that this crate reads and writes.
pub const FORMAT_VERSION: u32 = 1;

const PREFIX: &str = "sourcing_sound.";
const MAX_SEGMENT_FRAMES: usize = 16_384;

/// How an input of the network is filled if the recording has fewer columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Columns of digital silence follow it. The last patch of a longer recording keeps its place
    /// on the grid, and is filled in the same way.
    Silence,
    /// The network runs twice, with silence after the recording and with silence before it. The
    /// outputs are averaged; the second one counts by the share of the input that the recording
    /// fills, at most half. A longer recording needs no padding: its last patch is moved so that it
    /// ends with the recording.
    SilenceEitherSide,
}

/// The patches of a network with an input shorter than a segment; they lie on a fixed grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchLayout {
    /// Columns in one input of the network.
    pub frames: usize,
    /// Columns from one patch to the next, at most `frames`.
    pub hop_frames: usize,
}

/// Everything needed to run a model and to describe it to users.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelMetadata {
    /// Short name, such as `urban-v1`.
    pub name: String,
    /// One sentence on what it recognises.
    pub description: String,
    /// The labels, in the order of the outputs.
    pub labels: Labels,
    /// The features it was trained on.
    pub front_end: FrontEndConfig,
    /// Subtracted from every feature before the network, in the features' unit.
    pub mean: f32,
    /// Divides every feature after that; positive.
    pub std: f32,
    /// Columns of a segment: one input of the network, or several patches.
    pub segment_frames: usize,
    /// If set, the network runs on patches of the segment, and the outputs are pooled over the
    /// patches. The first patch starts at the first column.
    pub patch: Option<PatchLayout>,
    /// How inputs are filled if there are fewer columns.
    pub padding: Padding,
    /// How its outputs become scores, rejections and events.
    pub decision: Decision,
    /// If set, the network's output has one more number at the end, the logit of "none of the
    /// labels". A segment is also rejected if its sigmoid exceeds this threshold.
    pub other_threshold: Option<f32>,
    /// If set, the network has a second output, `[1, embedding_size]`, which is the input of
    /// [heads](crate::Head).
    pub embedding_size: Option<usize>,
    /// Groups of labels and parents of each label, if the model has any.
    pub taxonomy: Option<Taxonomy>,
    /// How the model was made.
    pub card: Card,
}

impl ModelMetadata {
    /// Returns the duration of a segment in seconds.
    pub fn segment_seconds(&self) -> f64 {
        let front_end = &self.front_end;
        let columns = match front_end.framing {
            // Pre-emphasis removes one sample, so T columns need at most T hops.
            FrameLayout::Librosa if front_end.center && front_end.pre_emphasis.is_some() => {
                self.segment_frames
            }
            // T centred columns come from T − 1 to T hops of audio: 173 columns from 3.994 to 4.017
            // s. Users see a round number in between.
            FrameLayout::Librosa if front_end.center => {
                self.segment_frames.saturating_sub(1).max(1)
            }
            FrameLayout::Librosa => self.segment_frames.saturating_sub(1),
            FrameLayout::TensorFlow => self.segment_frames,
        };
        let window = match front_end.framing {
            // Columns that are not centred need the whole of each window.
            FrameLayout::Librosa if !front_end.center => {
                front_end.n_fft as f64 / f64::from(front_end.sample_rate)
            }
            _ => 0.0,
        };
        let seconds = columns as f64 * front_end.column_seconds() + window;
        // The small offset prevents a rounding error from turning 0.96 into 0.97.
        (seconds * 100.0 - 1e-6).ceil() / 100.0
    }

    /// Returns how many scores the network must return.
    pub fn n_outputs(&self) -> usize {
        self.labels.len() + usize::from(self.other_threshold.is_some())
    }

    /// Returns the patches, or the whole segment as the only one.
    pub(crate) fn layout(&self) -> PatchLayout {
        let whole = PatchLayout { frames: self.segment_frames, hop_frames: self.segment_frames };
        self.patch.unwrap_or(whole)
    }

    /// Returns the columns of one input of the network.
    pub fn input_frames(&self) -> usize {
        self.layout().frames
    }

    /// Returns how many inputs of the network form a segment.
    pub fn segment_patches(&self) -> usize {
        let PatchLayout { frames, hop_frames } = self.layout();
        1 + (self.segment_frames - frames) / hop_frames
    }

    /// Returns where each of the `count` patches of a recording of `seconds` starts, in seconds.
    pub fn patch_starts(&self, count: usize, seconds: f64) -> Vec<f64> {
        let PatchLayout { frames, hop_frames } = self.layout();
        let column = self.front_end.column_seconds();
        let latest = match self.padding {
            Padding::Silence => f64::INFINITY,
            Padding::SilenceEitherSide => (seconds - frames as f64 * column).max(0.0),
        };
        (0..count).map(|patch| ((patch * hop_frames) as f64 * column).min(latest)).collect()
    }

    pub(crate) fn vocabulary(&self) -> Vocabulary {
        Vocabulary::of_base(self.labels.clone(), self.taxonomy.clone(), self.decision.thresholds())
    }
}

/// Gives every value of a setting its name in files, for reading and writing.
macro_rules! names {
    ($($table:ident: $setting:ident { $($value:ident = $name:literal),+ })+) => {
        $(
            pub(crate) const $table: &[(&str, $setting)] = &[$(($name, $setting::$value)),+];

            impl $setting {
                /// Its name in model files.
                pub fn name(self) -> &'static str {
                    match self {
                        $($setting::$value => $name),+
                    }
                }
            }
        )+
    };
}

names! {
    ACTIVATIONS: Activation { Softmax = "softmax", Sigmoid = "sigmoid", None = "none" }
    FRAMINGS: FrameLayout { Librosa = "librosa", TensorFlow = "tensorflow" }
    MEL_NORMS: MelNorm { Slaney = "slaney", None = "none" }
    MEL_SCALES: MelScale { Slaney = "slaney", Htk = "htk", Kaldi = "kaldi" }
    PADDINGS: Padding { Silence = "silence", SilenceEitherSide = "silence_either_side" }
    PAD_MODES: PadMode { Constant = "constant", Reflect = "reflect" }
    TRIANGLES: MelTriangles { Hertz = "hertz", Mel = "mel" }
    WINDOWS: Window { Hann = "hann", HannSymmetric = "hann_symmetric" }
}

#[cfg(test)]
pub(crate) mod tests;
