//! What every cargo command of xtask has in common.

use std::process::Command;

use crate::process;

/// Everything but xtask. Cargo compiles a dependency once for each set of
/// features, and the set depends on the packages that a command names: one
/// selection for all native commands, and xtask by itself as `cargo xtask` has
/// built it, compile nothing twice.
pub const PRODUCT: [&str; 3] = ["--workspace", "--exclude", "xtask"];
/// xtask by itself.
pub const XTASK: [&str; 2] = ["--package", "xtask"];

/// Documents the libraries: the programs are not for others, and one has a library's name.
pub fn rustdoc() -> Command {
    let mut cargo = process::cargo();
    cargo.args(["doc", "--no-deps", "--lib"]).args(PRODUCT);
    // Its library has documentation tests and nothing to read; no feature depends on it.
    cargo.args(["--exclude", "sourcing-sound-tests"]);
    // What the two trainers share is for nobody else.
    cargo.args(["--exclude", "sourcing-sound-train"]);
    cargo
}
