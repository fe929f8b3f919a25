//! Rows of numbers per clip, cached on disk, from which the methods without a network learn.

use crate::experiment::method::{Preparation, median};
use anyhow::{Context, Result, anyhow};
use sourcing_sound::{Pcm, SampleRate};
use sourcing_sound_train::data::columns::{self, Source};
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::data::parallel;
use sourcing_sound_train::data::rows::Rows;
use sourcing_sound_train::random::short_hash;
use std::path::Path;
use std::time::Instant;

/// Converts samples to rows of a fixed width. Created once per thread.
pub trait Extractor: Sized {
    /// Name in messages and in the cache.
    const NAME: &'static str;

    /// Returns everything that determines the numbers, for the cache.
    fn key() -> String;

    /// Returns the numbers per row.
    fn width() -> usize;

    /// Creates an extractor.
    fn new() -> Result<Self>;

    /// Returns one or more rows of a clip, row after row.
    fn rows(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>>;
}

/// Returns the rows of all clips; empty for an unusable clip. They come from the cache in `folder`
/// if they were computed before, under a key of the extractor and of every clip's name and
/// fingerprint; failures are not cached.
pub fn extract<E: Extractor>(
    slices: &[Slice],
    folder: &Path,
) -> Result<(Vec<Vec<f32>>, Preparation)> {
    let sources: Vec<_> = slices.iter().map(Source::from).collect();
    let key = format!("4 {} {}{}", E::NAME, E::key(), columns::cache_key(&sources));
    let path = folder.join(format!("{}-{}.bin", E::NAME, short_hash(&key)));
    let names: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
    let mut rows = Rows::<Option<f64>>::read(path, E::width(), &names);
    let missing = rows.missing();
    let mut failures = Vec::new();
    if !missing.is_empty() {
        let computed = compute::<E>(&sources, &missing);
        let times = computed.iter().flatten().map(|(_, ms)| *ms).collect();
        rows.value = rows.value.or_else(|| median(times));
        let computed = computed.into_iter().map(|result| Ok(result?.0));
        failures = columns::failures(&sources, rows.add(&missing, computed)?);
    }
    let features_ms = rows.value;
    let rows: Vec<_> = rows.arrays.into_iter().map(|array| array.values).collect();
    let usable = rows.iter().map(|values| !values.is_empty()).collect();
    Ok((rows, Preparation { usable, failures, features_ms }))
}

/// Computes the rows of some sources by index, each with the milliseconds that they took.
fn compute<E: Extractor>(sources: &[Source], indices: &[usize]) -> Vec<Result<(Vec<f32>, f64)>> {
    let timed = |extractor: &mut Result<E>, index: &usize| -> Result<(Vec<f32>, f64)> {
        let extractor = extractor.as_mut().map_err(|error| anyhow!("{error:#}"))?;
        let recording = columns::decode(&sources[*index])?;
        let pcm = Pcm::new(&recording.samples, SampleRate::new(recording.sample_rate)?)?;
        let start = Instant::now();
        let rows = extractor.rows(pcm).context("its features")?;
        Ok((rows, 1e3 * start.elapsed().as_secs_f64()))
    };
    parallel::map(E::NAME, indices, E::new, timed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use sourcing_sound_train::fixtures::{slice, write_wav};

    /// The greatest sample, and the number of samples.
    struct Peak;

    impl Extractor for Peak {
        const NAME: &'static str = "peak";

        fn key() -> String {
            "1".into()
        }

        fn width() -> usize {
            2
        }

        fn new() -> Result<Self> {
            Ok(Self)
        }

        fn rows(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
            let samples = pcm.samples();
            Ok(vec![samples.iter().copied().fold(0.0, f32::max), samples.len() as f32])
        }
    }

    #[test]
    fn damage_is_named_and_the_cache_gives_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let mut slices = vec![slice("good", 1, 0), slice("bad", 1, 1)];
        for slice in &mut slices {
            slice.path = folder.path().join(format!("{}.wav", slice.stem));
        }
        write_wav(&slices[0].path, &[0.25; 100], 8_000);
        std::fs::write(&slices[1].path, b"not audio").unwrap();
        let (rows, preparation) = extract::<Peak>(&slices, folder.path()).unwrap();
        assert_eq!(rows[0].len(), 2);
        assert!((rows[0][0] - 0.25).abs() < 1e-3 && rows[0][1] == 100.0);
        assert!(rows[1].is_empty());
        assert_eq!(preparation.usable, [true, false]);
        assert!(preparation.failures[0].contains("bad.wav"), "{:?}", preparation.failures);
        let (again, cached) = extract::<Peak>(&slices, folder.path()).unwrap();
        assert_eq!((again, cached.failures), (rows, preparation.failures));
        assert_eq!(cached.features_ms, preparation.features_ms);
        // A failure is tried again, although no file has another name, size or time.
        let written = std::fs::metadata(&slices[1].path).unwrap().modified().unwrap();
        let audio = std::fs::read(&slices[0].path).unwrap();
        std::fs::write(&slices[1].path, vec![0u8; audio.len()]).unwrap();
        let keep_time = || {
            let file = std::fs::File::options().write(true).open(&slices[1].path).unwrap();
            file.set_modified(written).unwrap();
        };
        keep_time();
        assert_eq!(extract::<Peak>(&slices, folder.path()).unwrap().1.usable, [true, false]);
        std::fs::write(&slices[1].path, audio).unwrap();
        keep_time();
        let (rows, preparation) = extract::<Peak>(&slices, folder.path()).unwrap();
        assert_eq!((&rows[1], preparation.failures.len()), (&rows[0], 0));
    }
}
