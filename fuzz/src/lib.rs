//! What the fuzz targets share: a limit on memory, a small model, and the trainer's readers.
//!
//! Those readers are included as source files: the trainer itself would bring its whole training
//! framework along.

pub mod data;
pub mod everyday;
pub mod foreign;
pub mod memory;
pub mod nn;
#[path = "../../crates/train/src/random.rs"]
pub mod random;
pub mod sound;
pub mod tiny;
pub mod torch;
