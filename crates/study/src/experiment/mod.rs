//! The study's experiments, one command each.
//!
//! In: the clips of a data set. Out: `metrics.json`, `predictions.csv` and `classification.txt`. A
//! [`method::Method`] turns clips into scores. [`trial`] gives it the splits, [`runner`] runs them
//! and reuses finished ones, [`score`] turns scores into figures, [`output`] writes them.

pub mod arguments;
mod boosting;
mod clip_features;
pub mod command;
pub mod few_shot;
mod grid;
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
pub mod score;
mod statistics;
mod store;
#[cfg(test)]
mod tests;
mod trial;
mod windows;
