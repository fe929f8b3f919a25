//! Chooses the rows to print.

use sourcing_sound::{Classifier, Labels};

use crate::outcome::UsageError;

/// The rows that the user requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    /// The lowest score.
    pub(crate) min_score: Option<f32>,
    /// The labels; all of them if empty.
    pub(crate) labels: Vec<String>,
}

impl Filter {
    /// Finds the labels among those of the classifier. Case is ignored. Names in one argument are
    /// separated by commas; because labels may contain commas, the longest existing name is taken.
    ///
    /// # Errors
    /// If the classifier does not have one of them; the message names similar ones.
    pub(crate) fn resolve(&mut self, classifier: &Classifier) -> Result<(), UsageError> {
        let known = &classifier.metadata().labels;
        let mut labels = Vec::new();
        for given in &self.labels {
            let names = given.split(',').map(str::trim).filter(|name| !name.is_empty());
            let mut rest: Vec<&str> = names.collect();
            while let Some(first) = rest.first() {
                let found = (1..=rest.len())
                    .rev()
                    .find_map(|count| Some((find(known, &rest[..count])?, count)));
                let Some((label, count)) = found else { return Err(unknown(first, known)) };
                labels.push(label.to_owned());
                rest.drain(..count);
            }
        }
        if labels.is_empty() && !self.labels.is_empty() {
            return Err(UsageError("--labels contains no label".to_owned()));
        }
        self.labels = labels;
        Ok(())
    }

    pub(crate) fn is_everything(&self) -> bool {
        *self == Filter::default()
    }

    /// Returns whether a label is requested, whatever its score.
    pub(crate) fn wants(&self, label: &str) -> bool {
        self.labels.is_empty() || self.labels.iter().any(|wanted| wanted == label)
    }

    pub(crate) fn passes(&self, label: &str, score: f32) -> bool {
        self.min_score.is_none_or(|least| score >= least) && self.wants(label)
    }
}

/// Finds the label that consists of these parts between commas, preferably in the same case.
fn find<'a>(known: &'a Labels, parts: &[&str]) -> Option<&'a str> {
    let is = |label: &str, same: fn(&str, &str) -> bool| {
        let own: Vec<&str> = label.split(',').map(str::trim).collect();
        own.len() == parts.len() && own.iter().zip(parts).all(|(own, part)| same(own, part))
    };
    let ignoring_case = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let exact = known.iter().find(|label| is(label, |a, b| a == b));
    exact.or_else(|| known.iter().find(|label| is(label, ignoring_case)))
}

fn unknown(given: &str, known: &Labels) -> UsageError {
    let lower = given.to_lowercase();
    let near = known.iter().filter(|label| label.to_lowercase().contains(&lower));
    let near: Vec<String> = near.take(5).map(|label| format!("{label:?}")).collect();
    let hint = match near.as_slice() {
        [] => {
            "`sourcing-sound inspect --format json`, with the same --model and --head, lists them"
                .to_owned()
        }
        near => format!("did you mean {}?", near.join(" or ")),
    };
    UsageError(format!("--labels: the model has no label {given:?}; {hint} [config]"))
}
