//! Exports a trained network to a model file that is proven to return the same outputs.

use crate::data::columns::{Columns, Normalisation};
use crate::metrics::greatest_difference;
use crate::model::onnx;
use crate::nn::infer::Folded;
use crate::publish::file::write_model;
use anyhow::{Context, Result, ensure};
use prost::Message;
use sourcing_sound::{Classifier, Model, ModelMetadata};
use std::path::Path;

/// Greatest accepted difference of a logit between the exported file and the trained network.
pub const TOLERANCE: f32 = 1e-3;
/// Fewest clips to check an export on.
pub const MIN_CHECKS: usize = 16;

/// Writes `path` if, and only if, the file as the core crate runs it agrees with `network` on
/// every one of `clips`. Returns the greatest difference of a logit.
///
/// # Errors
/// If the file cannot be loaded again, differs by more than [`TOLERANCE`], or cannot be written;
/// `path` is then unchanged.
pub fn export(
    path: &Path,
    network: &Folded,
    metadata: &ModelMetadata,
    clips: &[&Columns],
) -> Result<f32> {
    ensure!(clips.len() >= MIN_CHECKS, "an export is checked on at least {MIN_CHECKS} clips");
    let frames = metadata.segment_frames;
    let bytes = onnx::model(network, frames, metadata.to_props()).encode_to_vec();
    let model = Model::from_onnx(&bytes).context("loading the exported network")?;
    ensure!(model.metadata() == metadata, "the metadata changed on their way through the file");
    let difference = compare(network, metadata, model, clips)?;
    ensure!(
        difference <= TOLERANCE,
        "the exported network differs from the trained one by {difference} in a logit, \
         {TOLERANCE} is accepted"
    );
    write_model(path, &bytes)?;
    Ok(difference)
}

/// Returns the greatest difference of a logit between the trained network and the model file, for
/// the same columns.
fn compare(
    network: &Folded,
    metadata: &ModelMetadata,
    model: Model,
    clips: &[&Columns],
) -> Result<f32> {
    let normalisation = Normalisation { mean: metadata.mean, std: metadata.std };
    let silence = metadata.front_end.silent_value();
    let frames = metadata.segment_frames;
    let features = network.pooled_segments(clips, frames, silence, normalisation)?;
    let mut classifier = Classifier::new(model)?;
    let mut greatest = 0f32;
    for (clip, features) in clips.iter().zip(features) {
        let values = clip.frames().min(frames) * clip.n_mels;
        let there = classifier.logits_of_columns(&clip.values[..values])?;
        let here = network.linear.logits(&features);
        greatest = greatest.max(greatest_difference(&there, &here).context("the logits")?);
    }
    Ok(greatest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::random_columns;
    use crate::model::config::front_end;
    use crate::model::network::NetConfig;
    use crate::nn::weights;
    use crate::random::generator;
    use sourcing_sound::{Activation, Card, Decision, Labels, Padding};

    fn metadata(n_labels: usize) -> ModelMetadata {
        ModelMetadata {
            name: "test".into(),
            description: "a test".into(),
            labels: Labels::new((0..n_labels).map(|i| format!("label {i}")).collect()).unwrap(),
            front_end: front_end(),
            mean: -38.25,
            std: 17.5,
            segment_frames: 173,
            patch: None,
            decision: Decision {
                hop_seconds: 0.5,
                activation: Activation::Softmax,
                temperature: 1.25,
                rejection_threshold: 0.3,
                smoothing_seconds: 1.0,
                event_on: 0.5,
                event_off: 0.35,
            },
            padding: Padding::Silence,
            other_threshold: None,
            embedding_size: None,
            taxonomy: None,
            card: Card {
                training_data: "none".into(),
                folds: "none".into(),
                accuracy: "none".into(),
                licence: "none".into(),
                config_hash: "0".into(),
            },
        }
    }

    fn network(seed: u64) -> Folded {
        let config = NetConfig::compact(64, 10).network(173);
        let mut rng = generator(seed, "test", &[]);
        let mut weights = weights::random(&config, &mut rng).unwrap();
        // Batch norms that have an effect.
        for (index, array) in weights.parameters.iter_mut().enumerate() {
            if array.shape.len() == 1 {
                let shift = 0.1 * index as f32;
                array.values.iter_mut().for_each(|value| *value += shift);
            }
        }
        for array in &mut weights.statistics {
            array.values.iter_mut().enumerate().for_each(|(i, v)| *v += 0.02 * i as f32);
        }
        Folded::new(&config, &weights).unwrap()
    }

    fn clips() -> Vec<Columns> {
        (0..16).map(|i| random_columns(64, [1, 40, 100, 173][i % 4], i as u64)).collect()
    }

    #[test]
    fn the_file_agrees_with_the_network() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clips) = (folder.path().join("new/model.onnx"), clips());
        let references: Vec<_> = clips.iter().collect();
        let difference = export(&path, &network(1), &metadata(10), &references).unwrap();
        assert!(difference <= 1e-4, "{difference}");
        let model = Model::from_onnx(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(model.metadata(), &metadata(10));
        let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "no temporary file is left");
    }

    #[test]
    fn another_network_is_noticed() {
        let clips = clips();
        let references: Vec<_> = clips.iter().collect();
        let (metadata, frames) = (metadata(10), 173);
        let bytes = onnx::model(&network(2), frames, metadata.to_props()).encode_to_vec();
        let model = Model::from_onnx(&bytes).unwrap();
        let difference = compare(&network(1), &metadata, model, &references).unwrap();
        assert!(difference > TOLERANCE, "{difference}");
    }

    #[test]
    fn unchecked_models_are_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.onnx");
        let clips = clips();
        let references: Vec<_> = clips.iter().collect();
        assert!(export(&path, &network(1), &metadata(10), &references[..15]).is_err());
        assert!(export(&path, &network(1), &metadata(9), &references).is_err(), "9 labels of 10");
        assert!(!path.exists());
    }
}
