//! A PyTorch checkpoint, a zip with a pickle: refused or read, never run, and its sizes not
//! believed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound_fuzz::everyday::checkpoint::Checkpoint;
use sourcing_sound_fuzz::memory;
use std::sync::LazyLock;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a temporary folder"));

fuzz_target!(|bytes: &[u8]| {
    let folder = FOLDER.path();
    std::fs::write(folder.join("mn04_as.pt"), bytes).expect("room for the input");
    memory::within((256 << 20) + 64 * bytes.len(), || {
        if let Err(error) = Checkpoint::read(folder) {
            assert!(!format!("{error:#}").is_empty());
        }
    });
});
