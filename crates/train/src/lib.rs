//! Makes sourcing-sound's models: data sets, networks, heads, and what is published of them.
//!
//! The programs `sourcing-sound-train` and `sourcing-sound-study` are built on it; it is not for
//! others, and its names may change with any version.

pub mod arrays;
pub mod assemble;
pub mod augment;
pub mod card;
pub mod checkpoint;
pub mod config;
pub mod data;
pub mod dataset;
#[cfg(test)]
mod end_to_end;
pub mod evaluate;
pub mod evaluation;
pub mod everyday;
pub mod export;
pub mod features;
pub mod fit;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod gradient;
pub mod head;
pub mod infer;
pub mod interrupt;
pub mod lbfgs;
pub mod logistic;
pub mod material;
pub mod metrics;
pub mod model;
pub mod net;
pub mod onnx;
pub mod optimise;
pub mod other;
pub mod program;
pub mod progress;
pub mod provenance;
pub mod random;
pub mod stage;
pub mod text;
