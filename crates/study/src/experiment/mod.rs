//! The study's experiments, one command each.
//!
//! A [`method::Method`] turns clips into scores. [`trial`] gives it the splits, [`runner`] runs
//! them and takes up what was finished before, [`judge`] turns scores into figures, [`output`]
//! writes them down.

mod boosting;
mod clip_features;
pub mod command;
mod grid;
mod judge;
mod leakage;
mod logistic;
mod material;
pub mod method;
mod methods;
pub mod name;
pub mod networks;
mod output;
pub mod predictions;
pub mod record;
mod runner;
mod statistics;
mod store;
#[cfg(test)]
mod tests;
mod trial;
mod windows;
