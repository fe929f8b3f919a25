//! One folder per command: its arguments as typed and as meant, its work, and what it prints.

pub(crate) mod classify;
pub(crate) mod features;
pub(crate) mod inspect;
pub(crate) mod models;
pub(crate) mod teach;
