//! A program that answers each line of JSON with a line of JSON.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::tools::workspace::Workspace;
use crate::tools::{process, python};

/// A running program; dropping this value ends it.
pub struct Program {
    /// The command, for messages.
    line: String,
    child: Child,
    requests: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it, and shows what it writes to stderr.
    pub fn start(command: &mut Command) -> Result<Self> {
        let line = process::line(command);
        let mut child = process::spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let answers = BufReader::new(answers.context("the program has no output")?).lines();
        Ok(Self { line, child, requests, answers })
    }

    /// Starts `benches/NAME.py` on the given Python, or on one with the packages that
    /// `benches/NAME.requirements.txt` pins. `modules` are those that the program imports.
    pub fn python(
        workspace: &Workspace,
        name: &str,
        modules: &str,
        given: Option<&Path>,
    ) -> Result<Self> {
        let requirements = format!("benches/{name}.requirements.txt");
        let python = match given {
            Some(python) => python.to_owned(),
            None => {
                let requirements = workspace.root().join(&requirements);
                python::environment(workspace, &format!("{name}-venv"), &requirements)?
            }
        };
        let import = format!("import {modules}");
        process::output(Command::new(&python).args(["-c", &import])).with_context(|| {
            let python = python.display();
            format!("{python} has no {modules}; run `{python} -m pip install -r {requirements}`")
        })?;
        let mut program = Command::new(&python);
        program.current_dir(workspace.root()).arg("-B");
        Self::start(program.arg(format!("benches/{name}.py")))
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// If the program ended instead of answering, or if its answer is not JSON.
    pub fn ask(&mut self, request: &Value) -> Result<Value> {
        let ended = || format!("`{}` ended without an answer", self.line);
        let mut requests = self.requests.as_ref().with_context(ended)?;
        writeln!(requests, "{request}").with_context(ended)?;
        let answer = self.answers.next().with_context(ended)?.with_context(ended)?;
        serde_json::from_str(&answer)
            .with_context(|| format!("`{}` answered {answer:?}, which is not JSON", self.line))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Without more requests it ends by itself; it may already have ended.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::tools::cargo;
    use serde_json::json;

    #[test]
    #[cfg(unix)]
    fn every_request_is_answered() {
        let mut echo = Program::start(&mut Command::new("cat")).unwrap();
        for request in [json!({ "seconds": 1 }), json!([])] {
            assert_eq!(echo.ask(&request).unwrap(), request);
        }
    }

    #[test]
    fn a_program_that_ends_is_named() {
        let mut cargo = cargo::command();
        let mut version = Program::start(cargo.arg("--version")).unwrap();
        // The first line is its version, which is not JSON; there is no other line.
        for _ in 0..2 {
            let error = version.ask(&json!({})).unwrap_err().to_string();
            assert!(error.contains("--version"), "{error}");
        }
    }
}
