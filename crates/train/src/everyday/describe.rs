//! What the everyday model's file says about itself.

use super::network::{N_MELS, PATCH_FRAMES};
use sourcing_sound::{
    Activation, FrameLayout, FrontEndConfig, Labels, LogScale, MelNorm, MelScale, MelTriangles,
    ModelMetadata, PadMode, Padding, PatchLayout, Taxonomy, Window,
};

/// YAMNet's front end: 16 kHz, windows of 25 ms every 10 ms, 64 mel bands of magnitudes from
/// 125 to 7,500 Hz, ln(x + 0.001). Constants of the graph in the SavedModel.
fn front_end() -> FrontEndConfig {
    FrontEndConfig {
        sample_rate: 16_000,
        pre_emphasis: None,
        n_fft: 512,
        win_length: 400,
        window: Window::Hann,
        hop_length: 160,
        center: false,
        pad_mode: PadMode::Constant,
        framing: FrameLayout::TensorFlow,
        power: 1.0,
        n_mels: N_MELS,
        f_min: 125.0,
        f_max: 7_500.0,
        mel_scale: MelScale::Htk,
        norm: MelNorm::None,
        triangles: MelTriangles::Mel,
        log: LogScale::Natural { offset: 0.001 },
    }
}

/// The metadata for a network of `embedding_size` features; `config_hash` identifies the
/// variables that it was made from.
pub fn metadata(
    labels: Labels,
    taxonomy: Taxonomy,
    embedding_size: usize,
    config_hash: String,
) -> ModelMetadata {
    ModelMetadata {
        name: "everyday".to_owned(),
        description: format!(
            "Tells {} everyday sounds apart, several at a time: YAMNet, by Google.",
            labels.len()
        ),
        labels,
        front_end: front_end(),
        mean: 0.0,
        std: 1.0,
        segment_frames: PATCH_FRAMES,
        patch: Some(PatchLayout { frames: PATCH_FRAMES, hop_frames: PATCH_FRAMES / 2 }),
        hop_seconds: 0.48,
        padding: Padding::Silence,
        activation: Activation::None,
        temperature: 1.0,
        // 1.6% of 32,699 patches of city, homes, nature and speech have no score of 0.1; what
        // comes first there says nothing.
        rejection_threshold: 0.1,
        other_threshold: None,
        embedding_size: Some(embedding_size),
        taxonomy: Some(taxonomy),
        smoothing_seconds: 1.0,
        event_on: 0.3,
        event_off: 0.15,
        training_data: "AudioSet (J. F. Gemmeke et al., \"Audio Set: An ontology and \
             human-labeled dataset for audio events\", ICASSP 2017), by Google"
            .to_owned(),
        folds: "trained and evaluated by Google on AudioSet's own training and evaluation sets"
            .to_owned(),
        accuracy: "balanced mAP 0.306, d-prime 2.318 over 521 labels (AudioSet's evaluation set, \
             n = 20,366, as published for the original)"
            .to_owned(),
        licence: "Weights: Apache-2.0 (YAMNet, The TensorFlow Authors)".to_owned(),
        config_hash,
    }
}
