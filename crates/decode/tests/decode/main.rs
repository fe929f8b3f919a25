//! Recordings made here, whole and broken, and what is decoded of them.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod common;
mod containers;
mod damage;
mod formats;
mod parts;
mod times;
