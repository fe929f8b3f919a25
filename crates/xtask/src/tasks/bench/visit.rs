//! `cargo xtask bench visit`: measures how long a visitor of the finished site waits for the first
//! label, under Chromium's own throttling. `benches/web/visit.mjs` measures.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::tools::browser::{Browser, CHROMIUM_VARIABLE};
use crate::tools::node;
use crate::tools::workspace::Workspace;

use super::machine::Machine;
use super::measured::median;
use super::page;
use super::program::Program;

/// The options of `cargo xtask bench visit`.
#[derive(clap::Args)]
pub struct Options {
    /// How often each kind of visit is made; the medians are shown
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Also write the section "A visit" of docs/performance.md
    #[arg(long)]
    write: bool,
}

/// Runs `cargo xtask bench visit`, on the site as it was last built.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let site = workspace.www().join("dist/index.html");
    ensure!(site.is_file(), "{} is missing; `cargo xtask site` builds it", site.display());
    node::install_site_packages(workspace)?;
    let mut node = Command::new("node");
    node.current_dir(workspace.root()).arg("benches/web/visit.mjs");
    node.env(CHROMIUM_VARIABLE, Browser::find()?.chromium);
    let measured = Program::start(&mut node)?.ask(&json!({ "rounds": options.rounds }))?;
    let text = text(&measured, options.rounds, &Machine::find())?;
    println!("\n{text}");
    if options.write {
        let page = page::write_section(workspace, "A visit", &text)?;
        println!("{} is written", page.display());
    }
    Ok(())
}

fn text(measured: &Value, rounds: u16, machine: &Machine) -> Result<String> {
    let browser = measured["browser"].as_str().context("the answer does not name the browser")?;
    let visits = measured["visits"].as_array().context("the answer has no visits")?;
    let rows: Vec<String> = visits.iter().map(row).collect::<Result<_>>()?;
    Ok(format!(
        "Written by `cargo xtask bench visit --rounds {rounds} --write`; run it to measure again. {cores} cores of \
         {processor}, {browser}: medians of {rounds} visits of each kind to the finished site, which is sent with \
         brotli.\n\n\
         | visit | ms to the button | ms from click to label | ms to the label |\n|---|--:|--:|--:|\n{rows}\n{NOTES}",
        cores = machine.cores,
        processor = machine.processor,
        rows = rows.concat(),
    ))
}

fn row(visit: &Value) -> Result<String> {
    let name = visit["visit"].as_str().context("a visit has no name")?;
    let ms = |part: &str| -> Result<String> {
        let times = visit[part].as_array().with_context(|| format!("{name} has no {part}"))?;
        let times: Vec<f64> = times.iter().filter_map(Value::as_f64).collect();
        ensure!(!times.is_empty(), "{name} has no {part}");
        Ok(format!("{:.0}", median(&times)))
    };
    Ok(format!("| {name} | {} | {} | {} |\n", ms("button")?, ms("click")?, ms("label")?))
}

/// Explains the columns.
const NOTES: &str = "\
- Chromium slows the network to 10 Mbit/s with 40 ms of latency, and the page's thread to a quarter of its speed. It does
  not slow workers.
- From navigation to the button \"Start listening\", from the click on it to the first label, and from navigation to that.
- Clicked at once: as soon as the button is there; the engine and the model are still arriving then. Otherwise it is clicked when
  nothing is loading any more.
- Again: the same browser a second time, from the cache of the service worker; offline: the same without a network.
- The microphone plays a siren. The first label needs half a second of sound.
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn every_visit_has_a_row_of_medians() {
        let times = json!({ "visit": "again", "button": [3.0, 1.0, 2.0], "click": [5.0], "label": [9.4, 9.6] });
        let measured = json!({ "browser": "Chromium 1", "visits": [times] });
        let text = text(&measured, 3, &Machine::find()).unwrap();
        assert!(text.contains("| again | 2 | 5 | "), "{text}");
        let broken =
            json!({ "browser": "Chromium 1", "visits": [{ "visit": "again", "button": [] }] });
        assert!(super::text(&broken, 3, &Machine::find()).is_err());
    }
}
