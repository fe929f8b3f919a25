//! The published checkpoint.

#[path = "../../crates/train/src/everyday/checkpoint.rs"]
pub mod checkpoint;
#[path = "../../crates/train/src/everyday/layout.rs"]
pub mod layout;
