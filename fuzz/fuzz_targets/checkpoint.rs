//! A PyTorch checkpoint, a zip with a pickle: refused or read, never run, and its sizes not
//! believed. The same file as a zip with arrays of numpy.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound_fuzz::everyday::checkpoint::Checkpoint;
use sourcing_sound_fuzz::everyday::npz::Npz;
use sourcing_sound_fuzz::memory;
use std::sync::LazyLock;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a temporary folder"));

fuzz_target!(|bytes: &[u8]| {
    let folder = FOLDER.path();
    let path = folder.join("mn04_as.pt");
    std::fs::write(&path, bytes).expect("room for the input");
    memory::within((256 << 20) + 64 * bytes.len(), || {
        if let Err(error) = Checkpoint::read(folder) {
            assert!(!format!("{error:#}").is_empty());
        }
        for name in ["pcm", "logits"] {
            let array = Npz::open(&path).and_then(|mut arrays| arrays.array(name));
            if let Err(error) = array {
                assert!(!format!("{error:#}").is_empty());
            }
        }
    });
});
