//! Data sets and their tables.

#[path = "../../crates/train/src/data/dataset/mod.rs"]
pub mod dataset;
