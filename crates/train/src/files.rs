//! Files that are written completely or not at all.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Creates `path` with what `fill` writes: first into a temporary file, which is synced, then
/// renamed.
pub fn write_atomically(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<()> {
    let folder = path.parent().context("the file needs a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let name = path.file_name().context("the file needs a name")?.to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = (|| {
        let mut out = BufWriter::new(File::create(&temporary)?);
        // It tells others that the file is being written; some file systems have no locks.
        let _ = out.get_ref().try_lock();
        remove_abandoned(folder, &name);
        fill(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // The first error is the one to report; a leftover file does no harm.
        let _ = std::fs::remove_file(&temporary);
    }
    written.with_context(|| format!("writing {}", path.display()))
}

/// Removes the temporary files of `name` whose programs were killed: nobody holds a lock on them.
/// A left-over is only untidy, so that errors do not matter.
fn remove_abandoned(folder: &Path, name: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let id = file.to_str().and_then(|file| file.strip_prefix(&format!(".{name}.")));
        let id = id.and_then(|id| id.strip_suffix(".part")).map(str::parse::<u32>);
        let is_free = |file: File| file.try_lock().is_ok();
        if id.is_some_and(|id| id.is_ok()) && File::open(entry.path()).is_ok_and(is_free) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Writes a text file completely or not at all.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    write_atomically(path, |out| out.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;

    #[test]
    fn what_a_killed_program_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let others = [".x.json.2.part", ".x.json.mine.part", ".y.json.1.part", "x.json.1.part"];
        let files = others.map(|name| File::create(path(name)).unwrap());
        files[0].lock().unwrap();
        std::fs::write(path(".x.json.1.part"), "left").unwrap();
        write_text(&path("x.json"), "whole").unwrap();
        assert_eq!(std::fs::read_to_string(path("x.json")).unwrap(), "whole");
        assert!(!path(".x.json.1.part").exists());
        assert!(others.iter().all(|name| path(name).exists()), "these are not its own");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), others.len() + 1);
    }
}
