//! `classify`: recordings and a model → predictions, printed as text, csv or JSON lines in the
//! order of the inputs.

mod args;
mod report;

use std::io;
use std::path::PathBuf;

use sourcing_sound::{Classifier, Pcm, SampleRate};
use sourcing_sound_decode::decode;

use crate::files::expand;
use crate::outcome::{Failure, Outcome, coded};
use crate::parallel::{in_order, worker_count};

pub(crate) use args::{ClassifyOptions, RawClassify};
use report::Classified;

/// Classifies all inputs and prints the report to stdout.
///
/// # Errors
/// If the model cannot be loaded or the report cannot be written. Inputs that fail are named on
/// stderr and make the outcome [`Outcome::Partial`].
pub(crate) fn run(options: ClassifyOptions) -> anyhow::Result<Outcome> {
    let model = options.model.load()?;
    let inputs = expand(&options.inputs);
    let mut classifiers = Vec::new();
    for _ in 0..worker_count(inputs.len()) {
        classifiers.push(model.classifier().map_err(coded)?);
    }
    let output = io::stdout().lock();
    let mut report = report::open(options.format, options.top, &classifiers[0], output)?;
    let work = |classifier: &mut Classifier, path| {
        classify_recording(classifier, options.hop_seconds, path)
    };
    in_order(inputs, classifiers, work, |classified| Ok(report.write(&classified)?))
}

fn classify_recording(
    classifier: &mut Classifier,
    hop_seconds: Option<f64>,
    path: PathBuf,
) -> Result<Classified, Failure> {
    let recording = decode(&path).map_err(Failure::Decode)?;
    let duration = recording.duration_seconds();
    let predictions = SampleRate::new(recording.sample_rate)
        .and_then(|rate| Pcm::new(&recording.samples, rate))
        .and_then(|pcm| match hop_seconds {
            Some(hop) => classifier.classify_with_hop(pcm, hop),
            None => classifier.classify(pcm),
        });
    match predictions {
        Ok(predictions) => Ok(Classified { path, duration, predictions }),
        Err(error) => Err(Failure::Analyse { path, error }),
    }
}
