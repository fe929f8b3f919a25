//! `cargo xtask bench`: measures what each model costs, natively and in a browser.
//!
//! Two programs measure: `benches/models.rs` and `benches/web/run.mjs`. They answer requests, so
//! that models take turns and any other load on the machine affects them equally. [`training`]
//! measures the trainer instead, [`web`] and [`native`] our engine against others, [`archives`] the
//! programs for many recordings, [`visit`] the finished site, [`instructions`] counts what the
//! browser's module executes, and [`soak`] looks for problems that only a long run shows.

mod archives;
mod instructions;
mod machine;
mod measured;
mod native;
mod networks;
mod page;
mod program;
mod soak;
mod table;
mod training;
mod visit;
mod web;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tasks::wasm::{self, Names};
use crate::tools::browser::{Browser, CHROMIUM_VARIABLE};
use crate::tools::cargo::{self, PRODUCT};
use crate::tools::workspace::Workspace;
use crate::tools::{files, node};

use machine::Machine;
use measured::{Costs, Measured, MeasuredModel, Sizes, number};
use program::Program;

/// A model to measure; paths are relative to the repository's root.
#[derive(Clone)]
pub struct Subject {
    /// Its name on the command line.
    pub name: String,
    model: PathBuf,
    /// The head on it, if any.
    head: Option<PathBuf>,
}

/// The models that ship, by their names on the command line, with the head on them.
const SHIPPED: [(&str, &str, Option<&str>); 3] = [
    ("everyday", "models/everyday/model.onnx", None),
    ("urban", "models/everyday/model.onnx", Some("models/everyday/urban.head.json")),
    ("urban-tiny", "models/urban-v1/model.onnx", None),
];

/// Returns the models that ship, and then those of `others`.
fn subjects(others: &[PathBuf]) -> Vec<Subject> {
    let shipped = SHIPPED.iter().map(|&(name, model, head)| Subject {
        name: name.to_owned(),
        model: model.into(),
        head: head.map(PathBuf::from),
    });
    let others = others.iter().map(|path| Subject {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        model: path.clone(),
        head: None,
    });
    shipped.chain(others).collect()
}

/// The options of `cargo xtask bench`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    other: Option<Other>,
    /// How often everything is measured; the medians are shown
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Seconds of audio in each measurement
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
    /// The page to write, docs/cost.md if left out
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Also write every measured value to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also measure this model file, under the file's name; may be given several times
    #[arg(long, value_name = "FILE.onnx")]
    also: Vec<PathBuf>,
    /// Only check that everything can be measured: one round of one second, no page
    #[arg(long, conflicts_with_all = ["rounds", "seconds", "out"])]
    check: bool,
}

/// The other benchmarks.
#[derive(clap::Subcommand)]
enum Other {
    /// Classify an archive by the command line, by the Python wheel and by the example for Ray
    Archives(archives::Options),
    /// Count the instructions of features and networks in the browser's module
    Instructions,
    /// Measure how fast the trainer trains the compact network, and PyTorch for comparison
    Training(training::Options),
    /// Measure our engine on this machine, and onnxruntime, tract and librosa
    Native(native::Options),
    /// Run days of live sound through one stream, and find what grows, drifts or changes
    Soak(soak::Options),
    /// Measure visits to the finished site, from navigation to the first label
    Visit(visit::Options),
    /// Measure our engine in a browser, and other runtimes and front ends
    Web(web::Options),
}

/// Runs `cargo xtask bench`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    match &options.other {
        Some(Other::Archives(options)) => return archives::run(workspace, options),
        Some(Other::Instructions) => return instructions::run(workspace),
        Some(Other::Training(options)) => return training::run(workspace, options),
        Some(Other::Native(options)) => return native::run(workspace, options),
        Some(Other::Soak(options)) => return soak::run(workspace, options),
        Some(Other::Visit(options)) => return visit::run(workspace, options),
        Some(Other::Web(options)) => return web::run(workspace, options),
        None => {}
    }
    let (rounds, seconds) = if options.check { (1, 1) } else { (options.rounds, options.seconds) };
    let measured = measure(workspace, rounds, seconds, &subjects(&options.also))?;
    let machine = Machine::find();
    println!("\n{}", table::plain(&measured));
    if !options.check {
        let page = options.out.clone().unwrap_or_else(|| workspace.root().join("docs/cost.md"));
        files::write(&page, &table::page(&measured, &machine))?;
        println!("{} is written", page.display());
    }
    if let Some(file) = &options.json {
        files::write(file, &format!("{:#}\n", table::json(&measured, &machine)))?;
    }
    Ok(())
}

/// Checks that the programs work, with one round of a second of audio, and a quarter of an hour
/// through one stream; and that features and networks take no more instructions than budgeted.
pub fn check(workspace: &Workspace) -> Result<()> {
    measure(workspace, 1, 1, &subjects(&[]))?;
    instructions::check(workspace)?;
    soak::check(workspace)
}

fn measure(
    workspace: &Workspace,
    rounds: u16,
    seconds: u16,
    subjects: &[Subject],
) -> Result<Measured> {
    let (mut native, mut web) = (native(workspace)?, in_browser(workspace)?);
    let mut measured: Option<Measured> = None;
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (index, subject) in subjects.iter().enumerate() {
            let request = subject.request(workspace, seconds)?;
            let (here, there) = (native.ask(&request)?, web.ask(&request)?);
            let measured = measured.get_or_insert(Measured::new(rounds, seconds, &there)?);
            measured.engine_start_ms.push(number(&there, "start_ms")?);
            if measured.models.len() == index {
                measured.models.push(subject.measured(workspace, &there)?);
            }
            let model = &mut measured.models[index];
            model.native.add(&here)?;
            model.browser.add(&there)?;
            model.memory_bytes.push(number(&there, "memory_bytes")?);
        }
    }
    measured.context("there is no model to measure")
}

impl Measured {
    fn new(rounds: u16, seconds: u16, answer: &Value) -> Result<Self> {
        let browser = answer["browser"].as_str().context("the answer lacks the browser's name")?;
        Ok(Self {
            rounds,
            seconds,
            browser: browser.to_owned(),
            engine: Sizes {
                bytes: number(answer, "engine_bytes")?,
                gzip_bytes: number(answer, "engine_gzip_bytes")?,
            },
            engine_start_ms: Vec::new(),
            models: Vec::new(),
        })
    }
}

impl Subject {
    fn request(&self, workspace: &Workspace, seconds: u16) -> Result<Value> {
        let path = |relative: &PathBuf| {
            let path = workspace.root().join(relative);
            ensure!(
                path.is_file(),
                "{} is missing; restore it from version control",
                path.display()
            );
            Ok(path)
        };
        let head = self.head.as_ref().map(path).transpose()?;
        Ok(json!({ "model": path(&self.model)?, "head": head, "seconds": seconds }))
    }

    fn measured(&self, workspace: &Workspace, answer: &Value) -> Result<MeasuredModel> {
        let own = workspace.root().join(self.head.as_ref().unwrap_or(&self.model));
        Ok(MeasuredModel {
            name: self.name.clone(),
            sizes: Sizes {
                bytes: files::size(&own)? as f64,
                gzip_bytes: number(answer, "gzip_bytes")?,
            },
            native: Costs::default(),
            browser: Costs::default(),
            memory_bytes: Vec::new(),
        })
    }
}

/// Starts the native program, with the profile and the features of everything native.
fn native(workspace: &Workspace) -> Result<Program> {
    let mut cargo = cargo::command();
    cargo.current_dir(workspace.root()).args(["bench", "--profile", "dev"]);
    cargo.args(PRODUCT).args(["--bench", "models"]);
    Program::start(&mut cargo)
}

/// Starts the browser's program, with the module as it is published.
fn in_browser(workspace: &Workspace) -> Result<Program> {
    wasm::build(workspace, Names::Strip)?;
    node::install_site_packages(workspace)?;
    let mut node = std::process::Command::new("node");
    node.current_dir(workspace.root()).arg("benches/web/run.mjs");
    node.env(CHROMIUM_VARIABLE, Browser::find()?.chromium);
    Program::start(&mut node)
}
