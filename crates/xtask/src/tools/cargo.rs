//! Cargo: which packages a command selects, and the parts of the Rust toolchain that it needs.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::tools::process;

/// The core crate.
pub const CORE: &str = "sourcing-sound";
/// The core crate's inner loops.
pub const KERNELS: &str = "sourcing-sound-kernels";
/// The decoder's bindings for the browser.
pub const DECODER: &str = "sourcing-sound-decode-wasm";
/// Everything except xtask. Cargo compiles a dependency once for each set of
/// features, and the set depends on the packages that a command names. All native
/// commands name these, or xtask alone as `cargo xtask` does, so that nothing is
/// compiled twice.
pub const PRODUCT: [&str; 3] = ["--workspace", "--exclude", "xtask"];
/// xtask alone.
pub const XTASK: [&str; 2] = ["--package", "xtask"];
/// The target of the browser's modules.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Returns cargo without the variables that `cargo run` sets for xtask: build scripts that watch
/// one of them would run again, and recompile their crates.
pub fn command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_set_by_cargo_run) {
            command.env_remove(name);
        }
    }
    command
}

/// Returns whether it is one of these variables.
pub fn is_set_by_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"]
            .contains(&name)
}

/// Returns cargo for wasm32, without `RUSTFLAGS`: they would silently replace the flags of
/// `.cargo/config.toml`, including SIMD.
pub fn for_wasm() -> Command {
    let mut command = command();
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command
}

/// Documents only the libraries: programs have no API, and one has the same name as a library.
pub fn rustdoc() -> Command {
    let mut cargo = command();
    cargo.args(["doc", "--no-deps", "--lib"]).args(PRODUCT);
    // It has documentation tests and nothing to read; without it, the features are the same.
    cargo.args(["--exclude", "sourcing-sound-tests"]);
    // Only the two trainers use it.
    cargo.args(["--exclude", "sourcing-sound-train"]);
    cargo
}

/// Makes sure that rustc can compile for the browser.
pub fn prepare_wasm_target() -> Result<()> {
    if has_wasm_library()? {
        return Ok(());
    }
    if process::find_in_path("rustup").is_none() {
        bail!(
            "Rust's standard library for {WASM_TARGET} is missing: with rustup \
             (https://rustup.rs) run `rustup target add {WASM_TARGET}`, with Debian's Rust \
             `apt-get install -y libstd-rust-dev-wasm32`"
        );
    }
    process::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
}

/// Looks for the library itself: rustc prints its folder even if it does not exist.
fn has_wasm_library() -> Result<bool> {
    let folder = process::output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        WASM_TARGET,
    ]))?;
    let Ok(files) = Path::new(&folder).read_dir() else {
        return Ok(false);
    };
    Ok(files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd")))
}

/// Makes sure that `cargo fmt` and `cargo clippy` are installed.
pub fn prepare_lint_tools() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::output(command().args([subcommand, "--version"])).is_ok() {
            continue;
        }
        if process::find_in_path("rustup").is_none() {
            bail!(
                "`cargo {subcommand}` is missing: with rustup run `rustup component add {component}`"
            );
        }
        process::run(Command::new("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_gets_none_of_xtasks_own_variables() {
        // `cargo test` sets the same variables as `cargo run`.
        assert!(env::var_os("CARGO_PKG_NAME").is_some());
        let removed =
            command().get_envs().any(|(name, value)| name == "CARGO_PKG_NAME" && value.is_none());
        assert!(removed);
    }
}
