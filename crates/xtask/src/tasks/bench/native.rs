//! `cargo xtask bench native`: our engine and front end on this machine, against onnxruntime, tract
//! and librosa.
//!
//! Two programs measure on one thread each, `benches/native.rs` and `benches/native.py`. They take
//! turns, so that any other load on the machine affects them equally. Without Python, the rows of
//! onnxruntime and librosa are missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tools::cargo::{self, PRODUCT};
use crate::tools::process;
use crate::tools::workspace::Workspace;

use super::machine::Machine;
use super::measured::{median, number};
use super::networks;
use super::page;
use super::program::Program;

/// Seconds of the audio that the programs use.
const SECONDS: f64 = 4.0;
const RECORDING_SECONDS: f64 = 60.0;

/// The options of `cargo xtask bench native`.
#[derive(clap::Args)]
pub struct Options {
    /// How often everything is measured; the medians are shown
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// A Python that has onnxruntime and librosa; if left out, one is set up with the pinned
    /// versions
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// Also write the section "On this machine" of docs/performance.md
    #[arg(long)]
    write: bool,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Lean,
    General,
    Onnxruntime,
    Features,
    Librosa,
    Recording,
}

impl Part {
    /// Its name in requests.
    fn name(self) -> &'static str {
        match self {
            Part::Lean => "lean",
            Part::General => "general",
            Part::Onnxruntime => "onnxruntime",
            Part::Features => "features",
            Part::Librosa => "librosa",
            Part::Recording => "recording",
        }
    }

    /// Returns how often it runs in a measurement, so that this takes about 20 ms.
    fn runs(self) -> u32 {
        match self {
            Part::Lean | Part::Onnxruntime => 16,
            Part::General | Part::Features => 8,
            Part::Librosa => 2,
            Part::Recording => 1,
        }
    }

    fn needs_python(self) -> bool {
        matches!(self, Part::Onnxruntime | Part::Librosa)
    }
}

/// Runs `cargo xtask bench native`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut own = own(workspace)?;
    let files = networks::files(workspace, &mut own)?;
    let mut programs = Programs {
        own,
        python: Program::python(
            workspace,
            "native",
            "librosa, onnxruntime",
            options.python.as_deref(),
        )
        .inspect_err(|error| eprintln!("without onnxruntime and librosa: {error:#}"))
        .ok(),
    };
    let mut networks = Vec::new();
    for (name, path) in &files {
        networks.push(Network::open(&mut programs, name, path)?);
    }
    let clip = Clip::new(workspace, &mut programs)?;
    let mut starts_ms = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        for network in &mut networks {
            network.measure(&mut programs)?;
        }
        starts_ms.push(clip.classify_ms()?);
    }
    let machine = Machine::find();
    let tables: String = networks.iter().map(Network::tables).collect();
    let text = format!(
        "Written on {date} by `cargo xtask bench native --rounds {rounds} --write`; run it to measure again. \
         {processor}, one thread each, in turns: medians of {rounds} rounds. Everything of ours is \
         compiled with the workspace's `dev` profile, `opt-level = 3`.\n\n{tables}\
         From the start of `sourcing-sound classify` to its end, for a recording of {SECONDS} s: \
         {start:.0} ms.\n\n{NOTES}",
        date = today()?,
        rounds = options.rounds,
        processor = machine.processor,
        start = median(&starts_ms),
    );
    println!("\n{text}");
    if options.write {
        let page = page::write_section(workspace, "On this machine", &text)?;
        println!("{} is written", page.display());
    }
    Ok(())
}

fn today() -> Result<String> {
    let date = "new Date().toISOString().slice(0, 10)";
    Ok(process::output(Command::new("node").args(["-p", date]))?.trim().to_owned())
}

/// Explains the columns of the tables.
const NOTES: &str = "\
- × ours: the median of a round's time divided by ours in the same round; above 1, ours is faster.
- greatest difference: of any output before calibration from ours, on the same features.
- The study's CNN has 2,204,538 weights, here by chance.
- librosa resamples by soxr, and computes as many bands of as many windows; its bands are not those
  that `everyday` is trained on.
";

/// The programs that measure.
struct Programs {
    own: Program,
    python: Option<Program>,
}

/// A network and all measurements of it.
struct Network {
    name: &'static str,
    shape: String,
    front_end: Value,
    /// The rows of the tables, by what is measured.
    rows: Vec<Row>,
}

struct Row {
    part: Part,
    title: String,
    /// Difference from our outputs; for networks only.
    difference: Option<f64>,
    /// Milliseconds of one run, for every round.
    ms: Vec<f64>,
}

impl Network {
    fn open(programs: &mut Programs, name: &'static str, path: &Path) -> Result<Self> {
        ensure!(path.is_file(), "{} is missing; restore it from version control", path.display());
        let own = programs.own.ask(&json!({ "open": name, "model": path }))?;
        let mut titles = vec![
            (Part::Lean, "sourcing-sound, lean engine".to_owned(), Some(0.0)),
            (Part::General, "tract, the general engine".to_owned(), own["difference"].as_f64()),
            (Part::Features, "sourcing-sound".to_owned(), None),
            (Part::Recording, "sourcing-sound".to_owned(), None),
        ];
        if let Some(python) = &mut programs.python {
            let request = json!({
                "open": name, "model": path, "input": own["input"], "shape": own["shape"],
            });
            let answer = python.ask(&request)?;
            let version = |key: &str| format!("{key} {}", answer[key].as_str().unwrap_or("?"));
            let difference = difference(&own["outputs"], &answer["outputs"])?;
            titles.push((Part::Onnxruntime, version("onnxruntime"), Some(difference)));
            titles.push((Part::Librosa, version("librosa"), None));
        }
        let row = |(part, title, difference)| Row { part, title, difference, ms: Vec::new() };
        Ok(Network {
            name,
            shape: format!("{} × {}", own["shape"][2], own["shape"][3]),
            front_end: own["front_end"].clone(),
            rows: titles.into_iter().map(row).collect(),
        })
    }

    /// Measures a round.
    fn measure(&mut self, programs: &mut Programs) -> Result<()> {
        for row in &mut self.rows {
            let request = json!({
                "name": self.name,
                "part": row.part.name(),
                "runs": row.part.runs(),
                "front_end": self.front_end,
            });
            let program = match &mut programs.python {
                Some(python) if row.part.needs_python() => python,
                _ => &mut programs.own,
            };
            row.ms.push(number(&program.ask(&request)?, "ms")?);
        }
        Ok(())
    }

    fn tables(&self) -> String {
        let recording = self.row(Part::Recording).map_or(f64::NAN, |row| median(&row.ms));
        format!(
            "### {}\n\nOne run on {} features:\n\n{}\nFeatures of {SECONDS} s of audio at 48 kHz:\n\n{}\n\
             A recording of {RECORDING_SECONDS} s, from audio at 48 kHz to scores at the model's hop: {:.0} times real time.\n\n",
            self.name,
            self.shape,
            self.table(&[Part::Lean, Part::General, Part::Onnxruntime], true),
            self.table(&[Part::Features, Part::Librosa], false),
            RECORDING_SECONDS * 1_000.0 / recording,
        )
    }

    fn row(&self, part: Part) -> Option<&Row> {
        self.rows.iter().find(|row| row.part == part)
    }

    /// Returns a row for each measured part; ours is the first.
    fn table(&self, parts: &[Part], differences: bool) -> String {
        let rows: Vec<&Row> = parts.iter().filter_map(|&part| self.row(part)).collect();
        let mut table = "|  | median ms | least ms | × ours |".to_owned();
        table += if differences { " greatest difference |\n" } else { "\n" };
        table += if differences { "|---|--:|--:|--:|--:|\n" } else { "|---|--:|--:|--:|\n" };
        for row in &rows {
            let ratios: Vec<f64> =
                rows[0].ms.iter().zip(&row.ms).map(|(ours, its)| its / ours).collect();
            let least = row.ms.iter().copied().fold(f64::INFINITY, f64::min);
            let (middle, ratio) = (median(&row.ms), median(&ratios));
            table += &format!("| {} | {middle:.2} | {least:.2} | {ratio:.2} |", row.title);
            if differences {
                table += &format!(" {:.1e} |", row.difference.unwrap_or(f64::NAN));
            }
            table.push('\n');
        }
        table
    }
}

/// Returns the greatest difference of any output.
fn difference(ours: &Value, theirs: &Value) -> Result<f64> {
    let list = |values: &Value| {
        let values = values.as_array().context("the answer lacks its outputs")?;
        let number = |value: &Value| value.as_f64().context("an output is no number");
        values.iter().map(number).collect::<Result<Vec<f64>>>()
    };
    let (ours, theirs) = (list(ours)?, list(theirs)?);
    ensure!(ours.len() == theirs.len(), "{} outputs, not {}", theirs.len(), ours.len());
    Ok(ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
}

/// The command line and a recording for it.
struct Clip {
    program: PathBuf,
    recording: PathBuf,
}

impl Clip {
    fn new(workspace: &Workspace, programs: &mut Programs) -> Result<Self> {
        let mut build = cargo::command();
        build.current_dir(workspace.root()).arg("build").args(PRODUCT);
        process::run(build.args(["--bin", "sourcing-sound"]))?;
        let name = format!("sourcing-sound{}", std::env::consts::EXE_SUFFIX);
        let program = workspace.target().join("debug").join(name);
        let recording = workspace.scratch()?.join("bench-native.wav");
        programs.own.ask(&json!({ "wav": recording }))?;
        Ok(Self { program, recording })
    }

    /// Returns the milliseconds from the start of the program to its end.
    fn classify_ms(&self) -> Result<f64> {
        let mut command = Command::new(&self.program);
        command.arg("classify").arg(&self.recording).stdout(Stdio::null());
        let start = Instant::now();
        let status = process::spawn(&mut command)?.wait()?;
        let ms = start.elapsed().as_secs_f64() * 1_000.0;
        ensure!(status.success(), "`{}` failed: {status}", process::line(&command));
        Ok(ms)
    }
}

/// Starts our program, with the profile and the features of everything native.
pub fn own(workspace: &Workspace) -> Result<Program> {
    let mut cargo = cargo::command();
    cargo.current_dir(workspace.root()).args(["bench", "--profile", "dev"]);
    Program::start(cargo.args(PRODUCT).args(["--bench", "native"]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn rows_have_medians_and_the_ratio_of_a_round() {
        let row = |part, title: &str, difference, ms: &[f64]| Row {
            part,
            title: title.to_owned(),
            difference,
            ms: ms.to_vec(),
        };
        let network = Network {
            name: "tiny",
            shape: "2 × 3".to_owned(),
            front_end: json!({}),
            rows: vec![
                row(Part::Lean, "ours", Some(0.0), &[1.0, 2.0, 4.0]),
                row(Part::General, "theirs", Some(2e-6), &[3.0, 4.0, 4.0]),
                row(Part::Recording, "ours", None, &[120.0]),
            ],
        };
        let tables = network.tables();
        assert!(tables.contains("| ours | 2.00 | 1.00 | 1.00 | 0.0e0 |\n"), "{tables}");
        assert!(tables.contains("| theirs | 4.00 | 3.00 | 2.00 | 2.0e-6 |\n"), "{tables}");
        assert!(tables.contains(": 500 times real time"), "{tables}");
    }

    #[test]
    fn outputs_are_compared_one_by_one() {
        assert_eq!(difference(&json!([1.0, 2.0]), &json!([1.5, 1.0])).unwrap(), 1.0);
        assert!(difference(&json!([1.0]), &json!([1.0, 2.0])).is_err());
        assert!(difference(&json!([1.0]), &json!(null)).is_err());
    }
}
