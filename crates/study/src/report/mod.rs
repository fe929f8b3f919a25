//! The `report` command: one page that compares all experiments and models.
//!
//! In: the files of experiments and the evaluations of models. Out: one page of HTML and, for the
//! repository, small JSON files, a drawing and a page of Markdown. The page loads no other files,
//! and is readable without its script.

pub mod binary;
mod comparison;
pub mod document;
pub mod entry;
mod few_shot;
#[cfg(test)]
pub mod fixtures;
mod html;
pub mod leakage;
mod links;
pub mod load;
mod pairs;
mod publish;
pub mod sections;
pub mod tables;
#[cfg(test)]
mod tests;

use crate::experiment::name::Name;
use anyhow::{Context, Result};
use document::{anchor, document};
use entry::Entry;
use links::Links;
use load::{Experiment, Inputs};
use sourcing_sound_train::files::write_text;
use sourcing_sound_train::program::{self, today};
use sourcing_sound_train::publish::text::{counted, escape};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `report`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Folder of the experiments' results.
    #[arg(long, default_value = "report")]
    pub report: PathBuf,
    /// Folder of the models.
    #[arg(long, default_value = "models")]
    pub models: PathBuf,
    /// The data set that the experiments were run on, so that clips can be played.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// The page to write [default: index.html in the folder of results].
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Also write the small results into this folder: a JSON file per experiment, one drawing
    /// and a page of Markdown.
    #[arg(long)]
    pub publish: Option<PathBuf>,
}

/// Runs the command; exit code 1 if a file could not be used. The rest is written anyway.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = arguments.out.clone().unwrap_or_else(|| arguments.report.join("index.html"));
    let inputs = load::load(&arguments.report, &arguments.models);
    for problem in &inputs.problems {
        eprintln!("left out: {problem}");
    }
    let folder = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let audio = arguments.data.as_deref().map(|data| Links::new(folder, data)).transpose()?;
    // Without the folder of results there is nothing to link to.
    let own_pages = Links::new(folder, &arguments.report).ok();
    let page = page(&inputs, &arguments.report, audio.as_ref(), own_pages.as_ref());
    write_text(&folder.join(out.file_name().context("--out needs a file name")?), &page)?;
    if let Some(folder) = &arguments.publish {
        publish::publish(folder, &inputs)?;
    }
    let (experiments, models) = (inputs.experiments.len(), inputs.models.len());
    program::print(&format!(
        "{}: {}, {}\n",
        out.display(),
        counted(experiments, "experiment"),
        counted(models, "model")
    ))?;
    Ok(if inputs.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returns the whole page about the contents of the folder `report`. Clips play from `audio`, and
/// experiments have separate pages in `own_pages`.
fn page(
    inputs: &Inputs,
    report: &Path,
    audio: Option<&Links>,
    own_pages: Option<&Links>,
) -> String {
    let entries = entry::entries(inputs);
    let mut sections = Vec::new();
    for group in comparison::groups(&entries) {
        sections.push((comparison::title(&group), comparison::section(&group)));
    }
    if let Some(list) = binaries(&inputs.experiments) {
        sections.push(("One label against the rest".to_owned(), list));
    }
    if let Some(few_shot) = &inputs.few_shot {
        sections.push((few_shot::TITLE.to_owned(), few_shot::section(few_shot)));
    }
    for experiment in &inputs.experiments {
        if let Some(section) = leakage::section(&experiment.record) {
            let heading = format!("What shuffling pretends ({})", entry::name_of(experiment));
            sections.push((heading, section));
        }
    }
    let n_overviews = sections.len();
    for experiment in &inputs.experiments {
        let name = entry::name_of(experiment);
        let own_page =
            own_pages.and_then(|pages| pages.link(&format!("{}/index.html", experiment.folder)));
        let own_page = own_page.map_or(String::new(), |link| {
            format!("<p><a href=\"{}\">Its own page</a>, with drawings as files</p>", escape(&link))
        });
        let id = format!("{}-cell", anchor(&name));
        let Experiment { record, rows, .. } = experiment;
        let body = sections::experiment(record, rows, &id, audio) + &own_page;
        sections.push((name, body));
    }
    for (model, entry) in inputs.models.iter().zip(entries.iter().filter(|entry| entry.is_model)) {
        let id = format!("{}-cell", anchor(&entry.name));
        sections.push((entry.name.clone(), sections::model(model, &entry.pooled, &id)));
    }
    let mut body = header(inputs, &entries, report);
    body.push_str(&contents(&sections, n_overviews));
    body.push_str("<main>");
    for (heading, content) in &sections {
        let _ = write!(
            body,
            "<section id=\"{}\"><h2>{}</h2>{content}</section>",
            anchor(heading),
            escape(heading)
        );
    }
    body.push_str("</main>");
    document("Sourcing Sound: experiments", &body)
}

fn header(inputs: &Inputs, entries: &[Entry], report: &Path) -> String {
    let mut header = format!(
        "<header><h1>Sourcing Sound: experiments</h1><p class=\"quiet\">{}, {}; written {}. Every \
         figure is of clips whose recordings took no part in training, except where it says \
         shuffled. Accuracies share an axis only where the labels are the same; one label \
         against the rest has a section of its own.</p></header>",
        counted(inputs.experiments.len(), "experiment"),
        counted(inputs.models.len(), "model"),
        today()
    );
    header.push_str(&notice("problem", "Left out, because they cannot be used", &inputs.problems));
    let mut missing = Vec::new();
    if inputs.experiments.is_empty() {
        missing.push(format!("There are no experiments in {}.", report.display()));
    }
    if entries.iter().all(|entry| !entry.is_model) {
        missing.push(
            "There are no models. Train one: sourcing-sound-train model --data DIR --out models/NAME"
                .to_owned(),
        );
    }
    missing.extend(inputs.notes.iter().cloned());
    let ran = |name: &str| inputs.experiments.iter().any(|each| each.record.experiment == name);
    for name in Name::ALL.map(|name| name.to_string()).into_iter().filter(|name| !ran(name)) {
        let command = format!("sourcing-sound-study experiment {name} --data DIR");
        missing.push(format!("{name} was not run here: {command}"));
    }
    header + &notice("", "Not here", &missing)
}

fn notice(class: &str, title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items: String = lines.iter().map(|line| format!("<li>{}</li>", escape(line))).collect();
    format!("<div class=\"notice {class}\"><strong>{title}</strong><ul>{items}</ul></div>")
}

/// Returns links to the sections; comparisons are in a separate list.
fn contents(sections: &[(String, String)], n_overviews: usize) -> String {
    let list = |sections: &[(String, String)]| {
        let link = |(heading, _): &(String, String)| {
            format!("<li><a href=\"#{}\">{}</a></li>", anchor(heading), escape(heading))
        };
        let links: String = sections.iter().map(link).collect();
        if links.is_empty() { links } else { format!("<ul class=\"contents\">{links}</ul>") }
    };
    let (overviews, single) = sections.split_at(n_overviews);
    match sections.is_empty() {
        true => String::new(),
        false => format!("<nav aria-label=\"Contents\">{}{}</nav>", list(overviews), list(single)),
    }
}

/// Returns the experiments that distinguish one label from the rest, with their curves.
fn binaries(experiments: &[Experiment]) -> Option<String> {
    let mut list = String::new();
    for experiment in experiments {
        let Some(paradox) = binary::paradox(&experiment.record) else { continue };
        let name = entry::name_of(experiment);
        let _ = write!(
            list,
            "<h3><a href=\"#{}\">{}</a></h3>{}{paradox}",
            anchor(&name),
            escape(&name),
            tables::study_and_here(&experiment.record)
        );
    }
    let lead = "<p>Yes-or-no accuracies share no axis with those of several labels: guessing \
                alone is right most of the time.</p>";
    (!list.is_empty()).then(|| format!("{lead}{list}"))
}
