//! Runs wasm test binaries in a headless browser. Cargo calls this for every
//! test of the wasm32 target, see `.cargo/config.toml`.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args;

use crate::tools::browser::{Browser, DRIVER_VARIABLE};
use crate::tools::workspace::Workspace;

/// Where wasm-bindgen's runner reads how to start the browser.
const CAPABILITIES_VARIABLE: &str = "WASM_BINDGEN_TEST_WEBDRIVER_JSON";
/// How long one binary's tests may take, in seconds.
const TIMEOUT_VARIABLE: &str = "WASM_BINDGEN_TEST_TIMEOUT";
/// A busy machine needs minutes to compile a module of several megabytes.
const TIMEOUT_SECONDS: &str = "300";

/// The options of `cargo xtask test-runner`.
#[derive(clap::Args)]
pub struct Options {
    /// The wasm file, followed by the arguments of the test harness
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs the tests of one binary. Returns whether they passed.
///
/// wasm-bindgen's runner is configured only by environment variables, and a running program cannot
/// safely set its own, so the first call starts this program again with them.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    if env::var_os(CAPABILITIES_VARIABLE).is_some() {
        let program = OsString::from("test-runner");
        run_cli_with_args([program].iter().chain(&options.arguments).cloned())?;
        return Ok(true);
    }
    let itself = env::current_exe().context("cannot find this program's own file")?;
    let status = Command::new(itself)
        .arg("test-runner")
        .args(&options.arguments)
        .envs(environment(workspace)?)
        .status()?;
    Ok(status.success())
}

/// Finds the browser and returns the variables that make wasm-bindgen's runner
/// use it.
fn environment(workspace: &Workspace) -> Result<Vec<(&'static str, OsString)>> {
    let browser = Browser::find()?;
    let capabilities = workspace.scratch()?.join("webdriver.json");
    browser.write_capabilities(&capabilities)?;
    let timeout = env::var_os(TIMEOUT_VARIABLE).unwrap_or_else(|| TIMEOUT_SECONDS.into());
    Ok(vec![
        (DRIVER_VARIABLE, browser.driver.into()),
        (CAPABILITIES_VARIABLE, capabilities.into()),
        (TIMEOUT_VARIABLE, timeout),
    ])
}
