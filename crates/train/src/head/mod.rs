//! The `head` command: fits other labels on the embedding of a base model.
//!
//! In: a base model, and folders of labelled and of unlabelled sounds ([`material`]), for which
//! [`embed`] computes patches with the core. [`recipe`] fits a linear layer and a detector on them;
//! [`stage`] does so without each group of left-out folds, and then with everything. Out: head,
//! evaluation and card ([`assemble`]).

mod alter;
mod assemble;
mod card;
mod command;
pub mod embed;
mod evaluation;
mod export;
mod material;
mod recipe;
mod recording_counts;
mod refines;
mod segment;
mod stage;
pub(crate) mod synthesis;
#[cfg(test)]
mod tests;
mod unknown;

pub use command::{Arguments, run};
