//! Builds the Python wheel as it is published, and tests it in environments that have nothing else
//! from the repository, with the oldest and the newest Python of this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::tools::cargo::{self, PRODUCT};
use crate::tools::workspace::Workspace;
use crate::tools::{files, process, python};

/// The oldest minor version of Python 3 that the wheel supports: `abi3-py39` in its manifest.
const OLDEST_MINOR: u32 = 9;
/// The first minor version with the mypy that checks the types.
const TYPED_MINOR: u32 = 10;
/// The most bytes of a wheel.
const MAX_BYTES: u64 = 8_000_000;
/// The variables that name the command-line program and the trainer to the tests.
const PROGRAM_VARIABLE: &str = "SOURCING_SOUND_CLI";
const TRAINER_VARIABLE: &str = "SOURCING_SOUND_TRAIN";

/// The options of `cargo xtask python`.
#[derive(clap::Args)]
pub struct Options {
    /// Only build the wheel
    #[arg(long)]
    no_test: bool,
}

/// What is needed in addition to Rust.
pub struct Environments {
    /// The Python of an environment per tested version, the oldest first; one or two.
    tested: Vec<(u32, PathBuf)>,
}

/// Runs `cargo xtask python`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let environments = environments(workspace)?;
    let wheel = build(workspace, &environments)?;
    println!("{}: {:.2} MB", wheel.display(), files::size(&wheel)? as f64 / 1e6);
    if options.no_test {
        return Ok(());
    }
    if let Some(reason) = first_use(workspace, &environments, &wheel)? {
        println!("the installation from the package index is skipped, because {reason}");
    }
    for mut test in tests(workspace, &environments, &wheel)? {
        process::run(&mut test)?;
    }
    process::run(&mut ray_test(workspace, &environments, &wheel)?)?;
    check_types(workspace, &environments)
}

/// Creates environments for building and testing the wheel, with the oldest and the newest Python.
///
/// # Errors
/// If there is no Python of a supported version, or packages cannot be installed.
pub fn environments(workspace: &Workspace) -> Result<Environments> {
    let interpreters = python::interpreters(OLDEST_MINOR);
    let newest = interpreters.last_key_value().with_context(|| {
        format!("there is no CPython 3.{OLDEST_MINOR} or newer with its venv module")
    })?;
    let requirements = folder(workspace).join("tests").join("requirements.txt");
    let mut tested = Vec::new();
    for (minor, base) in interpreters.first_key_value().into_iter().chain([newest]) {
        if tested.iter().all(|(other, _)| other != minor) {
            let name = format!("python-3.{minor}-venv");
            let made = python::environment_of(workspace, &name, &requirements, Some(base))?;
            tested.push((*minor, made));
        }
    }
    Ok(Environments { tested })
}

impl Environments {
    /// Returns the newest Python.
    fn newest(&self) -> Result<&(u32, PathBuf)> {
        self.tested.last().context("no environment was made")
    }
}

/// Returns the crate of the wheel.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("crates").join("python")
}

/// Builds the wheel with the versions of its lock file, into `target/python`.
///
/// # Errors
/// If it does not compile, does not fit all versions, or is too large.
pub fn build(workspace: &Workspace, environments: &Environments) -> Result<PathBuf> {
    let output = workspace.target().join("python");
    if output.exists() {
        fs::remove_dir_all(&output)
            .with_context(|| format!("cannot empty {}", output.display()))?;
    }
    let (_, python) = environments.newest()?;
    let mut maturin = Command::new(python);
    maturin.args(["-m", "maturin", "build", "--release", "--locked", "--interpreter"]).arg(python);
    maturin.arg("--out").arg(&output).current_dir(folder(workspace));
    process::run(own_cargo(&mut maturin, workspace))?;
    let version = workspace.version();
    let wheel = fs::read_dir(&output)?.flatten().map(|entry| entry.path()).next();
    let wheel = wheel.with_context(|| format!("no wheel in {}", output.display()))?;
    let expected = format!("sourcing_sound-{version}-cp3{OLDEST_MINOR}-abi3-");
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    ensure!(name.starts_with(&expected), "the wheel is {name}, expected {expected}…");
    let bytes = files::size(&wheel)?;
    ensure!(bytes <= MAX_BYTES, "the wheel has {bytes} bytes, expected at most {MAX_BYTES}");
    Ok(wheel)
}

/// Returns clippy and rustfmt for the crate, which is in no other workspace.
pub fn lints(workspace: &Workspace, environments: &Environments) -> Result<Vec<Command>> {
    let (_, python) = environments.newest()?;
    let mut format = cargo::command();
    format.args(["fmt", "--check"]).current_dir(folder(workspace));
    let mut clippy = cargo::command();
    clippy.args(["clippy", "--release", "--locked", "--", "--deny", "warnings"]);
    clippy.env("PYO3_PYTHON", python).current_dir(folder(workspace));
    own_cargo(&mut clippy, workspace);
    Ok(vec![format, clippy])
}

/// Sets up cargo for the crate. It has its own folder in the target folder: the core is also a
/// cdylib, and the files of such a crate have no hash in their names, so its builds with other
/// features, such as that of the released command line, would be mistaken for this one.
fn own_cargo<'a>(command: &'a mut Command, workspace: &Workspace) -> &'a mut Command {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(cargo::is_set_by_cargo_run) {
            command.env_remove(name);
        }
    }
    command.env("CARGO_TARGET_DIR", workspace.target().join("wheel"))
}

/// Installs the wheel into each environment, and returns the commands that test it there.
///
/// # Errors
/// If it cannot be installed, or the command-line program cannot be built.
pub fn tests(
    workspace: &Workspace,
    environments: &Environments,
    wheel: &Path,
) -> Result<Vec<Command>> {
    let (program, trainer) = (command_line(workspace)?, trainer(workspace)?);
    let mut tests = Vec::new();
    for (_, python) in &environments.tested {
        install(python, wheel)?;
        let mut pytest = pytest(python);
        pytest.args(["--doctest-modules", "tests", "--pyargs", "sourcing_sound"]);
        pytest.current_dir(folder(workspace));
        tests.push(pytest);
    }
    for test in &mut tests {
        test.env(PROGRAM_VARIABLE, &program).env(TRAINER_VARIABLE, &trainer);
    }
    Ok(tests)
}

/// Follows the README in a new environment: installs the wheel with its dependencies from the
/// package index, and runs the first example. Returns why this was not possible, if it was not.
///
/// # Errors
/// If the wheel cannot be installed although the index can be reached, or the example fails.
pub fn first_use(
    workspace: &Workspace,
    environments: &Environments,
    wheel: &Path,
) -> Result<Option<String>> {
    let readme = files::read(&folder(workspace).join("README.md"))?;
    let (_, base) = environments.newest()?;
    let home = workspace.scratch()?.join("first-use");
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| format!("cannot empty {}", home.display()))?;
    }
    let venv = home.join("venv");
    process::run(Command::new(base).args(["-m", "venv"]).arg(&venv))?;
    let python = python::program(&venv, "python");
    let pip = |words: &[&str]| {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "--disable-pip-version-check"]).args(words);
        pip.current_dir(&home);
        pip
    };
    let probe = ["download", "--no-deps", "--dest", "index", "numpy"];
    if let Err(error) = process::output(&mut pip(&probe)) {
        return Ok(Some(format!("the package index cannot be reached: {error:#}")));
    }
    process::output(pip(&["install"]).arg(wheel))?;
    let mut example = Command::new(&python);
    example.args(["-I", "-W", "error", "-c", first_example(&readme)?]).current_dir(&home);
    let printed = process::output(&mut example)?;
    ensure!(printed.contains("Siren"), "the first example of the README printed {printed:?}");
    fs::remove_dir_all(&home).with_context(|| format!("cannot remove {}", home.display()))?;
    Ok(None)
}

/// Returns the first block of Python in a document.
fn first_example(document: &str) -> Result<&str> {
    let (_, after) = document.split_once("```python\n").context("the README has no example")?;
    let (example, _) = after.split_once("```").context("the example of the README has no end")?;
    Ok(example)
}

/// Installs the wheel next to Ray, and returns the command that tests the example for it.
///
/// # Errors
/// As [`beside_ray`].
pub fn ray_test(
    workspace: &Workspace,
    environments: &Environments,
    wheel: &Path,
) -> Result<Command> {
    let python = beside_ray(workspace, environments, wheel)?;
    let mut pytest = pytest(&python);
    pytest.current_dir(ray_example(workspace));
    pytest.env(PROGRAM_VARIABLE, command_line(workspace)?);
    Ok(pytest)
}

/// Returns the Python of an environment with Ray and the wheel.
///
/// # Errors
/// If Ray cannot be installed: it supports a new Python some time after its release.
pub fn beside_ray(
    workspace: &Workspace,
    environments: &Environments,
    wheel: &Path,
) -> Result<PathBuf> {
    let (_, base) = environments.newest()?;
    let requirements = ray_example(workspace).join("requirements.txt");
    let python = python::environment_of(workspace, "ray-venv", &requirements, Some(base))?;
    install(&python, wheel)?;
    Ok(python)
}

fn ray_example(workspace: &Workspace) -> PathBuf {
    workspace.root().join("examples").join("ray")
}

/// Installs the wheel, also over one of the same version.
fn install(python: &Path, wheel: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]);
    pip.args(["--no-deps", "--no-index", "--force-reinstall"]);
    process::run(pip.arg(wheel))
}

/// Returns pytest, which writes neither compiled modules nor caches among the sources.
fn pytest(python: &Path) -> Command {
    let mut pytest = Command::new(python);
    pytest.args(["-B", "-m", "pytest", "-p", "no:cacheprovider"]);
    pytest
}

/// Builds the program, with the features that it has in the Rust tests, so that nothing is compiled
/// twice.
///
/// # Errors
/// If it cannot be built.
pub fn command_line(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = cargo::command();
    // Tests of the program make cargo build it.
    cargo.arg("test").args(PRODUCT).args(["--no-run", "--quiet", "--test", "program"]);
    process::run(&mut cargo)?;
    Ok(built(workspace, "sourcing-sound"))
}

/// Builds the trainer, likewise.
fn trainer(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = cargo::command();
    cargo.arg("build").args(PRODUCT).args(["--quiet", "--bin", "sourcing-sound-train"]);
    process::run(&mut cargo)?;
    Ok(built(workspace, "sourcing-sound-train"))
}

/// Returns where cargo puts a program.
fn built(workspace: &Workspace, name: &str) -> PathBuf {
    let program = Path::new(name).with_extension(env::consts::EXE_EXTENSION);
    workspace.target().join("debug").join(program)
}

/// Checks the types of the package, of its tests, and of the compiled part against its stubs.
///
/// # Errors
/// If they are wrong.
pub fn check_types(workspace: &Workspace, environments: &Environments) -> Result<()> {
    let (minor, python) = environments.newest()?;
    if *minor < TYPED_MINOR {
        bail!("types are checked with Python 3.{TYPED_MINOR} or newer, but there is 3.{minor}");
    }
    let cache = workspace.scratch()?.join("mypy");
    let mut mypy = Command::new(python);
    mypy.args(["-m", "mypy", "--strict", "--cache-dir"]).arg(cache);
    mypy.args(["python/sourcing_sound", "tests"]).current_dir(folder(workspace));
    process::run(&mut mypy)?;
    let mut stubtest = Command::new(python);
    // From a folder without the sources, so that the installed package is found.
    stubtest.args(["-m", "mypy.stubtest", "sourcing_sound", "--mypy-config-file"]);
    stubtest.arg(folder(workspace).join("pyproject.toml")).arg("--allowlist");
    stubtest.arg(folder(workspace).join("tests/typing/not-at-runtime.txt"));
    stubtest.current_dir(workspace.scratch()?);
    process::run(&mut stubtest)
}
