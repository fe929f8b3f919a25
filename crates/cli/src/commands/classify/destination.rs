//! Where results go: stdout, or a file per recording.

mod folder;
mod one;
mod writing;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use sourcing_sound::Classifier;

use crate::files::{self, Found};
use crate::interrupt::{Ending, READER_PATIENCE};
use crate::outcome::{Failure, UsageError, warning};
use crate::output::note;

use super::args::ClassifyOptions;
use super::format::Format;
use super::origin::place;
use super::output::Output;
use super::part::Part;
use super::settings::Settings;
use folder::Folder;
use one::One;

/// The longest name that all usual file systems accept.
const LONGEST_NAME_BYTES: usize = 255;

/// The output of results.
pub(super) enum Destination<'a> {
    One(One),
    Folder(Folder<'a>),
}

impl<'a> Destination<'a> {
    /// # Errors
    /// If the file or the folder cannot be created, a header cannot be written, or a file cannot be
    /// continued.
    pub(super) fn new(
        options: &'a ClassifyOptions,
        classifier: &'a Classifier,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        Ok(match &options.output {
            Output::Stdout => Destination::One(One::stdout(options, classifier)?),
            Output::File(name) => {
                Destination::One(One::file(name, options, classifier, &settings)?)
            }
            Output::Folder(root) => {
                Destination::Folder(Folder::new(root, options, classifier, settings)?)
            }
        })
    }

    /// # Errors
    /// If two inputs would have the same result, or are the same in a file that is continued, or if
    /// lines of the output do not name their recording and there are several.
    pub(super) fn check_names(
        &self,
        inputs: &[Result<Found, Failure>],
        resume: bool,
        format: Format,
    ) -> Result<(), UsageError> {
        let is_one = matches!(self, Destination::One(_));
        if is_one && !format.names_recordings() && inputs.len() > 1 {
            return Err(UsageError(format!(
                "--format audacity: a label track is about one recording, but there are {}; write one \
                 for each with --output FOLDER",
                inputs.len()
            )));
        }
        let mut names = HashSet::new();
        for input in inputs.iter().flatten() {
            match self {
                Destination::Folder(folder) => {
                    let name = folder.name(input);
                    if !names.insert(name.clone()) {
                        let name = name.display();
                        let message = format!(
                            "--output: two recordings would have the result {name} [config]"
                        );
                        return Err(UsageError(message));
                    }
                }
                Destination::One(_) if resume => {
                    let name = files::text(&input.path);
                    // The same recording may be typed in two ways.
                    if !names.insert(PathBuf::from(place(input))) {
                        let message = format!("--resume: {name} is given twice [config]");
                        return Err(UsageError(message));
                    }
                }
                Destination::One(_) => {}
            }
        }
        Ok(())
    }

    /// Begins the output, before anything is written for an input.
    ///
    /// # Errors
    /// If `--resume` would mix results of other settings with those of this run.
    pub(super) fn begin(&mut self, resume: bool) -> anyhow::Result<()> {
        match self {
            Destination::One(_) => Ok(()),
            Destination::Folder(folder) => folder.begin(resume),
        }
    }

    /// Fails inputs with too long names for their results, so that the others are processed.
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

    /// Returns whether the result of an input exists.
    ///
    /// # Errors
    /// If the result of that name belongs to another recording.
    pub(super) fn is_done(&self, input: &Found) -> Result<bool, UsageError> {
        match self {
            Destination::One(one) => one.is_done(input),
            Destination::Folder(folder) => folder.is_done(input),
        }
    }

    /// Returns how long to wait for the current write if the program must end: for a file, until it
    /// is complete, because files do not stop taking bytes.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self {
            Destination::One(one) if one.is_stdout() => Some(READER_PATIENCE),
            _ => None,
        }
    }

    /// Returns what completes the output if the program ends here.
    pub(super) fn ending(&self) -> Option<Ending> {
        match self {
            Destination::One(one) => one.ending(),
            // An unfinished result is removed.
            Destination::Folder(_) => None,
        }
    }

    /// # Errors
    /// If it cannot be written.
    pub(super) fn print(&mut self, part: Part) -> anyhow::Result<()> {
        if let Part::Done(input, warnings) = &part {
            for one in warnings {
                note(warning(&input.path, one));
            }
        }
        match self {
            Destination::One(one) => one.print(part).with_context(|| one.unwritable()),
            Destination::Folder(folder) => folder.print(part),
        }
    }

    /// Handles a failed input: a folder has no result for it, and a file that can be continued has
    /// no row, so that `--resume` tries it again.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn failed(&mut self, failure: &Failure) -> anyhow::Result<()> {
        match self {
            Destination::One(one) => one.failed(failure).with_context(|| one.unwritable()),
            Destination::Folder(folder) => {
                folder.failed();
                Ok(())
            }
        }
    }

    /// Ends the output after all inputs.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub(super) fn close(&mut self) -> anyhow::Result<()> {
        match self {
            Destination::One(one) => one.close(),
            Destination::Folder(_) => Ok(()),
        }
    }
}
