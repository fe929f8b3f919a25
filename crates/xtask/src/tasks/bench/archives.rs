//! `cargo xtask bench archives`: classifies an archive with the command line, the Python wheel and
//! the example for Ray.
//!
//! `benches/archives.py` runs all three over the same synthesised recordings, with two workers
//! each. They take turns, and a run over only as many recordings as workers is subtracted in every
//! round, so that startup, which is shown separately, does not count.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tasks::wheel;
use crate::tools::workspace::Workspace;
use crate::tools::{cargo, process};

use super::machine::Machine;
use super::measured::{median, number};
use super::page;
use super::program::Program;

/// Workers of each, as in `benches/archives.py`, and the recordings of the small run.
const WORKERS: f64 = 2.0;
/// The programs that are measured, by the names in requests and tables.
const WAYS: [&str; 3] = ["command line", "wheel", "Ray"];
/// The fewest rounds for published results: programs that differ by a few percent need that many.
const LEAST_ROUNDS: u16 = 7;
/// States what was compared, and when.
const VERSIONS: &str = "\
import datetime, platform, numpy, pyarrow, ray
print(f'{datetime.date.today()}, Python {platform.python_version()}, numpy {numpy.__version__}, '
      f'pyarrow {pyarrow.__version__}, Ray {ray.__version__}')";
/// The archives of the projection, in hours of sound.
const PROJECTED_HOURS: [f64; 2] = [1e4, 1e6];

/// The options of `cargo xtask bench archives`.
#[derive(clap::Args)]
pub struct Options {
    /// How often everything is measured; the medians are shown
    #[arg(long, value_name = "N", default_value_t = LEAST_ROUNDS, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Recordings of the archive
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u16).range(8..))]
    recordings: u16,
    /// Seconds of each recording
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u16).range(3..))]
    seconds: u16,
    /// Also write the section "An archive" of docs/performance.md; at least 7 rounds
    #[arg(long)]
    write: bool,
}

/// Runs `cargo xtask bench archives`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    ensure!(
        !options.write || options.rounds >= LEAST_ROUNDS,
        "--write is for {LEAST_ROUNDS} rounds or more, not {}",
        options.rounds
    );
    let Compared { mut bench, program, versions } = compared(workspace)?;
    let folder = workspace.scratch()?.join("bench-archives");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    let Options { recordings, seconds, .. } = *options;
    let made =
        bench.ask(&json!({ "make": folder, "recordings": recordings, "seconds": seconds }))?;
    let cluster = bench.ask(&json!({ "start": true }))?;
    let mut rounds = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        rounds.push(Round::measure(&mut bench, &folder, &program)?);
    }
    let archive = Archive {
        recordings: f64::from(recordings),
        hours: f64::from(recordings) * f64::from(seconds) / 3_600.0,
        bytes: number(&made, "bytes")?,
        cluster_seconds: number(&cluster, "processor_seconds")?,
        rounds,
    };
    let machine = Machine::find();
    let text = format!(
        "Written by `cargo xtask bench archives --rounds {rounds} --recordings {recordings} \
         --seconds {seconds} --write`; run it to measure again. {cores} cores of {processor}: medians \
         of {rounds} rounds, in which all take turns. Command line and wheel of this version, both \
         built with the profile `release`; {versions}.\n\n{tables}{NOTES}",
        rounds = options.rounds,
        cores = machine.cores,
        processor = machine.processor,
        tables = archive.tables()?,
    );
    println!("\n{text}");
    if options.write {
        let page = page::write_section(workspace, "An archive", &text)?;
        println!("{} is written", page.display());
    }
    Ok(())
}

/// What is compared.
struct Compared {
    /// The program that measures, in an environment with the wheel and Ray.
    bench: Program,
    /// The program of the command line.
    program: PathBuf,
    /// The day, and the versions of wheel, Python and Ray.
    versions: String,
}

fn compared(workspace: &Workspace) -> Result<Compared> {
    let environments = wheel::environments(workspace)?;
    let built = wheel::build(workspace, &environments)?;
    let python = wheel::beside_ray(workspace, &environments, &built)?;
    let program = released(workspace)?;
    let script = workspace.root().join("benches").join("archives.py");
    let versions = process::output(Command::new(&python).args(["-c", VERSIONS]))?;
    eprintln!("profile release; {versions}");
    let bench = Program::start(Command::new(&python).arg("-B").arg(script))?;
    Ok(Compared { bench, program, versions })
}

/// Builds the command line as it is released, like the wheel, and not as the tests build it.
fn released(workspace: &Workspace) -> Result<PathBuf> {
    let mut build = cargo::command();
    build.args(["build", "--release", "--locked", "--bin", "sourcing-sound"]).args(cargo::PRODUCT);
    process::run(&mut build)?;
    let name = Path::new("sourcing-sound").with_extension(env::consts::EXE_EXTENSION);
    Ok(workspace.target().join("release").join(name))
}

/// Explains the tables.
const NOTES: &str = "\
- Processor time is that of all processes that take part, so that other load on the machine counts
  little. The recordings are noise, synthesised: 48 kHz, 16 bits, mono, as wav. A compressed format
  needs less reading and more decoding.
- Each has two workers: `--jobs 2`, two processes of Python that each classify every second recording,
  and `examples/ray/classify.py --workers 2 --recordings-per-part 8`. All write Parquet with the same rows.
- Starting up is a run over two recordings. It is subtracted from the others, and for Ray it
  is that of a job on a cluster that runs already.
- × command line, × wheel: the median of a round's processor time divided by the other's in the same
  round.
";

/// One run.
#[derive(Clone, Copy)]
struct Run {
    processor_seconds: f64,
    seconds: f64,
    rows: f64,
    bytes: f64,
}

impl Run {
    fn of(answer: &Value) -> Result<Self> {
        Ok(Run {
            processor_seconds: number(answer, "processor_seconds")?,
            seconds: number(answer, "seconds")?,
            rows: number(answer, "rows")?,
            bytes: number(answer, "bytes")?,
        })
    }
}

/// The times of one program in a round.
#[derive(Clone, Copy)]
struct Way {
    /// Over only as many recordings as workers.
    small: Run,
    /// Over all recordings.
    full: Run,
}

impl Way {
    /// Returns the processor seconds without startup.
    fn processor_seconds(&self) -> f64 {
        self.full.processor_seconds - self.small.processor_seconds
    }

    /// Returns the elapsed seconds without startup.
    fn seconds(&self) -> f64 {
        self.full.seconds - self.small.seconds
    }
}

/// All programs once, in the order of [`WAYS`].
struct Round([Way; 3]);

impl Round {
    fn measure(bench: &mut Program, folder: &Path, program: &Path) -> Result<Self> {
        let mut run = |way: &str, set: &str| {
            let (recordings, output) = (folder.join(set), folder.join("output"));
            let request = json!({
                "run": way, "recordings": recordings, "output": output, "program": program,
            });
            Run::of(&bench.ask(&request)?).with_context(|| format!("{way}, {set}"))
        };
        let mut measure = |way| {
            Ok::<_, anyhow::Error>(Way { small: run(way, "small")?, full: run(way, "full")? })
        };
        let [command_line, wheel, ray] = WAYS;
        let round = Round([measure(command_line)?, measure(wheel)?, measure(ray)?]);
        round.check()?;
        Ok(round)
    }

    /// Fails if the programs gave different results, or a difference of times is not positive.
    fn check(&self) -> Result<()> {
        for (name, way) in WAYS.iter().zip(&self.0) {
            let (rows, expected) = (way.full.rows, self.0[0].full.rows);
            ensure!(rows == expected, "{name} wrote {rows} rows, and the command line {expected}");
            let times = [way.processor_seconds(), way.seconds()];
            ensure!(
                times.iter().all(|seconds| *seconds > 0.0),
                "{name} took no longer for all recordings than for two; give more --recordings"
            );
        }
        Ok(())
    }
}

/// All measurements.
struct Archive {
    recordings: f64,
    hours: f64,
    bytes: f64,
    /// Processor seconds for starting a Ray cluster on this machine.
    cluster_seconds: f64,
    rounds: Vec<Round>,
}

impl Archive {
    /// Returns the median of a value over the rounds.
    fn median(&self, value: impl Fn(&Round) -> f64) -> f64 {
        median(&self.rounds.iter().map(value).collect::<Vec<_>>())
    }

    /// Returns the processor seconds for one recording.
    fn per_recording(&self, way: usize) -> f64 {
        self.median(|round| round.0[way].processor_seconds()) / (self.recordings - WORKERS)
    }

    fn tables(&self) -> Result<String> {
        Ok(format!(
            "{} recordings of {:.0} s:\n\n{}\nStarting a Ray cluster on this machine took {:.1} s of \
             processor time, once.\n\n{}",
            self.recordings,
            self.hours * 3_600.0 / self.recordings,
            self.measured(),
            self.cluster_seconds,
            self.projection()?,
        ))
    }

    fn measured(&self) -> String {
        let mut table =
            "|  | recordings per second and core | hours of sound per core-hour | × command \
                         line | × wheel | seconds with two workers | starting up, processor s |\n\
                         |---|--:|--:|--:|--:|--:|--:|\n"
                .to_owned();
        for (index, name) in WAYS.iter().enumerate() {
            let rate = 1.0 / self.per_recording(index);
            let over = |other: usize| {
                self.median(|round| {
                    round.0[index].processor_seconds() / round.0[other].processor_seconds()
                })
            };
            table += &format!(
                "| {name} | {rate:.2} | {:.0} | {:.3} | {:.3} | {:.1} | {:.1} |\n",
                rate * 3_600.0 * self.hours / self.recordings,
                over(0),
                over(1),
                self.median(|round| round.0[index].seconds()),
                self.median(|round| round.0[index].small.processor_seconds),
            );
        }
        table
    }

    fn projection(&self) -> Result<String> {
        let first = self.rounds.first().context("no round was measured")?;
        let mut table =
            "A projection from these rates, which nobody has run: recordings like these, \
                         without starting up, transfers and waiting.\n\n\
                         | hours of sound | read | written |"
                .to_owned();
        table += &WAYS.map(|way| format!(" core-hours, {way} |")).concat();
        table += "\n|--:|--:|--:|--:|--:|--:|\n";
        for hours in PROJECTED_HOURS {
            let parts = hours / self.hours;
            table += &format!(
                "| {} | {} | {} |",
                thousands(hours),
                terabytes(self.bytes * parts),
                terabytes(first.0[0].full.bytes * parts),
            );
            for way in 0..WAYS.len() {
                let core_hours = self.per_recording(way) * self.recordings * parts / 3_600.0;
                table += &format!(" {} |", thousands(core_hours));
            }
            table.push('\n');
        }
        table.push('\n');
        Ok(table)
    }
}

fn terabytes(bytes: f64) -> String {
    match bytes < 1e12 {
        true => format!("{:.0} GB", bytes / 1e9),
        false => format!("{:.1} TB", bytes / 1e12),
    }
}

/// Formats a whole number with commas between thousands.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
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

    fn way(small: f64, full: f64) -> Way {
        let run = |seconds: f64| Run {
            processor_seconds: seconds,
            seconds: seconds / 2.0,
            rows: 100.0,
            bytes: 1e6,
        };
        Way { small: run(small), full: run(full) }
    }

    fn archive() -> Archive {
        Archive {
            recordings: 92.0,
            hours: 0.5,
            bytes: 1.728e8,
            cluster_seconds: 3.0,
            rounds: vec![
                Round([way(1.0, 10.0), way(2.0, 20.0), way(10.0, 28.9)]),
                Round([way(1.0, 10.0), way(2.0, 11.0), way(10.0, 19.9)]),
                Round([way(1.0, 10.0), way(2.0, 11.0), way(10.0, 20.8)]),
            ],
        }
    }

    #[test]
    fn starting_up_does_not_count_and_ratios_are_those_of_a_round() {
        let table = archive().measured();
        let rows: Vec<_> = table.lines().skip(2).collect();
        // 90 recordings in 9 s of processor time, 20 s of sound each.
        assert_eq!(rows[0], "| command line | 10.00 | 196 | 1.000 | 1.000 | 4.5 | 1.0 |");
        assert_eq!(rows[1], "| wheel | 10.00 | 196 | 1.000 | 1.000 | 4.5 | 2.0 |");
        assert!(rows[2].starts_with("| Ray | 8.33 | 163 | 1.200 | 1.100 |"), "{table}");
    }

    #[test]
    fn the_projection_is_in_proportion() {
        let table = archive().projection().unwrap();
        assert!(table.contains("| 10,000 | 3.5 TB | 20 GB | 51 | 51 | 61 |\n"), "{table}");
        assert!(table.contains("| 1,000,000 | 345.6 TB | 2.0 TB | 5,111 |"), "{table}");
    }

    #[test]
    fn ways_that_do_different_things_are_not_compared() {
        let mut round = Round([way(1.0, 10.0), way(1.0, 10.0), way(1.0, 10.0)]);
        round.check().unwrap();
        round.0[2].full.rows = 99.0;
        assert!(round.check().unwrap_err().to_string().contains("Ray wrote 99 rows"));
        let round = Round([way(1.0, 10.0), way(10.0, 10.0), way(1.0, 10.0)]);
        assert!(round.check().unwrap_err().to_string().contains("wheel took no longer"));
    }
}
