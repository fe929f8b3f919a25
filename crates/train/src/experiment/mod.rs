//! The study's experiments, one command each.

pub mod method;
pub mod predictions;
pub mod record;
