//! Python interpreters, and virtual environments with given packages, for the tasks that run Python.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::workspace::Workspace;
use crate::tools::{files, process};

const INSTALL: &str =
    "on Debian run `apt-get install -y python3 python3-venv`, elsewhere see https://python.org";

/// The newest minor version of Python 3 that is searched for by name.
const NEWEST_MINOR: u32 = 30;

/// Returns the Python of the virtual environment `name`, which has the packages listed in the file
/// `requirements`. It is created again when the list or the interpreter changes.
pub fn environment(workspace: &Workspace, name: &str, requirements: &Path) -> Result<PathBuf> {
    environment_of(workspace, name, requirements, None)
}

/// Returns the same with the interpreter `base`, or with any Python 3 if `None`.
pub fn environment_of(
    workspace: &Workspace,
    name: &str,
    requirements: &Path,
    base: Option<&Path>,
) -> Result<PathBuf> {
    let base = base.map_or_else(find, |base| Ok(base.to_owned()))?;
    let stamp = format!("{}\n# {}\n", files::read(requirements)?, identity(&base)?);
    let folder = workspace.scratch()?.join(name);
    let installed = folder.join("installed-requirements.txt");
    let python = program(&folder, "python");
    if is_as_made(&python, &installed, &stamp) {
        return Ok(python);
    }
    println!("installing the packages of {}", requirements.display());
    process::run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
    process::run(pip.arg("--requirement").arg(requirements))?;
    files::write(&installed, &stamp)?;
    Ok(python)
}

/// Returns whether an environment matches `stamp` and its Python still runs: the interpreter that
/// it links to may have been removed.
fn is_as_made(python: &Path, installed: &Path, stamp: &str) -> bool {
    files::read(installed).is_ok_and(|text| text == stamp)
        && process::output(Command::new(python).args(["-I", "-c", "pass"])).is_ok()
}

/// Identifies the interpreter in one line: its path, its installation, and its version.
fn identity(python: &Path) -> Result<String> {
    const ASK: &str = "import sys; print(ascii((sys.executable, sys.base_prefix, sys.version)))";
    process::output(Command::new(python).args(["-I", "-c", ASK]))
}

/// Returns a program of the virtual environment in `folder`.
pub fn program(folder: &Path, name: &str) -> PathBuf {
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    programs.join(name).with_extension(env::consts::EXE_EXTENSION)
}

/// Finds Python 3 with its `venv` module.
fn find() -> Result<PathBuf> {
    let python = ["python3", "python"].into_iter().find_map(process::find_in_path);
    let python = python.with_context(|| format!("Python 3 is missing: {INSTALL}"))?;
    process::output(Command::new(&python).args(["-c", "import ensurepip, venv"]))
        .with_context(|| format!("Python's venv module is missing: {INSTALL}"))?;
    Ok(python)
}

/// Returns the CPython 3 interpreters on this machine, from the minor version `least` on, that can
/// create virtual environments, one for each minor version: those in `PATH` under their own names,
/// and those that pyenv has installed.
pub fn interpreters(least: u32) -> BTreeMap<u32, PathBuf> {
    let numbered = (least..=NEWEST_MINOR).map(|minor| format!("python3.{minor}"));
    let names = ["python3", "python"].map(String::from).into_iter().chain(numbered);
    let mut found = BTreeMap::new();
    for python in names.filter_map(process::find_in_path).chain(of_pyenv()) {
        if let Some((minor, path)) = minor_version(&python).filter(|(minor, _)| *minor >= least) {
            found.entry(minor).or_insert(path);
        }
    }
    found
}

/// Returns pyenv's interpreters. Their names in `PATH` work only for the selected version.
fn of_pyenv() -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| env::home_dir().map(|home| home.join(".pyenv")));
    let versions = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    versions.into_iter().flatten().flatten().map(|entry| program(&entry.path(), "python")).collect()
}

/// Returns the minor version of an interpreter, and its own path; `None` if it is not a usable
/// CPython 3.
fn minor_version(python: &Path) -> Option<(u32, PathBuf)> {
    const ASK: &str = "import ensurepip, platform, sys, venv\n\
        if platform.python_implementation() == 'CPython' and sys.version_info[0] == 3:\n    \
        print(sys.version_info[1], sys.executable)";
    let answer = process::output(Command::new(python).args(["-I", "-c", ASK])).ok()?;
    let (minor, path) = answer.split_once(' ')?;
    Some((minor.parse().ok()?, PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn a_program_that_is_no_python_has_no_version() {
        assert_eq!(minor_version(Path::new(&env::var_os("CARGO").unwrap())), None);
        assert_eq!(minor_version(Path::new("/no such program")), None);
    }

    #[test]
    fn an_environment_is_kept_while_its_stamp_is_the_same_and_its_python_runs() {
        let folder = tempfile::tempdir().unwrap();
        let installed = folder.path().join("installed-requirements.txt");
        let absent = folder.path().join("no such program");
        assert!(identity(&absent).is_err());
        for (minor, path) in interpreters(9) {
            let stamp = identity(&path).unwrap();
            assert!(stamp.contains(&format!("3.{minor}.")), "{stamp}");
            assert!(!is_as_made(&path, &folder.path().join("none"), &stamp));
            files::write(&installed, &stamp).unwrap();
            assert!(is_as_made(&path, &installed, &stamp));
            assert!(!is_as_made(&path, &installed, "another"));
            assert!(!is_as_made(&absent, &installed, &stamp));
        }
    }

    #[test]
    fn interpreters_report_their_version() {
        for (minor, path) in interpreters(9) {
            assert!(minor >= 9);
            assert_eq!(minor_version(&path), Some((minor, path)));
        }
    }
}
