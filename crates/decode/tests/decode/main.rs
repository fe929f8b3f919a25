//! Generated recordings, intact and broken, and what is decoded from them.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod codecs;
mod common;
mod containers;
mod damage;
mod formats;
mod frames;
mod lost_pages;
mod matroska;
mod parts;
mod times;
