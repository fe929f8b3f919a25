//! The metadata in the everyday model's file.

use super::layout::N_MELS;
use anyhow::Result;
use sourcing_sound::{
    Activation, Card, Decision, FrameLayout, FrontEnd, FrontEndConfig, Labels, LogScale, MelNorm,
    MelScale, MelTriangles, ModelMetadata, PadMode, Padding, PatchLayout, Pcm, SampleRate,
    Taxonomy, Window, lay_out,
};

/// Subtracted from the log-mel values.
const MEAN: f32 = -4.5;
/// Divides them after that.
const STD: f32 = 5.0;

/// Returns the front end that the checkpoint was trained with (its authors', after Kaldi): 32 kHz,
/// pre-emphasis, 25 ms every 10 ms, 128 mel bands up to 15 kHz, ln(x + 1e-5).
pub fn front_end() -> FrontEndConfig {
    FrontEndConfig {
        sample_rate: 32_000,
        n_fft: 1024,
        win_length: 800,
        hop_length: 320,
        window: Window::HannSymmetric,
        center: true,
        pad_mode: PadMode::Reflect,
        pre_emphasis: Some(0.97),
        framing: FrameLayout::Librosa,
        power: 2.0,
        n_mels: N_MELS,
        f_min: 0.0,
        f_max: 15_000.0,
        mel_scale: MelScale::Kaldi,
        norm: MelNorm::None,
        triangles: MelTriangles::Mel,
        log: LogScale::Natural { offset: 1e-5 },
    }
}

/// Columns in a second.
pub const COLUMNS_PER_SECOND: usize = 100;

/// Returns the columns of mono samples at the front end's own rate: `[frames][128]`.
pub fn columns(front_end: &mut FrontEnd, samples: &[f32]) -> Result<Vec<f32>> {
    let rate = SampleRate::new(front_end.config().sample_rate)?;
    Ok(front_end.columns(Pcm::new(samples, rate)?)?)
}

/// Turns columns, `[frames][128]`, into the network's normalised image, `[128][frames]`.
pub fn transpose(columns: &[f32]) -> Vec<f32> {
    let mut image = vec![0.0; columns.len()];
    lay_out(columns, N_MELS, 0.0, (MEAN, STD), &mut image);
    image
}

/// How the network is used, as measurements suggest.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Use {
    /// Columns in one input of the network.
    pub window_frames: usize,
    /// Columns from one window to the next.
    pub hop_frames: usize,
    /// Seconds over which streamed scores are averaged.
    pub smoothing_seconds: f64,
    /// A segment with a lower best score is rejected.
    pub rejection_threshold: f32,
    /// Score at which an event starts.
    pub event_on: f32,
    /// Score below which it ends.
    pub event_off: f32,
    /// Whether a recording that is shorter than an input gets silence on either side, and not only
    /// after it.
    pub silence_either_side: bool,
}

/// Returns the metadata of a file.
pub fn metadata(
    (labels, taxonomy): (Labels, Taxonomy),
    embedding_size: usize,
    card: Card,
    used: Use,
) -> ModelMetadata {
    ModelMetadata {
        name: "everyday".to_owned(),
        description: format!(
            "Tells {} everyday sounds apart, several at a time: speech, animals, vehicles, alarms, \
             tools, music, weather.",
            labels.len()
        ),
        labels,
        front_end: front_end(),
        mean: MEAN,
        std: STD,
        segment_frames: used.window_frames,
        patch: Some(PatchLayout { frames: used.window_frames, hop_frames: used.hop_frames }),
        decision: Decision {
            hop_seconds: used.hop_frames as f64 / COLUMNS_PER_SECOND as f64,
            activation: Activation::Sigmoid,
            temperature: 1.0,
            rejection_threshold: used.rejection_threshold,
            smoothing_seconds: used.smoothing_seconds,
            event_on: used.event_on,
            event_off: used.event_off,
        },
        padding: match used.silence_either_side {
            true => Padding::SilenceEitherSide,
            false => Padding::Silence,
        },
        other_threshold: None,
        embedding_size: Some(embedding_size),
        taxonomy: Some(taxonomy),
        card,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_rows() {
        let columns: Vec<f32> = (0..2 * N_MELS).map(|i| i as f32).collect();
        let image = transpose(&columns);
        assert_eq!(image[0], (0.0 + 4.5) / 5.0);
        assert_eq!(image[1], (N_MELS as f32 + 4.5) / 5.0);
        assert_eq!(image[2], (1.0 + 4.5) / 5.0);
    }
}
