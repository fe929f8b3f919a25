//! The sums of all runs on this machine, and the table of them in the documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::tools::files;

use super::run::Run;

const FILE: &str = "totals.json";
/// The table is between these lines.
const START: &str = "<!-- cargo xtask fuzz --write -->";
const END: &str = "<!-- end -->";

/// The sums of all runs, by target.
pub struct Totals(BTreeMap<String, Sums>);

#[derive(Clone, Copy, Default)]
struct Sums {
    executions: u64,
    seconds: u64,
    edges: u64,
    findings: u64,
}

impl Totals {
    /// Reads those in `folder`, if any.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).unwrap_or_else(|_| "{}".to_owned());
        let values: BTreeMap<String, Value> = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged", path.display()))?;
        let sums = values.into_iter().map(|(name, value)| {
            let number = |key: &str| value[key].as_u64().unwrap_or(0);
            let sums = Sums {
                executions: number("executions"),
                seconds: number("seconds"),
                edges: number("edges"),
                findings: number("findings"),
            };
            (name, sums)
        });
        Ok(Totals(sums.collect()))
    }

    /// Adds a run.
    pub fn add(&mut self, run: &Run) {
        let sums = self.0.entry(run.name.clone()).or_default();
        sums.executions += run.executions;
        sums.seconds += run.seconds;
        sums.edges = sums.edges.max(run.edges);
        sums.findings += u64::from(run.finding.is_some());
    }

    /// Writes them to `folder`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let values = self.0.iter().map(|(name, sums)| {
            let Sums { executions, seconds, edges, findings } = sums;
            let value = json!({
                "executions": executions, "seconds": seconds, "edges": edges, "findings": findings,
            });
            (name.clone(), value)
        });
        let values: serde_json::Map<String, Value> = values.collect();
        files::write(&folder.join(FILE), &format!("{:#}\n", Value::Object(values)))
    }

    /// Puts the table into the page at `path`.
    pub fn write_page(&self, path: &Path) -> Result<()> {
        let page = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let (before, rest) =
            page.split_once(START).context("the page has no place for the table")?;
        let (_, after) = rest.split_once(END).context("the page's table has no end")?;
        files::write(path, &format!("{before}{START}\n{}{END}{after}", self.table()))?;
        println!("{} is written", path.display());
        Ok(())
    }

    fn table(&self) -> String {
        let mut table =
            "| target | inputs run | hours | edges reached |\n|---|--:|--:|--:|\n".to_owned();
        for (name, sums) in &self.0 {
            let hours = sums.seconds as f64 / 3_600.0;
            table += &format!(
                "| `{name}` | {} | {hours:.2} | {} |\n",
                grouped(sums.executions),
                grouped(sums.edges)
            );
        }
        table
    }
}

/// Formats 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn run(executions: u64, edges: u64) -> Run {
        let name = "decode".to_owned();
        Run { name, executions, seconds: 1_800, edges, corpus: 3, finding: None }
    }

    #[test]
    fn sums_up_over_runs_and_writes_the_table() {
        let folder = tempfile::tempdir().unwrap();
        for executions in [1_000_000, 234_567] {
            let mut totals = Totals::read(folder.path()).unwrap();
            totals.add(&run(executions, 900));
            totals.write(folder.path()).unwrap();
        }
        let page = folder.path().join("page.md");
        fs::write(&page, format!("# Page\n{START}\nold\n{END}\nend\n")).unwrap();
        Totals::read(folder.path()).unwrap().write_page(&page).unwrap();
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.contains("| `decode` | 1,234,567 | 1.00 | 900 |"), "{text}");
        assert!(text.starts_with("# Page\n") && text.ends_with("\nend\n"), "{text}");
        assert!(!text.contains("old"), "{text}");
    }

    #[test]
    fn groups_digits() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
