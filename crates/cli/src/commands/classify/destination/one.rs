//! Writes all results to one place: stdout, or a file that a later run can continue.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use sourcing_sound::Classifier;

use crate::files::{self, Found};
use crate::interrupt::{Ending, Temporary};
use crate::outcome::{Failure, UsageError};
use crate::output::{STDOUT, cell};

use super::super::args::ClassifyOptions;
use super::super::format::Format;
use super::super::ledger::{Known, Ledger};
use super::super::origin::{Origin, place};
use super::super::part::Part;
use super::super::report::Report;
use super::super::resume::{self, Finished, Refused};
use super::super::settings::Settings;
use super::writing::{Rest, header, start, unwritable, write};

/// Stdout, or one file for all recordings.
pub(in super::super) struct One {
    report: Box<dyn Report>,
    /// The file, which gets its name when it is complete.
    file: Option<(PathBuf, Temporary)>,
    /// The rows of a file that can be truncated.
    rows: Option<Rows>,
    /// The recordings that an earlier run has finished.
    finished: Recordings,
    /// Whether recordings are named in cells of a table.
    has_cells: bool,
}

/// Recordings with complete rows.
#[derive(Default)]
struct Recordings {
    /// As the rows name them.
    names: HashSet<String>,
    /// What was recorded about them, by name; nothing by older versions of this program.
    origins: BTreeMap<String, Origin>,
    /// Their absolute paths.
    places: HashSet<String>,
}

impl Recordings {
    fn new(names: HashSet<String>, mut origins: BTreeMap<String, Origin>) -> Recordings {
        origins.retain(|name, _| names.contains(name));
        let places = origins.values().map(|origin| origin.path().to_owned()).collect();
        Recordings { names, origins, places }
    }
}

/// What is known about the rows so far.
struct Rows {
    output: fs::File,
    /// Where the rows of the current recording begin: they are removed if it fails, so that
    /// `--resume` tries it again.
    begin: Option<u64>,
    /// The ledger of a file that can be continued.
    ledger: Option<Ledger>,
}

impl Rows {
    /// Returns where the rows of complete recordings end.
    fn complete(&self) -> io::Result<u64> {
        self.begin.map_or_else(|| (&self.output).stream_position(), Ok)
    }
}

impl One {
    /// # Errors
    /// If a header cannot be written.
    pub(super) fn stdout(
        options: &ClassifyOptions,
        classifier: &Classifier,
    ) -> anyhow::Result<One> {
        let report = start(options, classifier, io::stdout()).context(STDOUT)?;
        let finished = Recordings::default();
        Ok(One { report, file: None, rows: None, finished, has_cells: false })
    }

    /// # Errors
    /// If the file cannot be created or continued.
    pub(super) fn file(
        name: &Path,
        options: &ClassifyOptions,
        classifier: &Classifier,
        settings: &Settings,
    ) -> anyhow::Result<One> {
        let unwritable = || unwritable(name);
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        if options.format.can_be_continued() {
            return One::continued(name, folder, options, classifier, settings);
        }
        let file = Temporary::new_in(folder).with_context(unwritable)?;
        let report = start(options, classifier, file.handle().with_context(unwritable)?);
        let report = report.with_context(unwritable)?;
        // An incomplete Parquet file cannot be read.
        let rows = match options.format.is_binary() {
            true => None,
            false => Some(Rows {
                output: file.handle().with_context(unwritable)?,
                begin: None,
                ledger: None,
            }),
        };
        Ok(One {
            report,
            file: Some((name.to_owned(), file)),
            rows,
            finished: Recordings::default(),
            has_cells: false,
        })
    }

    /// Opens a file that another run may have begun.
    fn continued(
        name: &Path,
        folder: &Path,
        options: &ClassifyOptions,
        classifier: &Classifier,
        settings: &Settings,
    ) -> anyhow::Result<One> {
        let unwritable = || unwritable(name);
        let mut part = OsString::from(".part-");
        part.push(name.file_name().unwrap_or_default());
        fs::create_dir_all(folder).with_context(unwritable)?;
        let part = Temporary::at(&folder.join(part), options.resume).with_context(unwritable)?;
        let file = part.handle().with_context(unwritable)?;
        let header = header(options, classifier)?;
        let Earlier { finished, origins, copied } = if options.resume {
            let earlier = Earlier::find(name, &part, (options.format, &header), settings);
            match earlier {
                Ok(earlier) => earlier,
                Err(error) => {
                    // It was empty, so nothing is lost.
                    if file.metadata().is_ok_and(|file| file.len() == 0) {
                        part.discard();
                    }
                    return Err(error);
                }
            }
        } else {
            Earlier::default()
        };
        let (end, finished) = (finished.end, Recordings::new(finished.recordings, origins));
        let ledger = begin(&part, end, &finished, copied, settings).with_context(unwritable)?;
        // A continued file already has its header.
        let left_out = if end > 0 { header.len() } else { 0 };
        let output = part.handle().with_context(unwritable)?;
        let report = start(options, classifier, Rest { left_out, output: file });
        let report = report.with_context(unwritable)?;
        Ok(One {
            report,
            file: Some((name.to_owned(), part)),
            rows: Some(Rows { output, begin: None, ledger: Some(ledger) }),
            finished,
            has_cells: options.format != Format::Jsonl,
        })
    }

    /// Returns the name of an input in the file.
    fn name(&self, input: &Found) -> String {
        let name = files::text(&input.path);
        if self.has_cells { cell(&name).into_owned() } else { name.into_owned() }
    }

    pub(super) fn is_stdout(&self) -> bool {
        self.file.is_none()
    }

    /// # Errors
    /// If the rows of that name belong to another recording.
    pub(super) fn is_done(&self, input: &Found) -> Result<bool, UsageError> {
        if self.finished.places.contains(&place(input)) {
            return Ok(true);
        }
        let name = self.name(input);
        match self.finished.origins.get(&name) {
            Some(origin) if !origin.is(input) => Err(UsageError(format!(
                "--resume: two recordings are named {name} in the result: {} has rows already; use \
                 another --output [config]",
                origin.path()
            ))),
            _ => Ok(self.finished.names.contains(&name)),
        }
    }

    pub(super) fn print(&mut self, part: Part) -> io::Result<()> {
        let done = match &part {
            Part::Done(input, _) => Some((self.name(input), Origin::of(input))),
            _ => None,
        };
        if let Some(rows) = &mut self.rows {
            match &part {
                // Reports write everything that they have after each part.
                Part::Begin(..) if rows.begin.is_none() => {
                    rows.begin = Some(rows.output.stream_position()?);
                }
                Part::Done(..) => {
                    rows.begin = None;
                    if let Some(ledger) = &mut rows.ledger {
                        ledger.complete(rows.output.stream_position()?, done)?;
                    }
                }
                _ => {}
            }
        }
        write(self.report.as_mut(), part)
    }

    pub(super) fn failed(&mut self, failure: &Failure) -> io::Result<()> {
        if let Some(rows) = &mut self.rows
            && let Some(begin) = rows.begin.take()
        {
            rows.output.set_len(begin)?;
            rows.output.seek(SeekFrom::Start(begin))?;
        }
        self.report.failed(failure.path(), failure.code())
    }

    /// Gives the file its name with the rows so far.
    pub(super) fn ending(&self) -> Option<Ending> {
        let closer = self.report.closer();
        let file = self.file.as_ref();
        let file = file.map(|(name, file)| (name.clone(), file.path().to_owned()));
        if closer.is_none() && file.is_none() {
            return None;
        }
        let rows = self.rows.as_ref();
        let rows = rows.and_then(|rows| Some((rows, rows.ledger.as_ref()?)));
        let naming = file.as_ref().zip(rows).map(|((name, part), (rows, ledger))| {
            Ok::<_, io::Error>(ledger.naming(name, part, rows.complete()?))
        });
        let unwritable = self.unwritable();
        Some(Box::new(move || {
            closer.map_or(Ok(()), |close| close()).with_context(|| unwritable.clone())?;
            match (naming, file) {
                (Some(naming), _) => naming.and_then(|naming| naming.finish()).context(unwritable),
                (None, Some((name, path))) => fs::rename(path, name).context(unwritable),
                (None, None) => Ok(()),
            }
        }))
    }

    pub(super) fn close(&mut self) -> anyhow::Result<()> {
        self.report.close().with_context(|| self.unwritable())?;
        let Some((name, file)) = self.file.take() else { return Ok(()) };
        let context = || unwritable(&name);
        let Some((rows, ledger)) =
            self.rows.take().and_then(|mut rows| rows.ledger.take().map(|ledger| (rows, ledger)))
        else {
            return file.persist(&name).with_context(context);
        };
        let complete = rows.complete().with_context(context)?;
        ledger.naming(&name, file.path(), complete).prepare();
        file.persist(&name).with_context(context)?;
        ledger.discard();
        Ok(())
    }

    pub(super) fn unwritable(&self) -> String {
        self.file.as_ref().map_or_else(|| STDOUT.to_owned(), |(name, _)| unwritable(name))
    }
}

/// What an earlier run has left.
#[derive(Default)]
struct Earlier {
    finished: Finished,
    /// Recordings that the file has had, by name.
    origins: BTreeMap<String, Origin>,
    /// The file with these rows, if it is not the one that is written: the file under the final
    /// name stays unchanged until the run ends.
    copied: Option<fs::File>,
}

impl Earlier {
    /// # Errors
    /// If it cannot be read, or cannot be continued with this format, header and these settings.
    fn find(
        name: &Path,
        part: &Temporary,
        (format, header): (Format, &[u8]),
        settings: &Settings,
    ) -> anyhow::Result<Earlier> {
        let path = part.path();
        let unreadable = |path: &Path| format!("{}: cannot read the result [io]", path.display());
        let of_part = Known::about(path).with_context(|| unreadable(path))?;
        let mut file = part.handle().with_context(|| unreadable(path))?;
        // A killed run without any complete recording was still copying.
        let is_copy = of_part.settings.is_some() && of_part.complete.is_none();
        let is_begun = !is_copy && file.metadata().is_ok_and(|file| file.len() > 0);
        let (path, known) = if is_begun {
            (path, of_part)
        } else if name.is_file() {
            file = fs::File::open(name).with_context(|| unreadable(name))?;
            (name, Known::about_finished(name).with_context(|| unreadable(name))?)
        } else {
            return Ok(Earlier::default());
        };
        check(path, settings, known.settings.as_ref())?;
        let finished = resume::finished(format, header, &file, known.complete);
        let finished = finished.map_err(|refused| match refused {
            Refused::Io(error) => anyhow!(error).context(unreadable(path)),
            Refused::Other(why) => UsageError(format!(
                "{}: --resume cannot continue a file that was made otherwise: {why}; use the options \
                 of the earlier run, or remove the file [config]",
                path.display()
            ))
            .into(),
        })?;
        let copied = (!is_begun).then_some(file);
        Ok(Earlier { finished, origins: known.origins, copied })
    }
}

/// Leaves only the rows of complete recordings in the file, which end at byte `end`, copied from
/// another one if necessary, and begins its ledger.
fn begin(
    part: &Temporary,
    end: u64,
    finished: &Recordings,
    copied: Option<fs::File>,
    settings: &Settings,
) -> io::Result<Ledger> {
    let mut file = part.handle()?;
    let Some(mut copied) = copied else {
        file.set_len(end)?;
        file.seek(SeekFrom::End(0))?;
        return Ledger::begin(part, settings, Some(end), &finished.origins);
    };
    file.set_len(0)?;
    let mut ledger = Ledger::begin(part, settings, None, &finished.origins)?;
    copied.seek(SeekFrom::Start(0))?;
    file.seek(SeekFrom::Start(0))?;
    io::copy(&mut copied.take(end), &mut file)?;
    ledger.complete(end, None)?;
    Ok(ledger)
}

/// # Errors
/// If the rows of `path` were made with other settings.
pub(super) fn check(
    path: &Path,
    settings: &Settings,
    earlier: Option<&Settings>,
) -> Result<(), UsageError> {
    let changes = earlier.map(|earlier| settings.changes(earlier)).unwrap_or_default();
    if changes.is_empty() {
        return Ok(());
    }
    Err(UsageError(format!(
        "{}: --resume cannot continue what was made with other options: {}; use the options of the \
         earlier run, another --output, or leave out --resume to replace the results [config]",
        path.display(),
        changes.join("; ")
    )))
}
