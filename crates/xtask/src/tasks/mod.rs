//! One file or folder per command of `cargo xtask`: its options and its work.

pub mod api;
pub mod bench;
pub mod deny;
pub mod docs;
pub mod fuzz;
pub mod golden;
pub mod npm;
pub mod package;
pub mod runner;
pub mod sbom;
pub mod serve;
pub mod site;
pub mod test;
pub mod wasm;
pub mod wheel;
