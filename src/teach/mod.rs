//! Turns a few examples of a sound into a head that adds its label to a model.
//!
//! A label's weights are the mean of its examples minus the mean of everyday sounds, after damping
//! the directions in which everyday sounds vary most: nearest mean with a shrunken covariance, in
//! closed form. Scores are scaled so that everyday sounds score 0 and the examples 1 on average.
//! Nothing is iterated, so leaving a recording out costs only a few additions, and each score in
//! the report is by weights that were fitted without the recording. Only a threshold that is raised
//! by something else depends on it.
//!
//! A label's weights push down background and other labels' examples with high scores. No score of
//! the base changes, except for a base label with the same name as a taught label, which adds to
//! it.

mod assemble;
mod background;
mod example;
mod file;
mod findings;
mod fit;
mod merge;
mod recordings;
mod report;
mod weights;

use crate::audio::Pcm;
use crate::base::Base;
use crate::classifier::Classifier;
use crate::error::Result;
use crate::head::Head;
use crate::model::Model;

pub use background::{Background, Direction};
pub use example::{Example, MAX_EXAMPLES};
pub use file::{examples_from_json, examples_to_json};
pub use findings::{Finding, FindingKind};
pub use report::{LabelReport, Report, Share};

#[cfg(all(target_arch = "wasm32", feature = "web-teacher"))]
pub(crate) use file::read;

/// Collects examples of sounds, and trains heads from them.
///
/// ```
/// # fn teach() -> sourcing_sound::Result<()> {
/// use sourcing_sound::{Background, Classifier, Model, Pcm, SampleRate, Teacher};
///
/// let rate = SampleRate::new(16_000)?;
/// let hum: Vec<f32> = (0..64_000).map(|i| 0.2 * (i as f32 * 0.05).sin()).collect();
/// let model = Model::everyday()?;
/// let mut teacher = Teacher::new(model.clone(), Background::everyday()?)?;
/// teacher.add("my fridge", "monday.wav", Pcm::new(&hum, rate)?)?;
/// let taught = teacher.train("kitchen")?;
/// println!("{}", taught.report);
/// let classifier = Classifier::with_head(model, taught.head)?;
/// # Ok(())
/// # }
/// # #[cfg(feature = "everyday")]
/// # teach().unwrap();
/// ```
pub struct Teacher {
    classifier: Classifier,
    background: Background,
    examples: Vec<Example>,
}

/// A trained head, its report and its examples.
#[derive(Clone, Debug)]
pub struct Taught {
    /// Adds the taught labels to the model.
    pub head: Head,
    /// How well each label is distinguished from everything else, and what is wrong with the
    /// examples.
    pub report: Report,
    examples: Vec<Example>,
}

impl Teacher {
    /// Starts without examples.
    ///
    /// # Errors
    /// `config` for a model without an embedding; `head-mismatch` if the background was made for
    /// another model, `head-format` if its sizes do not fit.
    pub fn new(model: Model, background: Background) -> Result<Self> {
        background.check_fit(model.base())?;
        Ok(Teacher { classifier: Classifier::new(model)?, background, examples: Vec::new() })
    }

    /// Adds a recording of a sound, in pieces of at most 10 s, without pieces that have been added
    /// before; returns how many were added. `recording` names its origin: pieces of one recording
    /// count together, and are left out together when the head is evaluated. A label that the model
    /// has, ignoring case, adds to the model's: the score is the higher of both.
    ///
    /// # Errors
    /// `config` for an empty label; `audio-silent` if nothing in it is louder than −65 dBFS;
    /// `limit` above [`MAX_EXAMPLES`] examples, an hour, or 256 bytes of a label; otherwise those
    /// of [`Classifier::patches`].
    pub fn add(&mut self, label: &str, recording: &str, pcm: Pcm<'_>) -> Result<usize> {
        self.push(Some(label), recording, pcm)
    }

    /// Adds a recording of something else, in which none of the labels should be recognised.
    /// Optional: the model's background represents everyday sounds.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_background(&mut self, recording: &str, pcm: Pcm<'_>) -> Result<usize> {
        self.push(None, recording, pcm)
    }

    fn push(&mut self, label: Option<&str>, recording: &str, pcm: Pcm<'_>) -> Result<usize> {
        let mut added = Example::of_recording(&mut self.classifier, label, recording, pcm)?;
        added.retain(|new| !self.examples.iter().any(|old| old.is_same(new)));
        self.keep(added)
    }

    /// Returns the examples so far, in the order in which they were added.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Removes and returns an example; `None` if there is no such index.
    pub fn remove(&mut self, index: usize) -> Option<Example> {
        (index < self.examples.len()).then(|| self.examples.remove(index))
    }

    /// Adds the examples of a file written by [`Taught::to_json`], without those that have been
    /// added before; returns how many were added. A recording with the name of another one gets a
    /// new name, with digits of its hash, unless they share audio.
    ///
    /// # Errors
    /// `head-format` for bytes that are not such a file or hold no examples; `head-mismatch` if it
    /// was made for another model; `limit` above [`MAX_EXAMPLES`] examples, 64 MiB, or 256 bytes of a
    /// label.
    pub fn merge(&mut self, bytes: &[u8]) -> Result<usize> {
        let given = file::read(bytes, self.classifier.model().base())?;
        self.keep(merge::new_ones(&self.examples, given))
    }

    fn keep(&mut self, new: Vec<Example>) -> Result<usize> {
        let count = new.len();
        example::check_count(self.examples.len() + count)?;
        self.examples.extend(new);
        Ok(count)
    }

    /// Trains a head called `name`.
    ///
    /// # Errors
    /// As [`train`].
    pub fn train(&self, name: &str) -> Result<Taught> {
        train(self.classifier.model(), &self.background, name, &self.examples)
    }
}

/// Trains a head called `name` for `model` from examples. The same examples in the same order give
/// the same head, bit for bit.
///
/// # Errors
/// `config` if there is no example with a label, or if a label's examples cannot be distinguished
/// from the background at all; `limit` above [`MAX_EXAMPLES`] examples; `head-mismatch` or
/// `head-format` if background or examples do not fit the model.
pub fn train(
    model: &Model,
    background: &Background,
    name: &str,
    examples: &[Example],
) -> Result<Taught> {
    train_for(model.base(), background, name, examples)
}

/// Trains for a model of which only `base` is known.
pub(crate) fn train_for(
    base: Base<'_>,
    background: &Background,
    name: &str,
    examples: &[Example],
) -> Result<Taught> {
    background.check_fit(base)?;
    example::check_count(examples.len())?;
    example::check_fit(examples, base)?;
    let mut examples = examples.to_vec();
    example::spell(&mut examples, base);
    let groups = fit::groups(background, &example::scales(base), &examples);
    let lessons = fit::lessons(background, &groups)?;
    let report = Report::new(base, &examples, &lessons);
    let head = assemble::head(base, background, name, &examples, &lessons, &report)?;
    Ok(Taught { head, report, examples })
}

impl Taught {
    /// Returns the examples that it was trained on.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Returns the file `NAME.sound.json`: a head file that also holds the examples as vectors,
    /// without their audio. [`Head::from_json`] reads it as any head; [`Teacher::merge`] reads the
    /// examples.
    pub fn to_json(&self) -> String {
        file::write(&self.head, &self.examples)
    }
}
