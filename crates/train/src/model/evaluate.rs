//! The `evaluate` command: scores an exported model file through the core crate, from audio
//! file to prediction.

use crate::data::columns;
use crate::data::dataset::{Dataset, Slice, parse_folds};
use crate::data::parallel;
use crate::metrics::{ClassScore, Scores, scores_of_confusion};
use crate::program;
use crate::progress;
use crate::publish::file::read_model;
use anyhow::{Context, Result, anyhow, ensure};
use sourcing_sound::{Classifier, Pcm, SampleRate};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `evaluate`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// The model file.
    #[arg(long)]
    pub model: PathBuf,
    /// UrbanSound8K, or a set in its layout.
    #[arg(long)]
    pub data: PathBuf,
    /// Folds to score, such as 1,2 or 3-9 [default: all that are present].
    #[arg(long, value_parser = parse_folds)]
    pub folds: Option<BTreeSet<u32>>,
}

/// Runs the command; exit code 1 if files could not be scored.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let model = read_model(&arguments.model)?;
    let dataset = Dataset::read(&arguments.data)?;
    progress::lines(&dataset.findings);
    let labels: Vec<_> = model.metadata().labels.iter().map(str::to_owned).collect();
    let wanted =
        |slice: &&Slice| arguments.folds.as_ref().is_none_or(|folds| folds.contains(&slice.fold));
    let slices: Vec<_> = dataset.slices.iter().filter(wanted).collect();
    ensure!(!slices.is_empty(), "none of the wanted folds has clips here");
    let true_labels = true_labels(&slices, &dataset.labels, &labels)?;
    let start = || Classifier::new(model.clone());
    let predictions = parallel::map("classifying", &slices, start, |classifier, slice| {
        predict(classifier.as_mut().map_err(|error| anyhow!("{error}"))?, slice)
    });
    let mut confusion = vec![vec![0usize; labels.len()]; labels.len()];
    let mut failures = 0;
    for ((slice, truth), predicted) in slices.iter().zip(true_labels).zip(predictions) {
        match predicted {
            Ok(predicted) => confusion[truth][predicted] += 1,
            Err(error) => {
                eprintln!("not scored: {}: {error:#}", slice.path.display());
                failures += 1;
            }
        }
    }
    program::print(&table(&scores_of_confusion(confusion, &labels)))?;
    if failures > 0 {
        eprintln!("{failures} of {} clips could not be scored", slices.len());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns, for each clip, the index of its label among those of the model.
fn true_labels(slices: &[&Slice], of_data: &[String], of_model: &[String]) -> Result<Vec<usize>> {
    let true_label = |slice: &&Slice| {
        let name = &of_data[slice.label];
        let index = of_model.iter().position(|label| label == name);
        index.with_context(|| format!("the model has no label {name}"))
    };
    slices.iter().map(true_label).collect()
}

/// Returns the index of the label that the model gives a clip, cut to the length in the table.
fn predict(classifier: &mut Classifier, slice: &Slice) -> Result<usize> {
    let recording = columns::decode(&slice.into())?;
    let pcm = Pcm::new(&recording.samples, SampleRate::new(recording.sample_rate)?)?;
    let predictions = classifier.classify(pcm)?;
    let first = predictions.first().context("the classifier gave no prediction")?;
    let best = first.top(1);
    Ok(best.first().context("the prediction has no labels")?.index)
}

/// Returns the accuracy, macro-F1, a table of labels and the confusion matrix as text.
fn table(scores: &Scores) -> String {
    let total: usize = scores.classes.iter().map(|class| class.support).sum();
    let mut text = format!(
        "accuracy  {:.4}  ({total} clips)\nmacro-F1  {:.4}\n\n{:<20} {:>9} {:>9} {:>9} {:>9}\n",
        scores.accuracy, scores.macro_f1, "label", "precision", "recall", "F1", "clips"
    );
    for ClassScore { label, precision, recall, f1, support } in &scores.classes {
        text += &format!("{label:<20} {precision:>9.3} {recall:>9.3} {f1:>9.3} {support:>9}\n");
    }
    text += "\nconfusion (row: true label, column: given label)\n";
    for (class, row) in scores.classes.iter().zip(&scores.confusion) {
        let row: String = row.iter().map(|count| format!("{count:>5}")).collect();
        text += &format!("{:<20}{row}\n", class.label);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::slice;

    #[test]
    fn labels_are_found_by_name_and_one_that_the_model_lacks_is_named() {
        let clips = [slice("a", 1, 1), slice("b", 1, 0)];
        let clips: Vec<_> = clips.iter().collect();
        let names = |names: [&str; 2]| names.map(str::to_owned);
        let of_model = names(["cat", "dog"]);
        let found = true_labels(&clips, &names(["dog", "cat"]), &of_model).unwrap();
        assert_eq!(found, [0, 1]);
        let error = true_labels(&clips, &names(["dog", "cow"]), &of_model).unwrap_err();
        assert_eq!(error.to_string(), "the model has no label cow");
        let dogs = &clips[1..];
        assert!(true_labels(dogs, &names(["dog", "cow"]), &of_model).is_ok(), "no cow is asked");
    }
}
