//! The `background` command: a model's statistics of everyday sounds, for heads that are trained
//! from a few examples.
//!
//! In: a base model and folders of sounds. [`command`] turns two seconds of each, and synthesised
//! sounds, into vectors. Out: a file with their mean and main directions ([`statistics`]).

mod command;
mod statistics;

pub use command::{Arguments, run};
pub use statistics::background;
