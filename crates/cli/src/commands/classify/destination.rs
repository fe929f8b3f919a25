//! Where results go: stdout, or a file per recording.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sourcing_sound::Classifier;
use sourcing_sound_decode::Channel;
use tempfile::NamedTempFile;

use crate::files::Found;
use crate::outcome::Failure;

use super::args::{Channels, ClassifyOptions};
use super::report::{self, Report};
use super::work::Part;

/// What could not be done if stdout takes no more.
const STDOUT: &str = "cannot write to standard output; check space and permissions [io]";

/// What results are written to.
pub(super) enum Destination<'a> {
    Stdout(Box<dyn Report + 'a>),
    Folder(Folder<'a>),
}

pub(super) struct Folder<'a> {
    root: &'a Path,
    options: &'a ClassifyOptions,
    classifier: &'a Classifier,
    /// The result that is being written, whole only once it has its name.
    open: Option<Open>,
}

struct Open {
    /// What it will be called.
    name: PathBuf,
    file: NamedTempFile,
    report: Box<dyn Report>,
}

impl<'a> Destination<'a> {
    /// # Errors
    /// If the folder cannot be made, or a header cannot be written.
    pub(super) fn new(
        options: &'a ClassifyOptions,
        classifier: &'a Classifier,
    ) -> anyhow::Result<Self> {
        Ok(match &options.output {
            None => {
                let report = start(options, classifier, io::stdout().lock());
                Destination::Stdout(report.context(STDOUT)?)
            }
            Some(root) => {
                fs::create_dir_all(root).with_context(|| unwritable(root))?;
                Destination::Folder(Folder { root, options, classifier, open: None })
            }
        })
    }

    /// # Errors
    /// If two inputs would have the same result.
    pub(super) fn check_names(&self, inputs: &[Result<Found, Failure>]) -> anyhow::Result<()> {
        let Destination::Folder(folder) = self else { return Ok(()) };
        let mut names = HashSet::new();
        for input in inputs.iter().flatten() {
            let name = folder.name(input);
            if !names.insert(name.clone()) {
                bail!("--output: two recordings would have the result {} [config]", name.display());
            }
        }
        Ok(())
    }

    /// Whether the result of an input is there.
    pub(super) fn is_done(&self, input: &Found) -> bool {
        match self {
            Destination::Stdout(_) => false,
            Destination::Folder(folder) => folder.name(input).is_file(),
        }
    }

    /// The file that is being written.
    pub(super) fn unfinished(&self) -> Option<PathBuf> {
        let Destination::Folder(Folder { open: Some(open), .. }) = self else { return None };
        Some(open.file.path().to_owned())
    }

    /// # Errors
    /// If it cannot be written.
    pub(super) fn print(&mut self, part: Part) -> anyhow::Result<()> {
        if let Part::Done(input, warnings) = &part {
            for warning in warnings {
                let path = input.path.display();
                writeln!(io::stderr(), "warning: {path}: {warning} [{}]", warning.code())?;
            }
        }
        match self {
            Destination::Stdout(report) => write(report.as_mut(), part).context(STDOUT),
            Destination::Folder(folder) => folder.print(part),
        }
    }
}

impl Folder<'_> {
    fn name(&self, input: &Found) -> PathBuf {
        let mut name = self.root.join(&input.relative).into_os_string();
        name.push(".");
        name.push(self.options.format.extension());
        name.into()
    }

    fn print(&mut self, part: Part) -> anyhow::Result<()> {
        match part {
            Part::Begin(input, subject) => {
                // Further channels of a recording go into the same result.
                if subject.channel.is_none_or(|channel| channel == 1) {
                    self.open = Some(self.start(&input)?);
                }
                if let Some(Open { name, report, .. }) = &mut self.open {
                    report.begin(&subject).with_context(|| unwritable(name))?;
                }
            }
            Part::Done(..) => {
                if let Some(Open { name, file, report }) = self.open.take() {
                    drop(report);
                    file.persist(&name).with_context(|| unwritable(&name))?;
                }
            }
            part => {
                if let Some(Open { name, report, .. }) = &mut self.open {
                    write(report.as_mut(), part).with_context(|| unwritable(name))?;
                }
            }
        }
        Ok(())
    }

    fn start(&self, input: &Found) -> anyhow::Result<Open> {
        let name = self.name(input);
        let folder = name.parent().unwrap_or(self.root);
        fs::create_dir_all(folder).with_context(|| unwritable(folder))?;
        let mut temporary = tempfile::Builder::new();
        temporary.prefix(".part-");
        // Others may read results as they may read what any program writes.
        #[cfg(unix)]
        temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = temporary.tempfile_in(folder);
        let file = file.with_context(|| unwritable(folder))?;
        let copy = file.reopen().with_context(|| unwritable(folder))?;
        let report = start(self.options, self.classifier, copy);
        let report = report.with_context(|| unwritable(&name))?;
        Ok(Open { name, file, report })
    }
}

fn start<'a>(
    options: &ClassifyOptions,
    classifier: &Classifier,
    output: impl Write + 'a,
) -> anyhow::Result<Box<dyn Report + 'a>> {
    let has_channels = options.channels == Channels::Each;
    let channel = match options.channels {
        Channels::One(Channel::Number(number)) => number + 1,
        Channels::One(Channel::Mix) | Channels::Each => 1,
    };
    let settings = report::Settings {
        format: options.format,
        top: options.top,
        has_channels,
        channel,
        has_times: options.utc_offset.is_some(),
        filter: options.filter.clone(),
    };
    report::open(settings, classifier, BufWriter::new(output))
}

fn write(report: &mut dyn Report, part: Part) -> io::Result<()> {
    match part {
        Part::Begin(_, subject) => report.begin(&subject),
        Part::Segments(predictions) => report.segments(predictions),
        Part::End(duration) => report.end(duration),
        Part::Done(..) => Ok(()),
    }
}

fn unwritable(path: &Path) -> String {
    format!("{}: cannot write the result; check space and permissions [io]", path.display())
}
