//! Turns recordings into examples, several recordings at a time, in the order of the inputs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use sourcing_sound::{Classifier, Example, MAX_EXAMPLES, Model, Pcm, SampleRate};
use sourcing_sound_decode::Warning;

use super::args::TeachOptions;
use super::recording;
use crate::files::{self, note_passed_over};
use crate::outcome::{Failure, Outcome, coded, warning};
use crate::output::note;
use crate::parallel::{in_order, worker_count};

/// A recording to learn from.
struct Input {
    /// The label of its sound; `None` for something else.
    label: Option<Arc<str>>,
    path: PathBuf,
}

/// What a recording has given.
struct Learned {
    path: PathBuf,
    examples: Vec<Example>,
    /// What was wrong with it: an example may be shorter than its recording was.
    warnings: Vec<Warning>,
}

/// Adds the examples of all recordings to `examples`, without those that are already there.
///
/// # Errors
/// If there are too many examples, or a label has none. Recordings that fail are named on stderr
/// and make the outcome [`Outcome::Partial`].
pub(super) fn gather(
    options: &TeachOptions,
    model: &Model,
    examples: &mut Vec<Example>,
) -> anyhow::Result<Outcome> {
    let inputs = inputs(options);
    let mut classifiers = Vec::new();
    for _ in 0..worker_count(inputs.len()) {
        classifiers.push(Classifier::new(model.clone()).map_err(coded)?);
    }
    let earlier = examples.len();
    let outcome = in_order(inputs, classifiers, learn, |learned: Learned| {
        for one in &learned.warnings {
            note(warning(&learned.path, one));
        }
        let mut found = learned.examples;
        tell_apart(&mut found, &examples[..earlier]);
        for example in found {
            if !examples.iter().any(|known| is_same(known, &example)) {
                examples.push(example);
            }
        }
        match examples.len() > MAX_EXAMPLES {
            true => bail!("there are more than {MAX_EXAMPLES} examples [limit]"),
            false => Ok(()),
        }
    })?;
    // Examples spell a label as the model does.
    let has_example = |label: &str| {
        let own = model.metadata().labels.iter().find(|own| own.eq_ignore_ascii_case(label));
        examples.iter().any(|one| one.label.as_deref() == Some(own.unwrap_or(label)))
    };
    match options.labels.iter().find(|inputs| !has_example(&inputs.label)) {
        Some(inputs) => bail!(
            "label {}: none of its recordings can be used, so nothing is written [audio-empty]",
            inputs.label
        ),
        None => Ok(outcome),
    }
}

/// Returns all recordings: those of the labels in order, then the background. Says on stderr what
/// was skipped.
fn inputs(options: &TeachOptions) -> Vec<Result<Input, Failure>> {
    let labels = options.labels.iter();
    let labels = labels.map(|of| (Some(Arc::<str>::from(of.label.as_str())), of.inputs.as_slice()));
    let groups = labels.chain([(None, options.background.as_slice())]);
    let (mut inputs, mut passed_over) = (Vec::new(), BTreeMap::new());
    for (label, paths) in groups {
        let found = files::find(paths);
        for (kind, count) in &found.passed_over {
            *passed_over.entry(kind.clone()).or_default() += count;
        }
        let with_label = |path| Input { label: label.clone(), path };
        inputs.extend(found.into_paths().map(|path| path.map(with_label)));
    }
    note_passed_over(&passed_over);
    inputs
}

fn learn(classifier: &mut Classifier, input: Input) -> Result<Learned, Failure> {
    let Input { label, path } = input;
    let recording = recording::read(&path)?;
    // Files with the same name in different folders are different recordings.
    let name = files::text(&path);
    let examples = SampleRate::new(recording.sample_rate)
        .and_then(|rate| Pcm::new(&recording.samples, rate))
        .and_then(|pcm| Example::of_recording(classifier, label.as_deref(), &name, pcm));
    match examples {
        Ok(examples) => Ok(Learned { path, examples, warnings: recording.warnings }),
        Err(error) => Err(Failure::Analyse { path, error }),
    }
}

/// Renames a recording, with digits of its hash, if one of an earlier run has the same name: the
/// path may have been another file then. Not if they share audio.
fn tell_apart(found: &mut [Example], earlier: &[Example]) {
    let Some(first) = found.first() else { return };
    let of_name = |one: &&Example| one.label == first.label && one.recording == first.recording;
    let mut known = earlier.iter().filter(of_name).peekable();
    let is_known = |one: &Example| found.iter().any(|new| new.sha256 == one.sha256);
    if known.peek().is_none() || known.any(is_known) {
        return;
    }
    let name = format!("{} ({:.8})", first.recording, first.sha256);
    found.iter_mut().for_each(|one| one.recording.clone_from(&name));
}

/// Returns whether it is the same piece of the same recording. A copy under another name is kept;
/// the report counts it only once.
fn is_same(a: &Example, b: &Example) -> bool {
    a.sha256 == b.sha256 && a.label == b.label && a.recording == b.recording
}
