//! Makes sourcing-sound's models: data sets, networks, heads, and everything that is published with
//! them.
//!
//! The programs `sourcing-sound-train` and `sourcing-sound-study` use it. It is not meant for other
//! programs; its names may change with any version.

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
