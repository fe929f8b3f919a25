//! Data sets and their tables, and embeddings that were computed elsewhere.

#[path = "../../crates/train/src/data/dataset/mod.rs"]
pub mod dataset;
#[path = "../../crates/train/src/data/embeddings/mod.rs"]
pub mod embeddings;
