//! Makes sourcing-sound's models: data sets, networks, heads, and what is published of them.
//!
//! The programs `sourcing-sound-train` and `sourcing-sound-study` are built on it; it is not meant
//! for other programs, and its names may change with any version.

pub mod background;
pub mod data;
pub mod everyday;
pub mod files;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod head;
pub mod interrupt;
pub mod jobs;
pub mod linear;
pub mod metrics;
pub mod model;
pub mod nn;
pub mod program;
pub mod progress;
pub mod publish;
pub mod random;

#[cfg(test)]
#[path = "../../../tests/common/tiny_model.rs"]
mod tiny_model;
