//! Makes Ctrl-C end the program between two writes, so that finished output is complete, and
//! removes unfinished output.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use std::{mem, process, thread};

use tempfile::{NamedTempFile, TempPath};

use crate::output::note;

/// How long Ctrl-C waits for a reader of stdout.
pub(crate) const READER_PATIENCE: Duration = Duration::from_secs(2);

/// The exit code of an interrupted program.
const INTERRUPTED: i32 = 130;

/// Linux's error for a network file system without locks on its server.
const LINUX_ENOLCK: i32 = 37;

/// How often opening a file is repeated if another run renames it in the meantime.
const MAX_TRIES: usize = 8;

/// What happens to the results if the program ends early.
pub(crate) type Ending = Box<dyn FnOnce() -> anyhow::Result<()> + Send>;

/// Held while results are written.
static WRITING: Mutex<Option<Ending>> = Mutex::new(None);

/// Files to remove that do not have their final names yet.
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Makes Ctrl-C wait for the current write, complete the output, and then end the program; for at
/// most `patience`, because the reader of a pipe may have stopped reading.
///
/// # Errors
/// If the system does not allow that.
pub(crate) fn exit_between_writes(patience: Option<Duration>) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        let (completed, completion) = mpsc::sync_channel(1);
        // Waiting fails at once if this thread cannot be created.
        let _ = thread::Builder::new().spawn(move || {
            complete();
            let _ = completed.send(());
        });
        // Whether it is complete or out of time, the program ends.
        let _ = match patience {
            Some(patience) => completion.recv_timeout(patience).ok(),
            None => completion.recv().ok(),
        };
        let temporary = locked(&TEMPORARY);
        for path in temporary.iter() {
            // If it cannot be removed, at least it does not have the name of a result.
            let _ = fs::remove_file(path);
        }
        process::exit(INTERRUPTED);
    })?;
    Ok(())
}

/// Completes the output after the current write. Nothing is written after that.
fn complete() {
    let mut ending = locked(&WRITING);
    let ended = ending.take().map_or(Ok(()), |ending| ending());
    if let Err(error) = ended {
        note(format_args!("error: {error:#}"));
    }
    mem::forget(ending);
}

/// Writes something that must not be interrupted. `write` returns what to do after it if the
/// program ends there.
pub(crate) fn whole<T>(write: impl FnOnce(&mut Option<Ending>) -> T) -> T {
    write(&mut locked(&WRITING))
}

/// A file that is removed unless it gets a name, also by Ctrl-C.
pub(crate) struct Temporary {
    /// `None` once it has its name.
    file: Option<NamedTempFile>,
    /// Whether it stays under its temporary name instead of being removed.
    stays: bool,
}

impl Temporary {
    /// Creates a file `.part-…` in a folder, which is created if it does not exist.
    ///
    /// # Errors
    /// If one of them cannot be created.
    pub(crate) fn new_in(folder: &Path) -> io::Result<Temporary> {
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".part-");
        // Others may read results like the files of any other program.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut temporary = locked(&TEMPORARY);
        let file = builder.tempfile_in(folder)?;
        temporary.insert(file.path().to_owned());
        Ok(Temporary { file: Some(file), stays: false })
    }

    /// Opens the file at `path`, which another run may have left, or creates it. If it `stays`, it
    /// is not removed.
    ///
    /// # Errors
    /// If it cannot be opened or created, or another run is writing to it.
    pub(crate) fn at(path: &Path, stays: bool) -> io::Result<Temporary> {
        let mut tries = 0;
        let file = loop {
            tries += 1;
            let mut options = fs::File::options();
            let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
            match file.try_lock() {
                Err(fs::TryLockError::WouldBlock) => {
                    let message = format!("another run is writing {}", path.display());
                    return Err(io::Error::other(message));
                }
                // Some network file systems have no locks. There, two runs must not write the same
                // file.
                Err(fs::TryLockError::Error(error)) if !has_no_locks(&error) => return Err(error),
                _ => {}
            }
            // A run that has just ended may have given the file its final name. Some network file
            // systems cannot tell.
            if is_at(&file, path)? || tries == MAX_TRIES {
                break file;
            }
        };
        if !stays {
            locked(&TEMPORARY).insert(path.to_owned());
        }
        let file = NamedTempFile::from_parts(file, TempPath::try_from_path(path)?);
        Ok(Temporary { file: Some(file), stays })
    }

    /// Returns whether it stays if the program ends early.
    pub(crate) fn stays(&self) -> bool {
        self.stays
    }

    /// Removes it.
    pub(crate) fn discard(mut self) {
        self.stays = false;
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.as_ref().map_or(Path::new(""), NamedTempFile::path)
    }

    /// Returns another handle of the file.
    ///
    /// # Errors
    /// If the system has no handles left.
    pub(crate) fn handle(&self) -> io::Result<fs::File> {
        self.file.as_ref().map_or_else(|| Err(named_already()), |file| file.as_file().try_clone())
    }

    /// Gives it its name, replacing a file of that name.
    ///
    /// # Errors
    /// If the system refuses. The file then stays where it is, and the error names it.
    pub(crate) fn persist(mut self, name: &Path) -> io::Result<()> {
        let file = self.file.take().ok_or_else(named_already)?;
        let mut temporary = locked(&TEMPORARY);
        temporary.remove(file.path());
        file.persist(name).map(drop).map_err(|refused| {
            let path = refused.file.path().display().to_string();
            match refused.file.keep() {
                Ok(_) => io::Error::new(
                    refused.error.kind(),
                    format!("{}; it is in {path}", refused.error),
                ),
                Err(_) => refused.error,
            }
        })
    }

    /// Gives it its name unless a file has it; otherwise, returns it.
    ///
    /// # Errors
    /// If the system refuses for another reason.
    pub(crate) fn persist_new(mut self, name: &Path) -> io::Result<Option<Temporary>> {
        let file = self.file.take().ok_or_else(named_already)?;
        let mut temporary = locked(&TEMPORARY);
        let path = file.path().to_owned();
        match file.persist_noclobber(name) {
            Ok(_) => {
                temporary.remove(&path);
                Ok(None)
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(Some(Temporary { file: Some(error.file), stays: false }))
            }
            Err(error) => {
                temporary.remove(&path);
                Err(error.error)
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        if self.stays {
            // The file is where it should be; keeping it there does not fail on any system.
            let _ = file.keep();
            return;
        }
        let mut temporary = locked(&TEMPORARY);
        let path = file.path().to_owned();
        drop(file);
        temporary.remove(&path);
    }
}

/// Returns whether the error is that of a file system without locks.
fn has_no_locks(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
        || (cfg!(target_os = "linux") && error.raw_os_error() == Some(LINUX_ENOLCK))
}

/// Returns whether `path` is still that of `file`.
#[cfg(unix)]
fn is_at(file: &fs::File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    let found = fs::metadata(path);
    Ok(found.is_ok_and(|found| (found.dev(), found.ino()) == (open.dev(), open.ino())))
}

/// Returns true, because an open file keeps its path on this system.
#[cfg(not(unix))]
fn is_at(_file: &fs::File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

fn named_already() -> io::Error {
    io::Error::other("the file has its name already")
}

/// Its contents stay consistent if a thread panics.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
