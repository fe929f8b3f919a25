//! Linear layers on features of a trained network.
//!
//! In: feature vectors, each with its label and recording. Out: a [`Linear`] layer, fitted by
//! multinomial [`logistic`] regression, with a regularisation chosen on recordings that were set
//! apart. [`lbfgs`] finds the minimum.

mod lbfgs;
pub mod logistic;

pub use lbfgs::dot;

/// The last layer: `logits = weight · features + bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Length of the input.
    pub n_features: usize,
    /// `[n_labels, n_features]`.
    pub weight: Vec<f32>,
    /// `[n_labels]`.
    pub bias: Vec<f32>,
}

impl Linear {
    /// Reduces two outputs to one: the difference, whose logistic function is the softmax of the
    /// second.
    pub fn one_of_two(&self) -> Self {
        let (first, second) = self.weight.split_at(self.n_features);
        Self {
            n_features: self.n_features,
            weight: second.iter().zip(first).map(|(b, a)| b - a).collect(),
            bias: vec![self.bias[1] - self.bias[0]],
        }
    }

    /// Returns the logits of one feature vector.
    pub fn logits(&self, features: &[f32]) -> Vec<f32> {
        let rows = self.weight.chunks_exact(self.n_features).zip(&self.bias);
        rows.map(|(row, bias)| bias + row.iter().zip(features).map(|(w, x)| w * x).sum::<f32>())
            .collect()
    }
}
