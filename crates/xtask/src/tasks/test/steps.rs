//! The steps of `cargo xtask test`: what each one runs and what it counts.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::tasks::{api, bench, deny, fuzz, npm, package, sbom, site, wasm, wheel};
use crate::tools::browser::{self, Browser, CHROMIUM_VARIABLE, FIREFOX_VARIABLE, Firefox};
use crate::tools::cargo::{self, CORE, DECODER, KERNELS, PRODUCT, WASM_TARGET, XTASK};
use crate::tools::workspace::Workspace;
use crate::tools::{node, process, python};

use super::counts::Counts;
use super::suite::{PLAYWRIGHT, PYTEST, RUST, Report, check, suite};

/// The core crate and its tests for the browser, with the profile of the published module.
const BROWSER: [&str; 8] = [
    "--package",
    CORE,
    "--package",
    "sourcing-sound-tests",
    "--target",
    WASM_TARGET,
    "--profile",
    wasm::PROFILE,
];

/// The variable that names the Python for the tests of the guide on results.
const RESULTS_PYTHON_VARIABLE: &str = "SOURCING_SOUND_RESULTS_PYTHON";
/// How long the tests fuzz each target.
const FUZZ_SECONDS: u32 = 20;

/// The decoder's module. Checked separately: without the rest, its dependencies have the features
/// with which it is published.
const DECODER_MODULE: [&str; 6] =
    ["--package", DECODER, "--target", WASM_TARGET, "--profile", wasm::PROFILE];

/// The steps in the order in which they run: cheap ones that find most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// rustfmt
    Fmt,
    /// clippy for this machine
    Clippy,
    /// clippy for the browser
    ClippyWasm,
    /// licences, sources and bans of the dependencies, and advisories where they are available
    Deny,
    /// the crate's public API against docs/public-api.txt, and its version
    Api,
    /// the Rust documentation, without a warning
    Docs,
    /// the core crate and its kernels as they are published
    Package,
    /// Rust's unit, integration and documentation tests
    Rust,
    /// the examples of docs/guide/results.md, in Python
    Results,
    /// the Python wheel in separate environments, its lints and its types
    Python,
    /// Rust's tests in a headless browser
    Wasm,
    /// TypeScript's types in the package, the site and the tests
    Types,
    /// the site as it is published
    Site,
    /// the finished site in a browser, with recordings played to it
    E2e,
    /// the packed npm package, in programs that use nothing else of the repository
    Npm,
    /// whether the programs that measure costs still work
    Bench,
    /// the fuzz targets, 20 s each
    Fuzz,
}

/// One run of the tests.
pub struct Session<'a> {
    workspace: &'a Workspace,
    site_is_built: Cell<bool>,
}

impl<'a> Session<'a> {
    /// Creates a run in which nothing has been built yet.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, site_is_built: Cell::new(false) }
    }

    /// Builds the site once per run, for the first step that needs it.
    fn site(&self) -> Result<()> {
        if !self.site_is_built.get() {
            site::build(self.workspace, None, &site::default_folder(self.workspace))?;
            self.site_is_built.set(true);
        }
        Ok(())
    }
}

impl Step {
    /// Returns the step's name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Returns what the step is about.
    pub fn about(self) -> String {
        let value = self.to_possible_value();
        let help = value.as_ref().and_then(|value| value.get_help());
        help.map(ToString::to_string).unwrap_or_default()
    }

    /// Sets up what the step needs, before the long work of any step begins.
    pub fn prepare(self) -> Result<()> {
        match self {
            Self::Fmt | Self::Clippy => cargo::prepare_lint_tools(),
            Self::ClippyWasm => {
                cargo::prepare_lint_tools()?;
                cargo::prepare_wasm_target()
            }
            Self::Deny => node::prepare(),
            Self::Docs
            | Self::Api
            | Self::Package
            | Self::Rust
            | Self::Results
            | Self::Python
            | Self::Fuzz => Ok(()),
            Self::Types | Self::Site => {
                cargo::prepare_wasm_target()?;
                node::prepare()
            }
            Self::Wasm => {
                cargo::prepare_wasm_target()?;
                Browser::find().map(drop)
            }
            Self::E2e => {
                browser::prepare_ffmpeg();
                Self::Npm.prepare()
            }
            Self::Npm => {
                Self::Bench.prepare()?;
                Firefox::find().map(drop)
            }
            Self::Bench => {
                cargo::prepare_wasm_target()?;
                node::prepare()?;
                Browser::find().map(drop)
            }
        }
    }

    /// Runs the step.
    pub fn run(self, session: &Session<'_>) -> Result<Report> {
        match self {
            Self::Fmt => check(cargo::command().args(["fmt", "--all", "--check"])),
            Self::Clippy => {
                check(&mut clippy(&PRODUCT))?;
                check(&mut clippy(&XTASK))
            }
            Self::ClippyWasm => {
                check(&mut clippy_wasm(&BROWSER, &["--lib", "--test", "wasm"]))?;
                check(&mut clippy_wasm(&DECODER_MODULE, &["--lib"]))
            }
            Self::Deny => {
                deny::check(session.workspace)?;
                Ok(Report::of_check())
            }
            Self::Docs => check(&mut docs()),
            Self::Api => {
                api::check(session.workspace)?;
                Ok(Report::of_check())
            }
            Self::Package => {
                package::check(session.workspace)?;
                Ok(Report::of_check())
            }
            Self::Rust => rust_tests(),
            Self::Results => results_tests(session.workspace),
            Self::Python => python_tests(session.workspace),
            Self::Wasm => wasm_tests(),
            Self::Types => types(session.workspace),
            Self::Site => {
                session.site()?;
                Ok(Report::of_check())
            }
            Self::E2e => end_to_end_tests(session),
            Self::Npm => package_tests(session.workspace),
            Self::Bench => {
                bench::check(session.workspace)?;
                Ok(Report::of_check())
            }
            Self::Fuzz => {
                let (passed, failed) = fuzz::check(session.workspace, FUZZ_SECONDS)?;
                let counts = Counts { passed, failed, ..Counts::default() };
                Ok(Report { counts, passed: failed == 0, failures: Vec::new() })
            }
        }
    }
}

fn clippy(packages: &[&str]) -> Command {
    let mut cargo = cargo::command();
    cargo.arg("clippy").args(packages).arg("--all-targets");
    cargo.args(["--", "--deny", "warnings"]);
    cargo
}

fn clippy_wasm(packages: &[&str], targets: &[&str]) -> Command {
    let mut cargo = cargo::for_wasm();
    cargo.arg("clippy").args(packages).args(targets);
    cargo.args(["--", "--deny", "warnings"]);
    cargo
}

/// Runs after the step `api`, in which rustdoc overwrites the pages.
fn docs() -> Command {
    let mut cargo = cargo::rustdoc();
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    cargo
}

fn rust_tests() -> Result<Report> {
    let test = |packages: &[&str]| {
        let mut cargo = cargo::command();
        cargo.arg("test").args(packages).arg("--no-fail-fast");
        suite(&mut cargo, RUST)
    };
    let mut report = test(&PRODUCT)?;
    report.add(test(&XTASK)?);
    // The kernels' tests again, compared with their scalar twin.
    report.add(test(&["--package", KERNELS, "--features", "scalar"])?);
    Ok(report)
}

/// Runs the examples with the packages that the tests name.
fn results_tests(workspace: &Workspace) -> Result<Report> {
    let requirements = workspace.root().join("crates/cli/tests/requirements.txt");
    let python = python::environment(workspace, "results-venv", &requirements)?;
    let mut cargo = cargo::command();
    cargo.arg("test").args(PRODUCT).args(["--test", "results_guide"]);
    suite(cargo.env(RESULTS_PYTHON_VARIABLE, python), RUST)
}

/// Tests the wheel. Without Python or its package index, nothing can be tested, which is not a
/// failure of the package.
fn python_tests(workspace: &Workspace) -> Result<Report> {
    let environments = match wheel::environments(workspace) {
        Ok(environments) => environments,
        Err(error) => {
            println!("skipped, because {error:#}");
            let counts = Counts { skipped: 1, ..Counts::default() };
            return Ok(Report { counts, ..Report::of_check() });
        }
    };
    for mut lint in wheel::lints(workspace, &environments)? {
        check(&mut lint)?;
    }
    let wheel = wheel::build(workspace, &environments)?;
    let mut report = Report::of_check();
    if let Some(reason) = wheel::first_use(workspace, &environments, &wheel)? {
        println!("the installation from the package index is skipped, because {reason}");
        report.counts.skipped += 1;
    }
    for mut test in wheel::tests(workspace, &environments, &wheel)? {
        report.add(suite(&mut test, PYTEST)?);
    }
    match wheel::ray_test(workspace, &environments, &wheel) {
        Ok(mut test) => report.add(suite(&mut test, PYTEST)?),
        Err(error) => {
            println!("the example for Ray is skipped, because {error:#}");
            report.counts.skipped += 1;
        }
    }
    wheel::check_types(workspace, &environments)?;
    Ok(report)
}

fn wasm_tests() -> Result<Report> {
    let mut cargo = cargo::for_wasm();
    cargo.arg("test").args(BROWSER).args(["--test", "wasm"]);
    suite(&mut cargo, RUST)
}

/// Checks types: those of the package depend on the module, those of the rest on the package.
fn types(workspace: &Workspace) -> Result<Report> {
    npm::build(workspace, wasm::Names::Strip)?;
    check(&mut node::site_script(workspace, "check"))
}

/// Runs the end-to-end tests, which compare the page's results with those of the command line, and
/// use recordings from a folder next to the repository if there is one.
fn end_to_end_tests(session: &Session<'_>) -> Result<Report> {
    session.site()?;
    suite(&mut browser_tests(session.workspace, "e2e")?, PLAYWRIGHT)
}

/// Packs the package; the programs that test it use nothing else from the repository.
fn package_tests(workspace: &Workspace) -> Result<Report> {
    let tarball = npm::pack(workspace)?;
    sbom::write(workspace)?;
    let apps = npm::apps(workspace, &tarball)?;
    let mut npm = browser_tests(workspace, "e2e:package")?;
    npm.env("SOURCING_SOUND_APPS", apps).env("SOURCING_SOUND_TARBALL", tarball);
    suite(&mut npm, PLAYWRIGHT)
}

/// Returns an npm script that runs Playwright, with the programs that its tests use.
fn browser_tests(workspace: &Workspace, script: &str) -> Result<Command> {
    // With all targets, the features are those of the Rust tests.
    process::run(cargo::command().arg("build").args(PRODUCT).arg("--all-targets"))?;
    let executable = Path::new("sourcing-sound").with_extension(std::env::consts::EXE_EXTENSION);
    let mut npm = node::site_script(workspace, script);
    npm.env("SOURCING_SOUND_CLI", workspace.target().join("debug").join(executable))
        .env(CHROMIUM_VARIABLE, Browser::find()?.chromium);
    if let Some(firefox) = Firefox::look()? {
        npm.env(FIREFOX_VARIABLE, firefox);
    }
    Ok(npm)
}
