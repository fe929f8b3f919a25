//! The neural networks that are trained from scratch.
//!
//! In: examples in batches and a plan. Out: weights as named [`arrays`]. burn computes the gradient;
//! everything around it (optimiser, average, checkpoint) works on plain slices.

pub mod arrays;
pub mod checkpoint;
pub mod fit;
pub mod gradient;
pub mod infer;
pub mod net;
pub mod optimise;
pub mod plan;
