//! `cargo xtask fuzz`: builds the fuzz targets and continues them where they stopped.
//!
//! libFuzzer needs the compiler's coverage instrumentation, which the pinned toolchain has; only its
//! sanitizers need a nightly one, and with that `cargo fuzz run TARGET` works in `fuzz/`, too.

mod instrument;
mod run;
mod totals;

use std::fs;
use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use crate::tools::workspace::Workspace;
use crate::tools::{cargo, process};

pub use instrument::rustc_in_place;
use run::Run;
use totals::Totals;

/// The targets, and the most bytes of an input.
const TARGETS: [(&str, u32); 12] = [
    ("checkpoint", 8_192),
    ("datasets", 8_192),
    ("decode", 16_384),
    ("downmix", 1_024),
    ("engine", 1_024),
    ("front_end", 1_024),
    ("general", 131_072),
    ("head", 16_384),
    ("model", 131_072),
    ("resampler", 1_024),
    ("stream", 2_048),
    ("taught", 32_768),
];

/// The folder of the inputs that runs keep for later ones, and that of the tests, which keep none.
const CORPORA: &str = "corpus";
const CHECKED: &str = "checked";

/// The options of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub struct Options {
    /// Fuzz only these; all of them if left out
    #[arg(value_name = "TARGET", value_parser = TARGETS.map(|(name, _)| name))]
    targets: Vec<String>,
    /// Seconds for each target
    #[arg(long, value_name = "S", default_value_t = 60)]
    seconds: u32,
    /// How many targets run at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// The seed of the random changes; different in every run if left out
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u32,
    /// Run this input once instead, such as one that was found
    #[arg(long, value_name = "FILE", requires = "targets")]
    input: Option<PathBuf>,
    /// Write the sums of all runs so far to docs/reliability.md
    #[arg(long)]
    write: bool,
}

/// Runs `cargo xtask fuzz`. Returns false if an input breaks a target.
pub fn run(workspace: &Workspace, options: &Options) -> Result<bool> {
    let fuzzer = Fuzzer::build(workspace, CORPORA)?;
    if let Some(input) = &options.input {
        for target in &options.targets {
            process::run(fuzzer.command(target).arg(input))?;
        }
        return Ok(true);
    }
    let mut totals = Totals::read(&fuzzer.folder)?;
    // Stored after each target, so that hours of fuzzing can be interrupted.
    let runs = fuzzer.run(options, |run| {
        totals.add(run);
        totals.write(&fuzzer.folder)
    })?;
    if options.write {
        totals.write_page(&workspace.root().join("docs/reliability.md"))?;
    }
    Ok(runs.iter().all(|run| run.finding.is_none()))
}

/// Runs every target for a few seconds, as a step of the tests. Returns how many passed. It always
/// begins with the same inputs and makes the same changes, so that failures are reproducible.
pub fn check(workspace: &Workspace, seconds: u32) -> Result<(usize, usize)> {
    let jobs = thread::available_parallelism().map_or(1, |cores| cores.get().min(64) as u16);
    let options =
        Options { targets: Vec::new(), seconds, jobs, seed: 1, input: None, write: false };
    let fuzzer = Fuzzer::build(workspace, CHECKED)?;
    let corpora = fuzzer.folder.join(fuzzer.corpora);
    if corpora.exists() {
        fs::remove_dir_all(&corpora)
            .with_context(|| format!("cannot remove {}", corpora.display()))?;
    }
    let runs = fuzzer.run(&options, |_| Ok(()))?;
    let broken = runs.iter().filter(|run| run.finding.is_some()).count();
    Ok((runs.len() - broken, broken))
}

/// The built targets and their folders.
struct Fuzzer {
    binaries: PathBuf,
    /// Corpora, seeds and sums, which stay between runs.
    folder: PathBuf,
    /// The folder of the corpora in it.
    corpora: &'static str,
    findings: PathBuf,
}

impl Fuzzer {
    fn build(workspace: &Workspace, corpora: &'static str) -> Result<Self> {
        let manifest = workspace.root().join("fuzz/Cargo.toml");
        let folder = workspace.target().join("fuzz");
        let triple = host()?;
        println!("building the fuzz targets");
        let mut build = cargo::command();
        build.args(["build", "--release", "--locked", "--target", &triple]);
        instrument::set(&mut build)?;
        build.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(&folder);
        process::run(&mut build).context(
            "the fuzz targets cannot be built; libFuzzer, which is C++, needs g++ or clang++",
        )?;
        let fuzzer = Fuzzer {
            binaries: folder.join(triple).join("release"),
            findings: workspace.root().join("fuzz/artifacts"),
            folder,
            corpora,
        };
        process::run(fuzzer.command("seeds").arg(fuzzer.seeds()))?;
        Ok(fuzzer)
    }

    fn command(&self, target: &str) -> std::process::Command {
        let program = self.binaries.join(target);
        std::process::Command::new(program.with_extension(std::env::consts::EXE_EXTENSION))
    }

    fn seeds(&self) -> PathBuf {
        self.folder.join("seeds")
    }

    /// Runs the targets in their order, several at a time, and passes each to `finished`.
    fn run(
        &self,
        options: &Options,
        mut finished: impl FnMut(&Run) -> Result<()>,
    ) -> Result<Vec<Run>> {
        let chosen = |name: &str| {
            options.targets.is_empty() || options.targets.iter().any(|target| target == name)
        };
        let targets: Vec<_> = TARGETS.iter().filter(|(name, _)| chosen(name)).collect();
        let rounds = targets.len().div_ceil(usize::from(options.jobs)) as u32;
        println!("{} targets, about {} s", targets.len(), rounds * options.seconds);
        let mut runs = Vec::new();
        for group in targets.chunks(usize::from(options.jobs)) {
            let done: Vec<Result<Run>> = thread::scope(|scope| {
                let threads: Vec<_> = group
                    .iter()
                    .map(|&&(name, bytes)| scope.spawn(move || self.run_one(name, bytes, options)))
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| match thread.join() {
                        Ok(run) => run,
                        Err(_) => bail!("a thread that ran a target has panicked"),
                    })
                    .collect()
            });
            for run in done {
                let run = run?;
                println!("{run}");
                finished(&run)?;
                runs.push(run);
            }
        }
        Ok(runs)
    }

    fn run_one(&self, name: &str, most_bytes: u32, options: &Options) -> Result<Run> {
        let corpus = self.folder.join(self.corpora).join(name);
        let findings = self.findings.join(name);
        for folder in [&corpus, &findings] {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let mut command = self.command(name);
        command
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-max_len={most_bytes}"))
            .arg(format!("-seed={}", options.seed))
            .args([
                "-report_slow_units=1000",
                "-timeout=30",
                "-rss_limit_mb=4096",
                "-print_final_stats=1",
            ])
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .arg(&corpus)
            .arg(self.seeds().join(name));
        let output = command.output().with_context(|| format!("cannot start {name}"))?;
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let log_file = self.folder.join(format!("{name}.log"));
        fs::write(&log_file, &log)
            .with_context(|| format!("cannot write {}", log_file.display()))?;
        let run = Run::read(name, &log, output.status.success());
        ensure!(
            run.executions > 0 || run.finding.is_some(),
            "{name} ran nothing; see {}",
            log_file.display()
        );
        Ok(run)
    }
}

/// Returns the triple of this machine. With an explicit target, build scripts are not instrumented.
fn host() -> Result<String> {
    let version = process::output(std::process::Command::new("rustc").arg("-vV"))?;
    let line = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("`rustc -vV` names no host")?.to_owned())
}
