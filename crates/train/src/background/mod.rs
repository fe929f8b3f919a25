//! The `background` command: a model's statistics of everyday sounds, for heads that are trained
//! from a few examples.
//!
//! In: a base model and folders of sounds. Two seconds of each, and sounds made from formulas,
//! become vectors ([`command`]); out go their mean and main directions ([`statistics`]) as a file.

mod command;
mod statistics;

pub use command::{Arguments, run};
pub use statistics::background;
