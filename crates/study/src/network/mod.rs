//! The study's networks: plain stacks of layers, as Keras' `Sequential` builds them, trained by
//! Adam on cross-entropy.
//!
//! As with the flagship, weights are named arrays and burn is asked for gradients only. What
//! differs is the shape of the network, which is data here: a list of [`Layer`]s.
//!
//! [`layers`] says what a network is and counts it, [`layouts`] holds those of the study,
//! [`weights`] makes the first weights, [`forward`] (with [`gru`]) computes logits, [`step`] a
//! gradient, [`fit`] trains with a checkpoint ([`state`]), and [`score`] uses what was trained.
//! Clips come through [`Examples`], so nothing in here knows about audio.
//!
//! [`Layer`]: layers::Layer
//! [`Examples`]: examples::Examples

pub mod examples;
pub mod fit;
pub mod forward;
pub mod gru;
pub mod layers;
pub mod layouts;
pub mod plan;
pub mod score;
pub mod state;
pub mod step;
pub mod weights;

#[cfg(test)]
mod fixtures;
