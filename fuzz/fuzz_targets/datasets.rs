//! The tables of data sets: refused, or clips whose folds divide without overlap. Tables of
//! embeddings in Parquet: refused, or clips with their windows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound::Model;
use sourcing_sound_fuzz::data::dataset::{Dataset, Layout};
use sourcing_sound_fuzz::data::embeddings;
use sourcing_sound_fuzz::{foreign, memory, tiny};
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

/// What the embeddings are of, and where they are.
static EMBEDDINGS: LazyLock<(Model, TempDir)> =
    LazyLock::new(|| (tiny::patched(), TempDir::new().expect("a temporary folder")));
const HOP_SECONDS: f64 = 0.5;

fuzz_target!(init: {
    LazyLock::force(&EMBEDDINGS);
    std::panic::set_hook(Box::new(foreign::only_own_panics));
}, |bytes: &[u8]| {
    let Some((&first, table)) = bytes.split_first() else { return };
    match PLACES.get(usize::from(first) % (PLACES.len() + 1)) {
        Some(place) => clips(place, first < 128, table),
        None => windows(table),
    }
});

fn clips(place: &Place, is_known: bool, table: &[u8]) {
    let root = place.folder.path();
    fs::write(root.join(place.table), table).expect("room for the table");
    memory::within((64 << 20) + 64 * table.len(), || {
        let dataset = match is_known {
            true => Dataset::open_as(root, place.layout),
            false => Dataset::open(root),
        };
        match dataset {
            Ok(dataset) => assert!(!dataset.slices.is_empty()),
            Err(error) => assert!(!format!("{error:#}").is_empty()),
        }
    });
}

/// Memory is not counted: a page of Parquet may be compressed to a small part of its size, and the
/// reader takes what its header states, up to 2 GiB.
fn windows(table: &[u8]) {
    let (model, folder) = &*EMBEDDINGS;
    let path = folder.path().join("embeddings.parquet");
    fs::write(&path, table).expect("room for the table");
    match embeddings::read(&[path], model, HOP_SECONDS) {
        Ok(found) => assert_eq!(found.windows.len(), found.dataset.slices.len()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
