//! The gated recurrent unit (Cho et al., 2014), in the form of Keras' default `GRU` layer
//! (`reset_after=True`):
//!
//! ```text
//! z = σ(x·Wz + bz + h·Uz + cz)
//! r = σ(x·Wr + br + h·Ur + cr)
//! n = tanh(x·Wn + bn + r ∘ (h·Un + cn))
//! h ← z ∘ h + (1 − z) ∘ n
//! ```

use burn::tensor::{Tensor, activation};

/// The weights, flat; their columns are the gates z, r and n in order.
pub struct GruWeights {
    /// W, `[features, 3 · units]`.
    pub kernel: Tensor<1>,
    /// U, `[units, 3 · units]`.
    pub recurrent: Tensor<1>,
    /// b, `[3 · units]`.
    pub bias: Tensor<1>,
    /// c, `[3 · units]`.
    pub recurrent_bias: Tensor<1>,
}

/// The weights of one gate.
struct Gate {
    kernel: Tensor<2>,
    recurrent: Tensor<2>,
    bias: Tensor<2>,
    recurrent_bias: Tensor<2>,
}

impl Gate {
    fn of_input(&self, x: &Tensor<2>) -> Tensor<2> {
        x.clone().matmul(self.kernel.clone()) + self.bias.clone()
    }

    fn of_state(&self, h: &Tensor<2>) -> Tensor<2> {
        h.clone().matmul(self.recurrent.clone()) + self.recurrent_bias.clone()
    }
}

/// Returns the mean over time of the states `[n, units]` of a unit that runs along the width of
/// `[n, channels, height, width]`, starting from zeros.
pub fn mean_state(x: Tensor<4>, weights: GruWeights, units: usize) -> Tensor<2> {
    let [n, channels, height, width] = x.dims();
    let features = channels * height;
    // Gates and columns are cut out once and one by one: if they were cut out of a product over the
    // whole width, the backward pass would write the whole width for every column.
    let [update, reset, fresh] = gates(weights, features, units);
    let columns = x.reshape([n, features, width]);
    let mut state: Tensor<2> = Tensor::zeros([n, units], &columns.device());
    let mut sum = state.clone();
    for time in 0..width {
        let column = columns.clone().narrow(2, time, 1).reshape([n, features]);
        let z = activation::sigmoid(update.of_input(&column) + update.of_state(&state));
        let r = activation::sigmoid(reset.of_input(&column) + reset.of_state(&state));
        let new = activation::tanh(fresh.of_input(&column) + r * fresh.of_state(&state));
        state = new.clone() + z * (state - new);
        sum = sum + state.clone();
    }
    sum.div_scalar(width.max(1) as f32)
}

fn gates(weights: GruWeights, features: usize, units: usize) -> [Gate; 3] {
    let kernel = weights.kernel.reshape([features, 3 * units]);
    let recurrent = weights.recurrent.reshape([units, 3 * units]);
    let bias = weights.bias.reshape([1, 3 * units]);
    let recurrent_bias = weights.recurrent_bias.reshape([1, 3 * units]);
    [0, 1, 2].map(|gate| {
        let of = |tensor: &Tensor<2>| tensor.clone().narrow(1, gate * units, units);
        Gate {
            kernel: of(&kernel),
            recurrent: of(&recurrent),
            bias: of(&bias),
            recurrent_bias: of(&recurrent_bias),
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::nn::tensor::{constant, values};
    use burn::tensor::Device;

    fn sigmoid(x: f32) -> f32 {
        (1.0 + (-x).exp()).recip()
    }

    #[test]
    fn one_unit_follows_the_formulas() {
        let device = Device::flex();
        let flat = |values: &[f32]| constant(values, [values.len()], &device);
        let (w, u) = ([0.5, -0.3, 0.8], [0.2, 0.7, -0.6]);
        let (b, c) = ([0.1, 0.2, -0.1], [0.3, -0.2, 0.4]);
        let weights = GruWeights {
            kernel: flat(&w),
            recurrent: flat(&u),
            bias: flat(&b),
            recurrent_bias: flat(&c),
        };
        let xs = [1.0, -2.0, 0.5];
        let found =
            values(mean_state(constant(&xs, [1, 1, 1, 3], &device), weights, 1)).unwrap()[0];
        let (mut h, mut sum) = (0.0f32, 0.0);
        for x in xs {
            let z = sigmoid(x * w[0] + b[0] + h * u[0] + c[0]);
            let r = sigmoid(x * w[1] + b[1] + h * u[1] + c[1]);
            let n = (x * w[2] + b[2] + r * (h * u[2] + c[2])).tanh();
            h = z * h + (1.0 - z) * n;
            sum += h;
        }
        assert!((found - sum / 3.0).abs() < 1e-6, "{found} {}", sum / 3.0);
    }
}
