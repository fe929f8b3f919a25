//! Where results go: stdout, or a file per recording.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sourcing_sound::Classifier;
use sourcing_sound_decode::Channel;

use crate::files::Found;
use crate::interrupt::{Ending, Temporary};
use crate::outcome::Failure;

use super::args::{Channels, ClassifyOptions};
use super::output::Output;
use super::report::{self, Report};
use super::work::Part;

/// What could not be done if stdout takes no more.
const STDOUT: &str = "cannot write to standard output; check space and permissions [io]";

/// What results are written to.
pub(super) enum Destination<'a> {
    One(One),
    Folder(Folder<'a>),
}

/// Stdout, or one file for all recordings.
pub(super) struct One {
    report: Box<dyn Report>,
    /// The file, whole only once it has its name.
    file: Option<(PathBuf, Temporary)>,
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
    file: Temporary,
    report: Box<dyn Report>,
}

impl<'a> Destination<'a> {
    /// # Errors
    /// If the file or the folder cannot be made, or a header cannot be written.
    pub(super) fn new(
        options: &'a ClassifyOptions,
        classifier: &'a Classifier,
    ) -> anyhow::Result<Self> {
        Ok(match &options.output {
            Output::Stdout => {
                let report = start(options, classifier, io::stdout()).context(STDOUT)?;
                Destination::One(One { report, file: None })
            }
            Output::File(name) => Destination::One(One::file(name, options, classifier)?),
            Output::Folder(root) => {
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
            Destination::One(_) => false,
            Destination::Folder(folder) => folder.name(input).is_file(),
        }
    }

    /// What makes a whole of what was printed, if the program ends here.
    pub(super) fn ending(&self) -> Option<Ending> {
        match self {
            Destination::One(one) => one.ending(),
            // A result that is not finished is removed.
            Destination::Folder(_) => None,
        }
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
            Destination::One(one) => {
                write(one.report.as_mut(), part).with_context(|| one.unwritable())
            }
            Destination::Folder(folder) => folder.print(part),
        }
    }

    /// An input failed. A folder has no result for it, so that `--resume` tries it again.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn failed(&mut self, failure: &Failure) -> anyhow::Result<()> {
        match self {
            Destination::One(one) => {
                let written = one.report.failed(failure.path(), failure.code());
                written.with_context(|| one.unwritable())
            }
            Destination::Folder(folder) => {
                folder.open = None;
                Ok(())
            }
        }
    }

    /// Everything is over.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub(super) fn close(&mut self) -> anyhow::Result<()> {
        let Destination::One(one) = self else { return Ok(()) };
        one.report.close().with_context(|| one.unwritable())?;
        match one.file.take() {
            None => Ok(()),
            Some((name, file)) => file.persist(&name).with_context(|| unwritable(&name)),
        }
    }
}

impl One {
    fn file(
        name: &Path,
        options: &ClassifyOptions,
        classifier: &Classifier,
    ) -> anyhow::Result<One> {
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = Temporary::new_in(folder.unwrap_or(Path::new(".")));
        let file = file.with_context(|| unwritable(name))?;
        let copy = file.reopen().with_context(|| unwritable(name))?;
        let report = start(options, classifier, copy).with_context(|| unwritable(name))?;
        Ok(One { report, file: Some((name.to_owned(), file)) })
    }

    /// The file gets its name with what is in it.
    fn ending(&self) -> Option<Ending> {
        let closer = self.report.closer();
        let file = self.file.as_ref();
        let file = file.map(|(name, file)| (name.clone(), file.path().to_owned()));
        if closer.is_none() && file.is_none() {
            return None;
        }
        let unwritable = self.unwritable();
        Some(Box::new(move || {
            closer.map_or(Ok(()), |close| close()).with_context(|| unwritable.clone())?;
            match file {
                None => Ok(()),
                Some((name, path)) => fs::rename(path, name).context(unwritable),
            }
        }))
    }

    fn unwritable(&self) -> String {
        self.file.as_ref().map_or_else(|| STDOUT.to_owned(), |(name, _)| unwritable(name))
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
                if let Some(Open { name, file, mut report }) = self.open.take() {
                    report.close().with_context(|| unwritable(&name))?;
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
        let file = Temporary::new_in(folder).with_context(|| unwritable(folder))?;
        let copy = file.reopen().with_context(|| unwritable(folder))?;
        let report = start(self.options, self.classifier, copy);
        let report = report.with_context(|| unwritable(&name))?;
        Ok(Open { name, file, report })
    }
}

fn start(
    options: &ClassifyOptions,
    classifier: &Classifier,
    output: impl Write + Send + 'static,
) -> anyhow::Result<Box<dyn Report>> {
    let channel = match options.channels {
        Channels::One(Channel::Number(number)) => Some(number + 1),
        Channels::One(Channel::Mix) | Channels::Each => None,
    };
    let settings = report::Settings {
        format: options.format,
        top: options.top,
        has_channels: options.channels == Channels::Each,
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
