//! `cargo xtask test`: runs the steps and sums up their results.

mod counts;
mod failures;
mod steps;
mod suite;

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::tools::workspace::Workspace;

use counts::Counts;
use steps::{Session, Step};
use suite::Report;

/// The options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Options {
    /// Run only this step; may be given several times
    #[arg(long, value_name = "STEP", value_enum)]
    only: Vec<Step>,
    /// List the steps and stop
    #[arg(long)]
    list: bool,
}

/// The outcome of a step.
struct Outcome {
    step: Step,
    elapsed: Duration,
    report: Report,
}

/// Runs the steps one after another, even after a failure, and ends with a line `N passed, N
/// failed`. Returns whether everything passed.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    if options.list {
        for step in Step::value_variants() {
            println!("{:12} {}", step.name(), step.about());
        }
        return Ok(true);
    }
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| options.only.is_empty() || options.only.contains(step))
        .collect();
    if let Err(error) = steps.iter().try_for_each(|step| step.prepare()) {
        eprintln!("error: {error:#}");
        println!("\n0 passed, 1 failed");
        return Ok(false);
    }
    let session = Session::new(workspace);
    let outcomes: Vec<Outcome> = steps.into_iter().map(|step| execute(step, &session)).collect();
    print!("{}{}", failures(&outcomes), summary(&outcomes));
    Ok(outcomes.iter().all(|outcome| outcome.report.passed))
}

fn execute(step: Step, session: &Session<'_>) -> Outcome {
    println!("\n==> {}: {}", step.name(), step.about());
    let start = Instant::now();
    let report = step.run(session).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Report { counts: Counts::default(), passed: false, failures: vec![format!("{error:#}")] }
    });
    let elapsed = start.elapsed();
    println!("<== {} {} in {}", step.name(), result(report.passed), seconds(elapsed));
    Outcome { step, elapsed, report }
}

/// Repeats what the failed tests and checks reported.
fn failures(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for Outcome { step, report, .. } in outcomes {
        for failure in &report.failures {
            text += &format!("\n==> failed in {}\n{failure}\n", step.name());
        }
    }
    text
}

fn result(passed: bool) -> &'static str {
    if passed { "passed" } else { "FAILED" }
}

/// Returns the table of steps and, as its last line, the sums. A step that failed without a failing
/// test (a check, or a suite that broke off) counts as one.
fn summary(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "\n{:12} {:8} {:>9} {:>7} {:>7} {:>7}\n",
        "step", "result", "time", "passed", "failed", "skipped"
    );
    let mut sum = Counts::default();
    for Outcome { step, elapsed, report } in outcomes {
        let mut counts = report.counts;
        if !report.passed && counts.failed == 0 {
            counts.failed = 1;
        }
        text += &format!(
            "{:12} {:8} {:>9} {:>7} {:>7} {:>7}\n",
            step.name(),
            result(report.passed),
            seconds(*elapsed),
            counts.passed,
            counts.failed,
            counts.skipped
        );
        sum += counts;
    }
    text + &format!("\n{} passed, {} failed\n", sum.passed, sum.failed)
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(step: Step, passed: bool, counts: (usize, usize, usize)) -> Outcome {
        let (passing, failed, skipped) = counts;
        Outcome {
            step,
            elapsed: Duration::from_millis(1_250),
            report: Report {
                counts: Counts { passed: passing, failed, skipped },
                passed,
                failures: (0..failed).map(|number| format!("test {number}")).collect(),
            },
        }
    }

    #[test]
    fn the_last_line_is_the_sum() {
        let text = summary(&[
            outcome(Step::Fmt, true, (0, 0, 0)),
            outcome(Step::Rust, true, (40, 0, 2)),
            outcome(Step::E2e, false, (9, 3, 1)),
        ]);
        assert_eq!(text.lines().last(), Some("49 passed, 3 failed"));
        assert!(text.contains("FAILED"), "{text}");
    }

    #[test]
    fn failures_are_repeated() {
        let text = failures(&[
            outcome(Step::Rust, true, (40, 0, 2)),
            outcome(Step::E2e, false, (9, 2, 1)),
        ]);
        assert_eq!(text, "\n==> failed in e2e\ntest 0\n\n==> failed in e2e\ntest 1\n");
    }

    #[test]
    fn a_step_that_broke_off_counts_as_a_failure() {
        let text = summary(&[
            outcome(Step::Clippy, false, (0, 0, 0)),
            outcome(Step::Wasm, false, (5, 0, 0)),
        ]);
        assert_eq!(text.lines().last(), Some("5 passed, 2 failed"));
    }

    #[test]
    fn every_step_has_a_name_and_a_description() {
        for step in Step::value_variants() {
            assert!(!step.name().is_empty());
            assert!(!step.about().is_empty(), "{}", step.name());
        }
    }
}
