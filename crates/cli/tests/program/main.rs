//! Runs the program: what each of its commands prints, writes and exits with.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod careful;
mod classify;
mod clips;
mod columnar;
#[path = "../common/mod.rs"]
mod common;
mod features;
#[cfg(unix)]
mod growing;
mod inspect;
#[cfg(unix)]
mod long_runs;
mod models;
#[cfg(unix)]
mod origins;
mod outputs;
mod recordings;
mod resume;
mod settings;
mod shards;
mod teach;
