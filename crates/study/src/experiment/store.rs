//! Stores finished verdicts on disk, so that no split is trained twice under the same settings.

use crate::experiment::method::{Setup, Split, Verdict};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::nn::arrays;
use sourcing_sound_train::nn::net::Array;
use sourcing_sound_train::random::{short_hash, short_hash_of};
use std::path::{Path, PathBuf};

/// Changes if stored verdicts become unreadable, or if a method gives other verdicts under the same
/// settings.
const VERSION: u32 = 2;

const FILE: &str = "verdict.bin";
const SCORES: &str = "scores";

/// Returns the folder under `root` for the verdict on a split. Its name is a hash of everything
/// that determines the verdict: other settings, clips or audio get a separate folder, so that
/// trying things with a few clips leaves the results of all clips alone.
pub fn folder(root: &Path, setup: &Setup<'_>, split: &Split) -> PathBuf {
    let Setup { method, slices, labels, seed } = setup;
    // Distinguishes a clip from all others, by its label and features too.
    let line = |&index: &usize| {
        let slice = &slices[index];
        let Slice { stem, recording, fold, .. } = slice;
        let features = short_hash_of(method.features(index));
        format!("{stem}\t{recording}\t{fold}\t{}\t{features}", method.target(slice))
    };
    let lines = |part: &[usize]| part.iter().map(line).collect::<Vec<_>>();
    let key = json!({
        "version": VERSION,
        "settings": method.settings(),
        "labels": labels,
        "seed": seed,
        "train": lines(&split.train),
        "validation": lines(&split.validation),
        "test": lines(&split.test),
    });
    let name = split.name.replace(' ', "-");
    root.join(format!("{name}-{}", short_hash(&key.to_string())))
}

/// Reads the verdict in a folder; `None` if there is none yet. A damaged one is an error that names
/// the file.
pub fn read(folder: &Path) -> Result<Option<Verdict>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let hint = "start again with --fresh";
    let (mut verdict, arrays) = arrays::read::<Verdict>(&path).context(hint)?;
    let scores = arrays.into_iter().find(|array| array.name == SCORES);
    let scores = scores.with_context(|| format!("{}: no scores; {hint}", path.display()))?;
    let &[_, width] = scores.shape.as_slice() else {
        anyhow::bail!("{}: the scores have no rows; {hint}", path.display());
    };
    ensure!(width > 0, "{}: the scores are empty; {hint}", path.display());
    verdict.scores = scores.values.chunks_exact(width).map(<[f32]>::to_vec).collect();
    Ok(Some(verdict))
}

/// Writes a verdict completely or not at all.
pub fn write(folder: &Path, verdict: &Verdict) -> Result<()> {
    let width = verdict.scores.first().map_or(0, Vec::len);
    let scores = Array {
        name: SCORES.to_owned(),
        shape: vec![verdict.scores.len(), width],
        values: verdict.scores.concat(),
    };
    arrays::write(&folder.join(FILE), verdict, &[&scores])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::experiment::boosting::{Boosting, Rows};
    use crate::experiment::logistic::Logistic;
    use crate::experiment::method::Method;
    use sourcing_sound_train::fixtures::{slice, write_wav};

    #[test]
    fn a_verdict_comes_back_bit_by_bit() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        let verdict = Verdict {
            scores: vec![vec![0.1, 0.9], vec![1.0 / 3.0, 2.0 / 3.0]],
            seconds: 1.5,
            thresholds: vec![("best".into(), 0.25)],
            ..Verdict::default()
        };
        write(folder.path(), &verdict).unwrap();
        assert_eq!(read(folder.path()).unwrap(), Some(verdict));
        std::fs::write(folder.path().join(FILE), b"damage").unwrap();
        let error = format!("{:#}", read(folder.path()).unwrap_err());
        assert!(error.contains("--fresh") && error.contains(FILE), "{error}");
    }

    #[test]
    fn other_settings_seeds_and_clips_have_separate_folders() {
        let split = Split {
            name: "3-9".into(),
            train: vec![0],
            validation: vec![1],
            test: vec![2],
            dropped: 0,
        };
        let other = Split { train: vec![1], validation: vec![0], ..split.clone() };
        let slices = ["a", "b", "c"].map(|stem| slice(stem, 1, 0));
        let folder = |positive: &str, seed, split: &Split| {
            let method = &Boosting::new(Rows::Statistics, 0, positive);
            folder(Path::new("work"), &Setup { method, slices: &slices, labels: &[], seed }, split)
        };
        let first = folder("horn", 1, &split);
        assert!(first.to_string_lossy().contains("3-9-"), "{}", first.display());
        assert_eq!(first, folder("horn", 1, &split));
        assert_ne!(first, folder("horn", 2, &split));
        assert_ne!(first, folder("bell", 1, &split));
        assert_ne!(first, folder("horn", 1, &other));
    }

    #[test]
    fn other_audio_under_the_same_names_has_a_separate_folder() {
        let data = tempfile::tempdir().unwrap();
        let split = Split {
            name: "1".into(),
            train: vec![0],
            validation: vec![],
            test: vec![0],
            dropped: 0,
        };
        let folder = |frequency: f32| {
            let tone: Vec<f32> = (0..8_000).map(|i| (i as f32 * frequency).sin() * 0.5).collect();
            let mut clip = slice("a", 1, 0);
            clip.path = data.path().join("a.wav");
            write_wav(&clip.path, &tone, 8_000);
            let (mut method, slices) = (Logistic::default(), [clip]);
            let cache = tempfile::tempdir().unwrap();
            assert_eq!(method.prepare(&slices, cache.path()).unwrap().usable, [true]);
            let setup = Setup { method: &method, slices: &slices, labels: &[], seed: 1 };
            folder(Path::new("work"), &setup, &split)
        };
        assert_eq!(folder(0.1), folder(0.1));
        assert_ne!(folder(0.1), folder(0.3));
    }
}
