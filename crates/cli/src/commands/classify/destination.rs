//! Where results go: stdout, or a file per recording.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow, bail};
use sourcing_sound::Classifier;
use sourcing_sound_decode::Channel;

use crate::files::Found;
use crate::interrupt::{Ending, Temporary};
use crate::outcome::Failure;
use crate::output::cell;

use super::args::{Channels, ClassifyOptions, Format};
use super::output::Output;
use super::part::Part;
use super::report::{self, Report};
use super::resume::{self, Finished, Refused};

/// What all usual file systems take.
const LONGEST_NAME_BYTES: usize = 255;

/// The error if stdout accepts no more.
const STDOUT: &str = "cannot write to standard output; check space and permissions [io]";

/// The output of results.
pub(super) enum Destination<'a> {
    One(One),
    Folder(Folder<'a>),
}

/// Stdout, or one file for all recordings.
pub(super) struct One {
    report: Box<dyn Report>,
    /// The file, complete only once it has its name.
    file: Option<(PathBuf, Temporary)>,
    /// Takes back the rows of a recording that fails, so that `--resume` tries it again.
    rows: Option<RowsOfOne>,
    /// The recordings that an earlier run has finished.
    finished: HashSet<String>,
    /// Whether names are cells of a table.
    has_cells: bool,
}

/// Where the rows of the recording that is being written begin, in a file that can be continued.
struct RowsOfOne {
    output: fs::File,
    begin: Option<u64>,
}

pub(super) struct Folder<'a> {
    root: &'a Path,
    options: &'a ClassifyOptions,
    classifier: &'a Classifier,
    /// The result that is being written, complete only once it has its name.
    open: Option<Open>,
}

struct Open {
    /// Its final name.
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
                Destination::One(One {
                    report,
                    file: None,
                    rows: None,
                    finished: HashSet::new(),
                    has_cells: false,
                })
            }
            Output::File(name) => Destination::One(One::file(name, options, classifier)?),
            Output::Folder(root) => {
                fs::create_dir_all(root).with_context(|| unwritable(root))?;
                Destination::Folder(Folder { root, options, classifier, open: None })
            }
        })
    }

    /// # Errors
    /// If two inputs would have the same result, or the same name in a file that is continued.
    pub(super) fn check_names(
        &self,
        inputs: &[Result<Found, Failure>],
        resume: bool,
    ) -> anyhow::Result<()> {
        let mut names = HashSet::new();
        for input in inputs.iter().flatten() {
            match self {
                Destination::Folder(folder) => {
                    let name = folder.name(input);
                    if !names.insert(name.clone()) {
                        let name = name.display();
                        bail!("--output: two recordings would have the result {name} [config]");
                    }
                }
                Destination::One(_) if resume => {
                    let name = input.path.to_string_lossy();
                    if !names.insert(PathBuf::from(name.as_ref())) {
                        bail!("--resume: two recordings are named {name} in the result [config]");
                    }
                }
                Destination::One(_) => {}
            }
        }
        Ok(())
    }

    /// Inputs whose results could not have their names fail, so that the others are processed.
    pub(super) fn refuse_long_names(&self, inputs: &mut [Result<Found, Failure>]) {
        let Destination::Folder(folder) = self else { return };
        for input in inputs {
            let Ok(found) = input else { continue };
            let length = folder.name(found).file_name().map_or(0, OsStr::len);
            if length > LONGEST_NAME_BYTES {
                let message = format!(
                    "the name of its result would have {length} bytes, and {LONGEST_NAME_BYTES} \
                     is the most: rename it, or write one file with --output FILE"
                );
                *input = Err(Failure::Usage { path: found.path.clone(), message });
            }
        }
    }

    /// Whether the result of an input exists.
    pub(super) fn is_done(&self, input: &Found) -> bool {
        match self {
            Destination::One(one) => one.finished.contains(&one.name(input)),
            Destination::Folder(folder) => folder.name(input).is_file(),
        }
    }

    /// Completes the output if the program ends here.
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
            Destination::One(one) => one.print(part).with_context(|| one.unwritable()),
            Destination::Folder(folder) => folder.print(part),
        }
    }

    /// An input failed. A folder has no result for it, and a file that can be continued no row, so
    /// that `--resume` tries it again.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn failed(&mut self, failure: &Failure) -> anyhow::Result<()> {
        match self {
            Destination::One(one) => one.failed(failure).with_context(|| one.unwritable()),
            Destination::Folder(folder) => {
                folder.open = None;
                Ok(())
            }
        }
    }

    /// All inputs are done.
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
        let unwritable = || unwritable(name);
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if options.format.can_be_continued() {
            return One::continued(name, folder, options, classifier);
        }
        let file = Temporary::new_in(folder).with_context(unwritable)?;
        let report = start(options, classifier, file.handle().with_context(unwritable)?);
        let report = report.with_context(unwritable)?;
        Ok(One {
            report,
            file: Some((name.to_owned(), file)),
            rows: None,
            finished: HashSet::new(),
            has_cells: false,
        })
    }

    /// The name of an input in the file.
    fn name(&self, input: &Found) -> String {
        let name = input.path.to_string_lossy();
        if self.has_cells { cell(&name).into_owned() } else { name.into_owned() }
    }

    /// A file that another run may have begun.
    fn continued(
        name: &Path,
        folder: &Path,
        options: &ClassifyOptions,
        classifier: &Classifier,
    ) -> anyhow::Result<One> {
        let unwritable = || unwritable(name);
        let mut part = OsString::from(".part-");
        part.push(name.file_name().unwrap_or_default());
        fs::create_dir_all(folder).with_context(unwritable)?;
        let part = Temporary::at(&folder.join(part), options.resume).with_context(unwritable)?;
        let mut file = part.handle().with_context(unwritable)?;
        let mut found = Finished::default();
        if options.resume {
            let is_begun = file.metadata().with_context(unwritable)?.len() > 0;
            if !is_begun && name.is_file() {
                // What has the name stays as it is until all is done.
                let earlier =
                    fs::File::open(name).and_then(|mut from| io::copy(&mut from, &mut file));
                earlier.with_context(unwritable)?;
            }
            let header = header(options, classifier)?;
            found = resume::finished(options.format, &header, &file).map_err(|refused| {
                let named = if is_begun { part.path() } else { name }.display().to_string();
                if !is_begun {
                    // A copy that is left would be continued once the file is gone.
                    let _ = fs::remove_file(part.path());
                }
                match refused {
                    Refused::Io(error) => anyhow!("{named}: cannot read the result: {error} [io]"),
                    Refused::Other(why) => anyhow!(
                        "{named}: --resume cannot continue a file that was made otherwise: {why}; \
                         use the options of the earlier run, or remove the file [config]"
                    ),
                }
            })?;
        }
        file.set_len(found.end).with_context(unwritable)?;
        file.seek(SeekFrom::Start(found.end)).with_context(unwritable)?;
        // A file that goes on has its header.
        let header = if found.end > 0 { header(options, classifier)?.len() } else { 0 };
        let rows = Some(RowsOfOne { output: part.handle().with_context(unwritable)?, begin: None });
        let report = start(options, classifier, Rest { left_out: header, output: file });
        let report = report.with_context(unwritable)?;
        let file = Some((name.to_owned(), part));
        let has_cells = options.format != Format::Jsonl;
        Ok(One { report, file, rows, finished: found.recordings, has_cells })
    }

    fn print(&mut self, part: Part) -> io::Result<()> {
        if let Some(rows) = &mut self.rows {
            match &part {
                // Reports write all that they have after each part.
                Part::Begin(..) if rows.begin.is_none() => {
                    rows.begin = Some(rows.output.stream_position()?);
                }
                Part::Done(..) => rows.begin = None,
                _ => {}
            }
        }
        write(self.report.as_mut(), part)
    }

    fn failed(&mut self, failure: &Failure) -> io::Result<()> {
        if let Some(rows) = &mut self.rows
            && let Some(begin) = rows.begin.take()
        {
            rows.output.set_len(begin)?;
            rows.output.seek(SeekFrom::Start(begin))?;
        }
        self.report.failed(failure.path(), failure.code())
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
        let copy = file.handle().with_context(|| unwritable(folder))?;
        let report = start(self.options, self.classifier, copy);
        let report = report.with_context(|| unwritable(&name))?;
        Ok(Open { name, file, report })
    }
}

/// What a report writes before any recording.
fn header(options: &ClassifyOptions, classifier: &Classifier) -> anyhow::Result<Vec<u8>> {
    let written = Shared::default();
    drop(start(options, classifier, written.clone())?);
    let bytes = written.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(bytes.clone())
}

/// Bytes that are kept in memory.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Leaves out the first bytes.
struct Rest<W> {
    left_out: usize,
    output: W,
}

impl<W: Write> Write for Rest<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left_out = self.left_out.min(bytes.len());
        if left_out > 0 {
            self.left_out -= left_out;
            return Ok(left_out);
        }
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
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
        Part::Segments(lane, predictions) => report.segments(lane, predictions),
        Part::End(lane, duration) => report.end(lane, duration),
        Part::Done(..) => Ok(()),
    }
}

fn unwritable(path: &Path) -> String {
    format!("{}: cannot write the result; check space and permissions [io]", path.display())
}
