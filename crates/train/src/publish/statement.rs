//! The statements in the file of a model or a head: its settings in use, and how it was evaluated.

use crate::data::dataset::{Slice, format_folds};
use crate::metrics::left_out::LeftOut;
use crate::publish::provenance::Provenance;
use sourcing_sound::{Activation, Card, Decision};
use std::collections::BTreeSet;

/// Returns the statements about weights that were trained on the clips `trained`. The stages are
/// those of the networks or heads, `what`, that left out folds of them.
pub fn card<'a, T>(
    provenance: &Provenance,
    trained: impl Iterator<Item = &'a Slice>,
    (what, stages): (&str, &[LeftOut<T>]),
    (seed, config_hash): (u64, String),
) -> Card {
    let (folds, accuracy) = if stages.is_empty() {
        let nothing = "not measured: nothing could be left out";
        ("trained on everything".to_owned(), nothing.to_owned())
    } else {
        let trained: BTreeSet<_> = trained.map(|slice| slice.fold).collect();
        let left_out: Vec<_> = stages.iter().map(|stage| stage.test_folds.as_str()).collect();
        let accuracy = |stage: &LeftOut<T>| {
            let percent = 100.0 * stage.scores.accuracy;
            format!("{percent:.1}% (left-out {}, n = {})", stage.test_folds, stage.n_test)
        };
        let accuracies: Vec<_> = stages.iter().map(accuracy).collect();
        let folds = format!(
            "trained on folds {}; evaluated by {what} that left out {} in turn",
            format_folds(&trained),
            left_out.join(", ")
        );
        (folds, format!("{}; seed {seed}", accuracies.join(", ")))
    };
    let (training_data, licence) = (provenance.training_data.clone(), provenance.licence.clone());
    Card { training_data, folds, accuracy, licence, config_hash }
}

/// Returns the settings of one label at a time, smoothed over 1 s; an event starts at 0.5 and ends
/// below 0.35.
pub fn decision(hop_seconds: f64, temperature: f32, rejection_threshold: f32) -> Decision {
    Decision {
        hop_seconds,
        activation: Activation::Softmax,
        temperature,
        rejection_threshold,
        smoothing_seconds: 1.0,
        event_on: 0.5,
        event_off: 0.35,
    }
}
