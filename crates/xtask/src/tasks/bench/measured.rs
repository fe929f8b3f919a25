//! The measurements of a benchmark, and their medians.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// All measurements.
pub struct Measured {
    pub rounds: u16,
    pub seconds: u16,
    /// The browser's name and version.
    pub browser: String,
    /// The module that runs the models in the browser.
    pub engine: Sizes,
    /// Milliseconds from the module's bytes to a ready module, in the browser.
    pub engine_start_ms: Vec<f64>,
    pub models: Vec<MeasuredModel>,
}

/// The measurements of one model.
pub struct MeasuredModel {
    pub name: String,
    /// For a model with a head, the size of the head's file alone.
    pub sizes: Sizes,
    pub native: Costs,
    pub browser: Costs,
    /// Bytes of the browser's module after it has run the model.
    pub memory_bytes: Vec<f64>,
}

/// The size of a file in bytes.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// Uncompressed.
    pub bytes: f64,
    /// Compressed by gzip, as servers send it.
    pub gzip_bytes: f64,
}

/// Milliseconds of every round.
#[derive(Default)]
pub struct Costs {
    /// From the file's bytes to a ready classifier.
    pub load_ms: Vec<f64>,
    /// To classify the audio as a recording.
    pub classify_ms: Vec<f64>,
    /// To process the audio live, piece by piece.
    pub stream_ms: Vec<f64>,
}

impl Costs {
    /// Adds the answer of a program.
    pub fn add(&mut self, answer: &Value) -> Result<()> {
        self.load_ms.push(number(answer, "load_ms")?);
        self.classify_ms.push(number(answer, "classify_ms")?);
        self.stream_ms.push(number(answer, "stream_ms")?);
        Ok(())
    }
}

/// Returns a positive number of an answer.
pub fn number(answer: &Value, key: &str) -> Result<f64> {
    let given = &answer[key];
    let number = given.as_f64().with_context(|| format!("{key} is {given}, expected a number"))?;
    ensure!(number > 0.0, "{key} is {number}, expected more than 0");
    Ok(number)
}

/// Returns the middle value, or the mean of the two in the middle; NaN without any.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return f64::NAN;
    }
    (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_median_is_the_middle_value() {
        assert_eq!(median(&[3.0, 1.0, 90.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 90.0]), 3.0);
        assert_eq!(median(&[5.0]), 5.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn an_answer_without_a_positive_number_is_refused() {
        let mut costs = Costs::default();
        costs.add(&json!({ "load_ms": 2.5, "classify_ms": 1, "stream_ms": 1e-3 })).unwrap();
        assert_eq!(costs.load_ms, [2.5]);
        for answer in [json!({}), json!({ "load_ms": 0 }), json!({ "load_ms": "fast" })] {
            let error = costs.add(&answer).unwrap_err().to_string();
            assert!(error.contains("load_ms"), "{error}");
        }
    }
}
