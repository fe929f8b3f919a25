//! Runs child processes; failures name the command.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// Runs the command with this process's input and output.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed with {status}", line(command));
    }
    Ok(())
}

/// Runs the command silently and returns what it printed, trimmed. On failure
/// the error holds what it wrote to stderr.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed with {}: {}", line(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command's output, which was both shown and kept.
pub struct Shown {
    /// Whether it exited with 0.
    pub success: bool,
    /// Everything it wrote to stdout.
    pub stdout: String,
}

/// Runs the command, shows its output while it runs and returns its stdout.
pub fn show(command: &mut Command) -> Result<Shown> {
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let mut kept = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        let mut chunk = [0; 8192];
        loop {
            let length = pipe.read(&mut chunk)?;
            if length == 0 {
                break;
            }
            let mut stdout = io::stdout().lock();
            stdout.write_all(&chunk[..length])?;
            stdout.flush()?;
            kept.extend_from_slice(&chunk[..length]);
        }
    }
    let status = child.wait()?;
    Ok(Shown { success: status.success(), stdout: String::from_utf8_lossy(&kept).into_owned() })
}

/// Starts the command.
pub fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| format!("cannot start `{}`", line(command)))
}

/// Returns the command as one would type it.
pub fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Returns the program's full path, if one of the folders in `PATH` has it.
pub fn find_in_path(program: impl AsRef<OsStr>) -> Option<PathBuf> {
    find_in(env::split_paths(&env::var_os("PATH")?), program.as_ref())
}

fn find_in(folders: impl Iterator<Item = PathBuf>, program: &OsStr) -> Option<PathBuf> {
    // Appended, because the end of python3.13 is not an extension that could be replaced.
    let mut file = program.to_owned();
    file.push(env::consts::EXE_SUFFIX);
    folders.map(|folder| folder.join(&file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::tools::cargo;

    #[test]
    fn shows_and_keeps_what_a_command_prints() {
        let shown = show(cargo::command().arg("--version")).unwrap();
        assert!(shown.success);
        assert!(shown.stdout.starts_with("cargo "), "{}", shown.stdout);
    }

    #[test]
    fn a_program_with_a_dot_in_its_name_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let python = folder.path().join(format!("python3.13{}", env::consts::EXE_SUFFIX));
        std::fs::write(&python, "").unwrap();
        let find = |name: &str| {
            let folders = [folder.path().join("absent"), folder.path().to_owned()];
            find_in(folders.into_iter(), OsStr::new(name))
        };
        assert_eq!(find("python3.13"), Some(python));
        assert_eq!(find("python3"), None);
        assert_eq!(find("python3.1"), None);
    }

    #[test]
    fn a_failure_names_the_command_and_its_words() {
        let error = output(cargo::command().arg("no-such-command")).unwrap_err().to_string();
        assert!(error.contains("no-such-command` failed"), "{error}");
        assert!(error.contains("no such command"), "{error}");
    }
}
