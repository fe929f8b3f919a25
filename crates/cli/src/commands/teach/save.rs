//! Writes a file completely or not at all.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, bail};
use tempfile::{Builder, NamedTempFile};

/// Refuses a file that could not be written later, before anything is computed.
///
/// # Errors
/// If its folder does not exist, or if it exists itself and must not be replaced.
pub(super) fn check(path: &Path, replace: bool) -> anyhow::Result<()> {
    if !folder(path).is_dir() {
        bail!("there is no folder {} [io]", folder(path).display());
    }
    if path.is_dir() {
        bail!("this is a folder, expected a file [io]");
    }
    // Even a dangling link counts.
    if !replace && path.symlink_metadata().is_ok() {
        bail!("the file exists; --force replaces it, --add uses its examples [io]");
    }
    Ok(())
}

/// Writes `text` to a temporary file in the same folder, and renames it.
///
/// # Errors
/// If it cannot be written, or if it exists and must not be replaced; nothing is changed then.
pub(super) fn write(path: &Path, text: &str, replace: bool) -> anyhow::Result<()> {
    let written = write_temporary(folder(path), text).and_then(|file| {
        let renamed = match replace {
            true => file.persist(path),
            false => file.persist_noclobber(path),
        };
        renamed.map(drop).map_err(|error| error.error)
    });
    written.with_context(|| format!("{}: cannot write the file [io]", path.display()))
}

fn write_temporary(folder: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".teach-");
    #[cfg(unix)]
    {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt;
        // The permissions of any new file; the system removes those that its mask forbids.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    // Some systems report a full disk only here.
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
