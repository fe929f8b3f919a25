//! The guide to the crate: its Rust runs as documentation tests.
#![cfg_attr(doctest, doc = include_str!("../docs/guide/rust.md"))]
