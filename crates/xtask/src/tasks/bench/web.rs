//! `cargo xtask bench web`: our engine in a browser, against other ways to run the same network.
//!
//! `benches/web/rivals/run.mjs` measures, in one page and in turns, so that any other load on the
//! machine affects all of them equally.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tasks::wasm::{self, Names};
use crate::tools::browser::{Browser, CHROMIUM_VARIABLE};
use crate::tools::workspace::Workspace;
use crate::tools::{files, node};

use super::machine::Machine;
use super::program::Program;
use super::{native, networks, page};

/// The folder of the page and of the packages that it measures.
const RIVALS: &str = "benches/web/rivals";
/// The files of a built module that measuring needs.
const MODULE: [&str; 2] = ["sourcing_sound.js", "sourcing_sound_bg.wasm"];

/// The options of `cargo xtask bench web`.
#[derive(clap::Args)]
pub struct Options {
    /// How often everything is measured
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Warm-up rounds, which do not count
    #[arg(long, value_name = "N", default_value_t = 10)]
    warm_up: u16,
    /// How often everything is loaded, each time in a new page
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    loads: u16,
    /// Also measure this model file, under the file's name; may be given several times
    #[arg(long, value_name = "FILE.onnx")]
    model: Vec<PathBuf>,
    /// A folder with the browser's module; if left out, it is built
    #[arg(long, value_name = "FOLDER")]
    module: Option<PathBuf>,
    /// Also write the section "In a browser" of docs/performance.md
    #[arg(long)]
    write: bool,
    /// Also write every measured value to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs `cargo xtask bench web`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let request = options.request(workspace)?;
    let mut measured = program(workspace, options)?.ask(&request)?;
    let tables = measured["tables"].as_str().context("the answer lacks its tables")?.to_owned();
    println!("\n{tables}");
    let machine = Machine::find();
    if options.write {
        let text = options.page(&measured, &tables, &machine)?;
        let page = page::write_section(workspace, "In a browser", &text)?;
        println!("{} is written", page.display());
    }
    if let Some(file) = &options.json {
        if let Some(values) = measured.as_object_mut() {
            values.remove("tables");
        }
        measured["machine"] = json!({ "cores": machine.cores, "processor": machine.processor });
        files::write(file, &format!("{measured:#}\n"))?;
    }
    Ok(())
}

impl Options {
    /// Returns the program's request, after checking that every file in it exists.
    fn request(&self, workspace: &Workspace) -> Result<Value> {
        let shipped = networks::files(workspace, &mut native::own(workspace)?)?;
        let shipped = shipped
            .into_iter()
            .map(|(name, path)| (name.to_owned(), Ok(path), "restore it from version control"));
        let given = self.model.iter().map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::path::absolute(path), "--model takes the path of an ONNX file")
        });
        let mut models = Vec::new();
        for (name, path, advice) in shipped.chain(given) {
            let path = path?;
            ensure!(path.is_file(), "{} is missing; {advice}", path.display());
            models.push(json!({ "name": name, "path": path }));
        }
        Ok(json!({
            "module": module(workspace, self.module.as_deref())?,
            "models": models,
            "rounds": self.rounds,
            "warm_up": self.warm_up,
            "loads": self.loads,
        }))
    }

    /// Returns the command that repeats the measurement.
    fn command(&self) -> String {
        let mut command = format!("cargo xtask bench web --rounds {}", self.rounds);
        command += &format!(" --warm-up {} --loads {}", self.warm_up, self.loads);
        for model in &self.model {
            let name = model.file_name().unwrap_or_default().to_string_lossy();
            command += &format!(" --model {name}");
        }
        command + " --write"
    }

    fn page(&self, measured: &Value, tables: &str, machine: &Machine) -> Result<String> {
        let text = |key: &str| {
            measured[key].as_str().with_context(|| format!("the answer lacks the text {key}"))
        };
        Ok(format!(
            "Written on {date} by `{command}`; run it to measure again. {cores} cores of \
             {processor}, {browser}, one thread each. All are in one page and take turns in every \
             round: {rounds} rounds, after {warm_up} that do not count. Times are those that the \
             page's thread spends on a processor, so that other load on the machine counts \
             little.\n\n\
             {tables}\n{NOTES}",
            date = text("date")?,
            command = self.command(),
            cores = machine.cores,
            processor = machine.processor,
            browser = text("browser")?,
            rounds = self.rounds,
            warm_up = self.warm_up,
        ))
    }
}

/// Explains the columns of the tables, and the limits of the comparison.
const NOTES: &str = "\
- × ours: the median of a round's time divided by ours in the same round; above 1, ours is faster.
- GFLOP/s: two operations per multiply-add of convolutions and linear layers, by the median.
- greatest difference: of any output before calibration from ours, on the same features.
- The study's CNN has 2,204,538 weights, here by chance.
- tfjs does not read ONNX: the page builds the same network of its operators from the same file.
- Meyda and essentia.js compute as many windows and bands as we do, of 1,024 samples at 48 kHz; we
  resample to the model's rate first, they do not. Their bands are not those that the networks are
  trained on: a network would have to be trained on them.
- kB: every file that the browser fetches, without the model. load ms: the least by the clock, from
  the request for the files on the same machine to `everyday` ready to run, or to a library that is
  ready. wasm MB: its memory after it has run `everyday` once.
- MediaPipe's audio classifier is only started: no model ships with its package.
";

/// Returns the folder of the browser's module: the given one, or that of a new build.
fn module(workspace: &Workspace, given: Option<&Path>) -> Result<PathBuf> {
    let folder = match given {
        Some(folder) => std::path::absolute(folder)?,
        None => {
            wasm::build(workspace, Names::Strip)?;
            workspace.www().join("package/wasm")
        }
    };
    for file in MODULE {
        let path = folder.join(file);
        ensure!(path.is_file(), "{} is missing; `cargo xtask wasm` builds it", path.display());
    }
    Ok(folder)
}

/// Starts the program, with all packages in the versions of their lock files.
fn program(workspace: &Workspace, options: &Options) -> Result<Program> {
    node::install_site_packages(workspace)?;
    let folder = workspace.root().join(RIVALS);
    // None of them needs an install script.
    node::install_locked(&folder, "the other runtimes", &["--ignore-scripts"])
        .with_context(|| format!("the packages of {RIVALS} are missing; `npm ci` installs them"))?;
    let mut node = Command::new("node");
    node.current_dir(workspace.root()).arg(format!("{RIVALS}/run.mjs"));
    node.env(CHROMIUM_VARIABLE, Browser::find()?.chromium);
    let rounds = u32::from(options.rounds) + u32::from(options.warm_up);
    eprintln!("{rounds} rounds of each network; compression takes minutes more at the end");
    Program::start(&mut node)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn options(model: &[&str]) -> Options {
        Options {
            rounds: 50,
            warm_up: 10,
            loads: 5,
            model: model.iter().map(PathBuf::from).collect(),
            module: None,
            write: true,
            json: None,
        }
    }

    #[test]
    fn the_page_names_date_machine_browser_and_command() {
        let measured = json!({ "date": "2001-02-03", "browser": "Browser 1.2" });
        let machine = Machine { cores: 4, processor: "Some CPU".to_owned() };
        let page = options(&[]).page(&measured, "| table |", &machine).unwrap();
        for part in ["2001-02-03", "4 cores of Some CPU, Browser 1.2", "| table |", "50 rounds"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(
            page.contains("`cargo xtask bench web --rounds 50 --warm-up 10 --loads 5 --write`")
        );
        assert!(options(&[]).page(&json!({}), "", &machine).is_err());
    }

    #[test]
    fn the_command_names_models_without_their_folder() {
        let command = options(&["/some/where/study.onnx"]).command();
        assert!(command.ends_with(" --model study.onnx --write"), "{command}");
    }

    #[test]
    fn a_model_that_is_missing_is_named() {
        let workspace = Workspace::find().unwrap();
        let error = options(&["no/such.onnx"]).request(&workspace).unwrap_err().to_string();
        assert!(error.contains("no/such.onnx is missing"), "{error}");
    }

    #[test]
    fn a_folder_without_the_module_is_named() {
        let workspace = Workspace::find().unwrap();
        let error = module(&workspace, Some(Path::new("no/such"))).unwrap_err().to_string();
        assert!(error.contains("sourcing_sound.js is missing"), "{error}");
    }
}
