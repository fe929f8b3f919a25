//! Finished verdicts on disk, so that no split is trained twice under the same settings.

use crate::experiment::method::{Setup, Split, Verdict};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::nn::arrays;
use sourcing_sound_train::nn::net::Array;
use sourcing_sound_train::random::short_hash;
use std::path::{Path, PathBuf};

/// Changes when a stored verdict can no longer be read or compared.
const VERSION: u32 = 1;

const FILE: &str = "verdict.bin";
const SCORES: &str = "scores";

/// The folder under `root` for the verdict on a split. Its name is a hash of everything that
/// decides the verdict: other settings or clips get a separate folder, so that trying things with a
/// few clips leaves the results of all clips alone.
pub fn folder(root: &Path, setup: &Setup<'_>, split: &Split) -> PathBuf {
    let Setup { method, slices, labels, seed } = setup;
    // Tells a clip from all others, its label included.
    let line = |&index: &usize| {
        let slice = &slices[index];
        let Slice { stem, recording, fold, .. } = slice;
        format!("{stem}\t{recording}\t{fold}\t{}", method.target(slice))
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

/// The verdict in a folder; `None` where there is none yet. A damaged one is an error that
/// names the file.
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
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::experiment::boosting::{Boosting, Rows};
    use sourcing_sound_train::fixtures::slice;

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
    fn settings_seed_and_clips_have_folders_of_their_own() {
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
}
