//! Runs the Rust code in the crate's guide as documentation tests.
#![cfg_attr(doctest, doc = include_str!("../docs/guide/rust.md"))]
