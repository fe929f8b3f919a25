//! The tables of data sets: refused, or clips whose folds divide without overlap.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound_fuzz::data::dataset::{Dataset, Layout};
use sourcing_sound_fuzz::memory;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

struct Place {
    layout: Layout,
    table: &'static str,
    folder: TempDir,
}

/// A folder per layout, with audio files whose names a table can give.
static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    vec![
        place(Layout::UrbanSound8k, "metadata/UrbanSound8K.csv", "audio/fold1", "7-3-0-0"),
        place(Layout::Esc50, "meta/esc50.csv", "audio", "1-1-A-0"),
        place(Layout::Freesound, "train.csv", "audio_train", "a1"),
    ]
});

fn place(layout: Layout, table: &'static str, audio: &str, name: &str) -> Place {
    let folder = TempDir::new().expect("a temporary folder");
    let path = |part: &str| -> PathBuf { folder.path().join(part) };
    make(path(audio).as_path());
    if let Some(parent) = path(table).parent() {
        make(parent);
    }
    fs::write(path(audio).join(format!("{name}.wav")), [0; 44]).expect("room for a file");
    Place { layout, table, folder }
}

fn make(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, table)) = bytes.split_first() else { return };
    let place = &PLACES[usize::from(first) % PLACES.len()];
    let root = place.folder.path();
    fs::write(root.join(place.table), table).expect("room for the table");
    memory::within((64 << 20) + 64 * bytes.len(), || {
        let dataset = match first < 128 {
            true => Dataset::open_as(root, place.layout),
            false => Dataset::open(root),
        };
        match dataset {
            Ok(dataset) => assert!(!dataset.slices.is_empty()),
            Err(error) => assert!(!format!("{error:#}").is_empty()),
        }
    });
});
