//! The method of each experiment.

use crate::experiment::arguments::Arguments;
use crate::experiment::boosting::{Boosting, Rows};
use crate::experiment::logistic::Logistic;
use crate::experiment::method::Method;
use crate::experiment::name::Name;
use crate::experiment::networks::{Kind, Networks, Options};
use anyhow::{Context, Result, bail};
use sourcing_sound_train::data::dataset::Dataset;

/// The label that is separated from the rest by default, if the data set has it: the second rarest
/// of UrbanSound8K, about one clip in twenty, so that never answering yes is right nineteen times
/// in twenty.
const DEFAULT_POSITIVE: &str = "car_horn";

/// Returns the method of an experiment other than `leakage`, which runs another's method.
pub fn build(name: Name, arguments: &Arguments, dataset: &Dataset) -> Result<Box<dyn Method>> {
    Ok(match name {
        Name::Logistic => Box::new(Logistic::default()),
        Name::OneVsRestBoosting | Name::WindowedBoosting => {
            let (index, label) = positive(arguments.positive.as_deref(), dataset)?;
            let rows = match name {
                Name::WindowedBoosting => Rows::Windows,
                _ => Rows::Statistics,
            };
            Box::new(Boosting::new(rows, index, label))
        }
        Name::SlicesCnn => network(Kind::SlicesCnn, arguments),
        Name::MfccCnn => network(Kind::MfccCnn, arguments),
        Name::MelCnn => network(Kind::MelCnn, arguments),
        Name::Rnn => network(Kind::Rnn, arguments),
        Name::Leakage => bail!("leakage runs the method of another experiment"),
    })
}

fn network(kind: Kind, arguments: &Arguments) -> Box<dyn Method> {
    let Arguments { epochs, batch, .. } = *arguments;
    let options = Options { epochs, batch, ..Options::default() };
    Box::new(Networks::new(kind, &options))
}

/// Returns the requested label, otherwise car_horn, otherwise the rarest one that occurs.
fn positive<'a>(wanted: Option<&str>, dataset: &'a Dataset) -> Result<(usize, &'a str)> {
    let labels = &dataset.labels;
    let index = match wanted {
        Some(wanted) => labels.iter().position(|label| label == wanted).with_context(|| {
            format!("there is no label {wanted:?}; labels: {}", labels.join(", "))
        })?,
        None => labels
            .iter()
            .position(|label| label == DEFAULT_POSITIVE)
            .or_else(|| rarest(dataset))
            .context("the data set has no labels")?,
    };
    Ok((index, &labels[index]))
}

fn rarest(dataset: &Dataset) -> Option<usize> {
    let clips = |label: usize| dataset.slices.iter().filter(|slice| slice.label == label).count();
    (0..dataset.labels.len()).filter(|&label| clips(label) > 0).min_by_key(|&label| clips(label))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use sourcing_sound_train::fixtures::slice;

    fn dataset(labels: &[&str]) -> Dataset {
        let slices = [0, 0, 0, 1, 2, 2].iter().enumerate();
        let slices = slices.map(|(n, &label)| slice(&n.to_string(), 1, label)).collect();
        sourcing_sound_train::fixtures::dataset(labels, slices)
    }

    #[test]
    fn the_positive_label_is_the_wanted_one_or_car_horn_or_the_rarest() {
        let plain = dataset(&["a", "b", "c", "nowhere"]);
        assert_eq!(positive(Some("c"), &plain).unwrap(), (2, "c"));
        assert_eq!(positive(None, &plain).unwrap(), (1, "b"));
        assert_eq!(positive(None, &dataset(&["a", "b", "car_horn"])).unwrap(), (2, "car_horn"));
        let error = positive(Some("d"), &plain).unwrap_err().to_string();
        assert!(error.contains("\"d\"") && error.contains("a, b, c"), "{error}");
    }
}
