//! Converts between slices and burn's tensors.

use crate::nn::net::Array;
use anyhow::{Context, Result, anyhow};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

/// Creates a tensor that needs no gradient.
pub fn constant<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// Returns the elements of a tensor, row-major.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    tensor.into_data().try_into_vec::<f32>().map_err(|error| anyhow!("reading a tensor: {error}"))
}

/// The weights on a device, flat, in the order in which the layers use them.
pub struct Leaves(Vec<Tensor<1>>);

impl Leaves {
    /// Copies the weights to a device.
    pub fn new(weights: &[Array], device: &Device) -> Self {
        let leaf = |array: &Array| constant(&array.values, [array.values.len()], device);
        Self(weights.iter().map(leaf).collect())
    }

    /// Copies the weights to a device as leaves that get gradients.
    pub fn tracked(weights: &[Array], device: &Device) -> Self {
        Self(Self::new(weights, device).0.into_iter().map(Tensor::require_grad).collect())
    }

    /// Iterates over them from the first one on.
    pub fn iter(&self) -> Next<'_> {
        Next(self.0.iter())
    }

    /// Returns one flat gradient per array.
    pub fn gradients(self, mut gradients: Gradients) -> Result<Vec<Vec<f32>>> {
        let gradient = |leaf: Tensor<1>| {
            let gradient = leaf.grad_remove(&mut gradients);
            values(gradient.context("an array of weights has no gradient")?)
        };
        self.0.into_iter().map(gradient).collect()
    }
}

/// Iterates over the leaves in order.
pub struct Next<'a>(std::slice::Iter<'a, Tensor<1>>);

impl Next<'_> {
    /// Returns the next one.
    pub fn take(&mut self) -> Result<Tensor<1>> {
        self.0.next().cloned().context("the weights have fewer arrays than the network needs")
    }
}
