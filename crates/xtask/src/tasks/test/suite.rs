//! Runs a check or a suite of tests, and reports the results.

use std::process::Command;

use anyhow::Result;

use crate::tools::process;

use super::counts::Counts;
use super::failures;

/// The results of a step.
pub struct Report {
    /// The tests it ran; none for a check.
    pub counts: Counts,
    /// Whether the step passed.
    pub passed: bool,
    /// What its suites reported about each failed test.
    pub failures: Vec<String>,
}

impl Report {
    /// Returns the report of a check that passed.
    pub fn of_check() -> Self {
        Self { counts: Counts::default(), passed: true, failures: Vec::new() }
    }

    /// Adds the results of another suite of the step.
    pub fn add(&mut self, other: Self) {
        self.counts += other.counts;
        self.passed &= other.passed;
        self.failures.extend(other.failures);
    }
}

/// How to read the output of a harness.
#[derive(Clone, Copy)]
pub struct Harness {
    counts: fn(&str) -> Counts,
    failures: fn(&str) -> Vec<String>,
}

/// Rust's test harness, and wasm-bindgen's.
pub const RUST: Harness = Harness { counts: Counts::from_rust, failures: failures::from_rust };
/// Playwright.
pub const PLAYWRIGHT: Harness =
    Harness { counts: Counts::from_playwright, failures: failures::from_playwright };
/// pytest.
pub const PYTEST: Harness =
    Harness { counts: Counts::from_pytest, failures: failures::from_pytest };

/// Runs a check, which passes if its command succeeds.
pub fn check(command: &mut Command) -> Result<Report> {
    process::run(command)?;
    Ok(Report::of_check())
}

/// Runs a suite of tests. A suite without a single test counts as failed.
pub fn suite(command: &mut Command, harness: Harness) -> Result<Report> {
    let shown = process::show(command)?;
    let counts = (harness.counts)(&shown.stdout);
    if shown.success && counts.ran() == 0 {
        eprintln!("error: `{}` ran no test", process::line(command));
    } else if !shown.success && counts.failed == 0 {
        eprintln!("error: `{}` failed outside its tests", process::line(command));
    }
    let passed = shown.success && counts.ran() > 0 && counts.failed == 0;
    let failures = if passed { Vec::new() } else { (harness.failures)(&shown.stdout) };
    Ok(Report { counts, passed, failures })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::tools::cargo;

    #[test]
    fn a_suite_without_tests_has_failed() {
        let report = suite(cargo::command().arg("--version"), RUST).unwrap();
        assert_eq!(report.counts, Counts::default());
        assert!(!report.passed);
    }

    #[test]
    fn a_suite_that_fails_after_its_tests_has_failed() {
        let counts = |_: &str| Counts { passed: 2, ..Counts::default() };
        let two_passed = Harness { counts, failures: |_| vec!["why".to_owned()] };
        let report = suite(cargo::command().arg("no-such-command"), two_passed).unwrap();
        assert_eq!(report.counts.passed, 2);
        assert!(!report.passed);
        assert_eq!(report.failures, ["why"]);
        let report = suite(cargo::command().arg("--version"), two_passed).unwrap();
        assert!(report.passed && report.failures.is_empty());
    }

    #[test]
    fn a_check_that_fails_names_its_command() {
        let error = check(cargo::command().arg("no-such-command")).err().unwrap();
        assert!(error.to_string().contains("no-such-command"), "{error}");
    }
}
