//! The published checkpoint, and its authors' outputs for one sound.

#[path = "../../crates/train/src/everyday/checkpoint.rs"]
pub mod checkpoint;
#[path = "../../crates/train/src/everyday/layout.rs"]
pub mod layout;
#[path = "../../crates/train/src/everyday/npz.rs"]
pub mod npz;
