//! The `head` command: other labels on the embedding of a base model.
//!
//! [`embed`] asks the base model, through the core, what it makes of every patch of every clip;
//! [`recipe`] fits a linear layer and a detector on that; [`stage`] does so for every group of
//! left-out folds and then for everything; [`assemble`] writes head, evaluation and card.

mod alter;
mod assemble;
mod card;
mod command;
mod embed;
mod evaluation;
mod export;
mod material;
mod recipe;
mod recording_counts;
mod refines;
mod segment;
mod stage;
mod synthesis;
#[cfg(test)]
mod tests;
mod unknown;

pub use command::{Arguments, run};
