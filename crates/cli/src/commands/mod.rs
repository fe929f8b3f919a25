//! One folder per command: its arguments, its work, and its output.

pub(crate) mod classify;
pub(crate) mod features;
pub(crate) mod inspect;
pub(crate) mod models;
pub(crate) mod teach;
