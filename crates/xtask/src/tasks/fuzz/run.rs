//! Reads from libFuzzer's report what one run of one target did.

use std::fmt;

/// One run of one target.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The target.
    pub name: String,
    /// Inputs that were run.
    pub executions: u64,
    /// Seconds that it took.
    pub seconds: u64,
    /// Edges of the program that the corpus reaches.
    pub edges: u64,
    /// Inputs in the corpus.
    pub corpus: u64,
    /// The file of the input that broke it.
    pub finding: Option<String>,
}

impl Run {
    /// Reads libFuzzer's report.
    pub fn read(name: &str, log: &str, succeeded: bool) -> Self {
        let statistic = |key: &str| {
            let line = log.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
        };
        // "#2097152 pulse  cov: 1234 ft: 2345 corp: 345/67kb …"
        let counter = |key: &str| {
            let lines = log.lines().rev().filter(|line| line.starts_with('#'));
            let mut words = lines.filter_map(|line| {
                let mut words = line.split_whitespace().skip_while(|word| *word != key);
                words.nth(1)?.split('/').next()?.parse().ok()
            });
            words.next().unwrap_or(0)
        };
        let file = log.lines().find_map(|line| line.split("Test unit written to ").nth(1));
        let unnamed = || (!succeeded).then(|| "no file".to_owned());
        // "Done 12345 runs in 61 second(s)"
        let done = log.lines().find_map(|line| line.strip_prefix("Done "));
        let mut numbers =
            done.unwrap_or("").split_whitespace().filter_map(|word| word.parse().ok());
        let executions =
            numbers.next().unwrap_or_else(|| statistic("stat::number_of_executed_units:"));
        Run {
            name: name.to_owned(),
            executions,
            seconds: numbers.next().unwrap_or(0),
            edges: counter("cov:"),
            corpus: counter("corp:"),
            finding: file.map(|file| file.trim().to_owned()).or_else(unnamed),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run { name, executions, seconds, edges, corpus, finding } = self;
        write!(
            f,
            "{name:12} {executions:>10} runs in {seconds} s, {edges} edges, {corpus} inputs kept"
        )?;
        match finding {
            Some(file) => write!(
                f,
                "\n{name:12} BROKEN by {file}\n{:12} cargo xtask fuzz {name} --input {file}",
                ""
            ),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: &str = "INFO: Seed: 1\n#2\tINITED cov: 10 ft: 11 corp: 1/1b\n\
        #900\tDONE   cov: 1234 ft: 2345 corp: 345/67kb lim: 4096 exec/s: 29 rss: 55Mb\n\
        Done 900 runs in 31 second(s)\nstat::number_of_executed_units: 900\n";

    #[test]
    fn reads_what_a_run_did() {
        let run = Run::read("decode", DONE, true);
        assert_eq!((run.executions, run.seconds, run.edges, run.corpus), (900, 31, 1234, 345));
        assert_eq!(run.finding, None);
    }

    #[test]
    fn names_the_file_that_broke_it() {
        let log = "#5\tNEW    cov: 7 ft: 8 corp: 3/9b\nartifact_prefix='a/'; \
            Test unit written to a/crash-1\nstat::number_of_executed_units: 5\n";
        let run = Run::read("head", log, false);
        assert_eq!((run.executions, run.edges), (5, 7));
        assert_eq!(run.finding.as_deref(), Some("a/crash-1"));
        assert!(run.to_string().contains("cargo xtask fuzz head --input a/crash-1"), "{run}");
        assert!(Run::read("head", "", false).finding.is_some());
    }
}
