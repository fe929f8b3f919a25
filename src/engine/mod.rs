//! The lean engine: runs small convolutional networks.
//!
//! ```text
//! ONNX → onnx (format) → graph (operators and shapes, fused) → plan (borders, buffers shared)
//! → the kernels' network (weights packed, runs)
//! ```
//!
//! In: an ONNX graph over one `[1, 1, rows, columns]` input and that input's values. Out: the
//! values of its outputs. It covers convolution (plain, depthwise, pointwise), pooling, squeeze and
//! excitation, linear layers, sums and the usual activations, in `f32`; batch norm is folded, and
//! weights stored as 8 or 16 bits are widened once. Anything else is [`Uncovered`]. It knows
//! nothing about audio, labels or metadata.

mod constant;
mod graph;
pub(crate) mod onnx;
mod plan;
mod uncovered;

pub(crate) use sourcing_sound_kernels::network::Network;
use uncovered::Uncovered;

/// Plans the graph for an input of `[1, 1, rows, columns]`.
pub(crate) fn network(
    graph: &onnx::Graph,
    rows: usize,
    columns: usize,
) -> Result<Network, Uncovered> {
    plan::plan(graph::Network::read(graph, rows, columns)?)
}

/// Computes 1 / (1 + e^−x), which turns a logit into an independent score.
pub fn sigmoid(value: f32) -> f32 {
    sourcing_sound_kernels::sigmoid(value)
}

#[cfg(test)]
mod tests;
