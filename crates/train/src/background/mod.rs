//! The `background` command: what everyday sounds are like to a model, for heads that are trained
//! from a few examples.
//!
//! In: a base model and folders of sounds. Two seconds of each, and sounds made from formulas,
//! become vectors ([`command`]); out go their mean and main directions ([`statistics`]) as a file.

mod command;
mod statistics;

pub use command::{Arguments, run};
pub use statistics::background;
