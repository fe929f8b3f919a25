//! The program from the outside: what it prints, writes and exits with, for each of its commands.
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
mod outputs;
mod recordings;
mod resume;
mod settings;
mod shards;
mod teach;
