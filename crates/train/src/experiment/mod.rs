//! The study's experiments, one command each.

pub mod method;
pub mod networks;
pub mod record;
