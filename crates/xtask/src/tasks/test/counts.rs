//! Counts a suite's tests from its output.

use std::ops::AddAssign;

/// The number of tests by their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that ran and passed.
    pub passed: usize,
    /// Tests that failed, or that should have run but did not.
    pub failed: usize,
    /// Tests that were skipped on purpose.
    pub skipped: usize,
}

impl Counts {
    /// Returns the tests that ran.
    pub fn ran(self) -> usize {
        self.passed + self.failed
    }

    /// Sums the `test result: …` lines of Rust's test harness, which documentation tests and
    /// wasm-bindgen's harness print too.
    pub fn from_rust(printed: &str) -> Self {
        let mut counts = Self::default();
        for line in printed.lines() {
            let Some((_, result)) = line.split_once("test result: ") else {
                continue;
            };
            // "ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; …"
            let result = result.split_once(". ").map_or(result, |(_, parts)| parts);
            for part in result.split(';') {
                counts.add(part, &["passed"], &["failed"], &["ignored"]);
            }
        }
        counts
    }

    /// Reads the summary of Playwright's list, line and dot reporters: a line
    /// such as `  12 passed (1.2m)` for each outcome.
    pub fn from_playwright(printed: &str) -> Self {
        let mut counts = Self::default();
        for line in printed.lines() {
            let outcome = line.split(" (").next().unwrap_or(line);
            counts.add(
                outcome,
                // A flaky test passed when it was repeated.
                &["passed", "flaky"],
                &["failed", "interrupted", "did not run"],
                &["skipped"],
            );
        }
        counts
    }

    /// Reads the last line of pytest: `1 failed, 114 passed, 2 skipped in 39.59s`.
    pub fn from_pytest(printed: &str) -> Self {
        let mut counts = Self::default();
        let last = printed.lines().rev().find(|line| line.contains(" in "));
        let summary = last.map_or("", |line| line.trim_matches(['=', ' ']));
        for part in summary.split(" in ").next().unwrap_or_default().split(", ") {
            counts.add(
                part,
                &["passed", "xfailed"],
                &["failed", "error", "errors", "xpassed"],
                &["skipped"],
            );
        }
        counts
    }

    /// Adds `part`, a number and a word, to the outcome that the word belongs to.
    fn add(&mut self, part: &str, passed: &[&str], failed: &[&str], skipped: &[&str]) {
        let Some((number, word)) = part.trim().split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<usize>() else {
            return;
        };
        if passed.contains(&word) {
            self.passed += number;
        } else if failed.contains(&word) {
            self.failed += number;
        } else if skipped.contains(&word) {
            self.skipped += number;
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn adds_up_rusts_suites() {
        let printed = "\
running 3 tests
test a ... ok
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.10s

   Doc-tests x
test result: FAILED. 4 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.2s
";
        assert_eq!(Counts::from_rust(printed), counts(6, 3, 1));
    }

    #[test]
    fn reads_the_browsers_harness() {
        let printed = "running 2 tests\n\ntest wasm::a ... ok\n\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.42s\n";
        assert_eq!(Counts::from_rust(printed), counts(2, 0, 0));
    }

    #[test]
    fn reads_playwrights_summary() {
        let printed = "\
Running 20 tests using 2 workers
  ✓  1 live.spec.ts:3:1 › 3 passed cars (1.2s)
  1 failed
    live.spec.ts:9:1 › labels a dog
  2 flaky
  4 skipped
  3 did not run
  12 passed (1.2m)
";
        assert_eq!(Counts::from_playwright(printed), counts(14, 4, 4));
    }

    #[test]
    fn reads_pytests_summary() {
        let printed = "...F..s\nFAILED tests/a.py::b - 3 passed in words\n\
            1 failed, 114 passed, 2 skipped, 1 error in 39.59s\n";
        assert_eq!(Counts::from_pytest(printed), counts(114, 2, 2));
        let decorated = "===== 5 passed in 0.31s =====\n";
        assert_eq!(Counts::from_pytest(decorated), counts(5, 0, 0));
        assert_eq!(Counts::from_pytest("no tests ran in 0.01s\n").ran(), 0);
    }

    #[test]
    fn finds_nothing_where_nothing_ran() {
        for printed in ["", "no tests to run!\n", "Error: No tests found\n", "5 apples\n"] {
            assert_eq!(Counts::from_rust(printed).ran(), 0, "{printed}");
            assert_eq!(Counts::from_playwright(printed).ran(), 0, "{printed}");
        }
    }
}
