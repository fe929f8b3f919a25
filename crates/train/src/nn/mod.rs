//! Neural networks trained from scratch: the shipped model's and the study's.
//!
//! In: a [`net::NetworkConfig`] (layers as data), a [`policy::Policy`], and batches from
//! [`examples::Examples`]. Out: weights as named arrays ([`fit`] by way of [`step`] and
//! [`optimise`], in a [`run`] with a [`checkpoint`]), which [`score`] and [`infer`] use. The blocks
//! at the front of a network have their own kernels ([`trunk`]), because most of a training is
//! spent there; the rest runs on burn ([`forward`]). Weights are plain arrays because burn's own
//! optimiser rounds in another order (`g² · (1 − β₂)`), and because optimiser, average, checkpoint
//! and export share plain slices.

pub mod arrays;
pub mod checkpoint;
pub mod examples;
pub mod fit;
pub mod forward;
mod gru;
pub mod infer;
pub mod layers;
pub mod net;
pub mod optimise;
pub mod plan;
pub mod policy;
pub mod run;
pub mod score;
pub mod step;
pub mod tensor;
pub mod trunk;
pub mod weights;

#[cfg(test)]
mod fixtures;
