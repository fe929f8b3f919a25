//! Writes a result per recording, each complete once it has its name.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Context;
use sourcing_sound::Classifier;

use crate::files::{self, Found};
use crate::interrupt::Temporary;
use crate::outcome::UsageError;

use super::super::args::ClassifyOptions;
use super::super::ledger::{self, Known, Origins};
use super::super::origin::Origin;
use super::super::part::Part;
use super::super::report::Report;
use super::super::settings::Settings;
use super::one::check;
use super::writing::{start, unwritable, write};

pub(in super::super) struct Folder<'a> {
    root: &'a Path,
    options: &'a ClassifyOptions,
    classifier: &'a Classifier,
    settings: Settings,
    /// The ledger to write before the first result.
    ledger: Option<Known>,
    /// The recordings that results belong to.
    origins: Origins,
    /// Results before this time were made with other settings.
    since: Option<SystemTime>,
    /// The unfinished result, which gets its name when it is complete.
    open: Option<Open>,
}

struct Open {
    /// Its final name.
    name: PathBuf,
    file: Temporary,
    report: Box<dyn Report>,
}

impl<'a> Folder<'a> {
    /// # Errors
    /// If the folder cannot be created.
    pub(super) fn new(
        root: &'a Path,
        options: &'a ClassifyOptions,
        classifier: &'a Classifier,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(root).with_context(|| unwritable(root))?;
        Ok(Folder {
            root,
            options,
            classifier,
            settings,
            ledger: None,
            origins: Origins::default(),
            since: None,
            open: None,
        })
    }

    /// Returns the path after which the ledger of all results of this format is named.
    fn results(&self) -> PathBuf {
        self.root.join(self.options.format.extension())
    }

    pub(super) fn name(&self, input: &Found) -> PathBuf {
        let mut name = self.root.join(&input.relative).into_os_string();
        name.push(".");
        name.push(self.options.format.extension());
        name.into()
    }

    /// Compares the settings with those of earlier results of this format.
    ///
    /// # Errors
    /// If `--resume` would mix results of other settings with those of this run.
    pub(super) fn begin(&mut self, resume: bool) -> anyhow::Result<()> {
        let path = self.results();
        let context = || format!("{}: cannot read the results [io]", self.root.display());
        let known = Known::about(&path).with_context(context)?;
        let mut origins = path.clone().into_os_string();
        origins.push(".inputs");
        self.origins = Origins::read(Path::new(&origins)).with_context(context)?;
        if known.replaces_older {
            self.since = Some(ledger::time(&path).with_context(context)?);
        }
        let earlier = known.settings.as_ref();
        if earlier.is_none_or(|earlier| !self.settings.changes(earlier).is_empty()) {
            if resume && has_results(self.root, self.options.format.extension()) {
                check(self.root, &self.settings, earlier)?;
            }
            let replaces_older = earlier.is_some();
            self.ledger = Some(Known { replaces_older, ..Known::new(&self.settings) });
        }
        Ok(())
    }

    /// # Errors
    /// If the result of that name belongs to another recording.
    pub(super) fn is_done(&self, input: &Found) -> Result<bool, UsageError> {
        let name = self.name(input);
        let Ok(result) = fs::metadata(&name) else { return Ok(false) };
        let is_old = |since| result.modified().is_ok_and(|time| time < since);
        if !result.is_file() || self.since.is_some_and(is_old) {
            return Ok(false);
        }
        match self.origins.of(&files::text(&input.relative)) {
            Some(origin) if !origin.is(input) => Err(UsageError(format!(
                "--resume: {} has the result of another recording, {}, not of {}; use another \
                 --output, or leave out --resume to replace it [config]",
                name.display(),
                origin.path(),
                input.path.display()
            ))),
            // A result of an older version belongs to whatever has its name.
            _ => Ok(true),
        }
    }

    pub(super) fn print(&mut self, part: Part) -> anyhow::Result<()> {
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
            Part::Done(input, _) => {
                if let Some(Open { name, file, mut report }) = self.open.take() {
                    report.close().with_context(|| unwritable(&name))?;
                    drop(report);
                    file.persist(&name).with_context(|| unwritable(&name))?;
                    // After the result: what was there before still has its own recording.
                    let added =
                        self.origins.add(files::text(&input.relative).into(), Origin::of(&input));
                    added.with_context(|| unwritable(self.root))?;
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

    /// Removes the result of a recording that fails.
    pub(super) fn failed(&mut self) {
        self.open = None;
    }

    fn start(&mut self, input: &Found) -> anyhow::Result<Open> {
        if let Some(known) = self.ledger.take() {
            known.write(&self.results()).with_context(|| unwritable(self.root))?;
        }
        let name = self.name(input);
        let folder = name.parent().unwrap_or(self.root);
        let file = Temporary::new_in(folder).with_context(|| unwritable(folder))?;
        let copy = file.handle().with_context(|| unwritable(folder))?;
        let report = start(self.options, self.classifier, copy);
        let report = report.with_context(|| unwritable(&name))?;
        Ok(Open { name, file, report })
    }
}

/// Returns whether a folder has results of this extension, at any depth, including those of
/// recordings that are not inputs of this run.
fn has_results(folder: &Path, extension: &str) -> bool {
    let ending = format!(".{extension}");
    // A folder that cannot be listed counts as empty.
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        match entry.file_type() {
            _ if name.starts_with(b".") => false,
            Ok(kind) if kind.is_dir() => has_results(&entry.path(), extension),
            _ => name.ends_with(ending.as_bytes()),
        }
    })
}
