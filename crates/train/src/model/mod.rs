//! The `model` command: a network for your own labels, trained from scratch.
//!
//! In: a data set in official folds. Out: a model file with its evaluation and its card. Each group
//! of left-out folds is a [`stage`] over the [`material`]; [`assemble`] writes the result. The
//! command [`evaluate`] scores a finished file.

pub mod assemble;
pub mod augment;
pub mod card;
pub mod command;
pub mod config;
#[cfg(test)]
mod end_to_end;
pub mod evaluate;
pub mod evaluation;
pub mod export;
pub mod material;
pub mod network;
pub mod onnx;
pub mod rejection;
pub mod stage;
