//! Rows of numbers per clip, kept on disk: what the methods without a network learn from.

use crate::experiment::method::{Preparation, median};
use anyhow::{Context, Result, anyhow};
use sourcing_sound::{Pcm, SampleRate};
use sourcing_sound_train::data::columns::{self, Source};
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::data::{cache, parallel};
use sourcing_sound_train::nn::arrays;
use sourcing_sound_train::nn::net::Array;
use sourcing_sound_train::random::short_hash;
use std::path::Path;
use std::time::Instant;

/// A way from samples to rows of a fixed width. Built once per thread.
pub trait Extractor: Sized {
    /// Name in messages and of the cache.
    const NAME: &'static str;

    /// Everything that decides the numbers, for the cache.
    fn key() -> String;

    /// Numbers per row.
    fn width() -> usize;

    /// An extractor ready for use.
    fn new() -> Result<Self>;

    /// One or more rows of a clip, row after row.
    fn rows(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>>;
}

/// The rows of all clips; empty where a clip cannot be used. They come from the cache in
/// `folder` where they were computed before, under a key of the extractor and of every clip's
/// name, size and length.
pub fn extract<E: Extractor>(
    slices: &[Slice],
    folder: &Path,
) -> Result<(Vec<Vec<f32>>, Preparation)> {
    let sources: Vec<_> = slices.iter().map(Source::from).collect();
    let key = format!("3 {} {}{}", E::NAME, E::key(), columns::cache_key(&sources));
    let path = folder.join(format!("{}-{}.bin", E::NAME, short_hash(&key)));
    if let Some((preparation, arrays)) = cache::arrays(&path, |arrays| arrays.len() == slices.len())
    {
        return Ok(prepared(preparation, arrays));
    }
    let (preparation, arrays) = compute::<E>(&sources);
    arrays::write(&path, &preparation, &arrays.iter().collect::<Vec<_>>())?;
    Ok(prepared(preparation, arrays))
}

fn prepared(preparation: Preparation, arrays: Vec<Array>) -> (Vec<Vec<f32>>, Preparation) {
    let rows: Vec<_> = arrays.into_iter().map(|array| array.values).collect();
    let usable = rows.iter().map(|values| !values.is_empty()).collect();
    (rows, Preparation { usable, ..preparation })
}

fn compute<E: Extractor>(sources: &[Source]) -> (Preparation, Vec<Array>) {
    let timed = |extractor: &mut Result<E>, source: &Source| -> Result<(Vec<f32>, f64)> {
        let extractor = extractor.as_mut().map_err(|error| anyhow!("{error:#}"))?;
        let recording = columns::decode(source)?;
        let pcm = Pcm::new(&recording.samples, SampleRate::new(recording.sample_rate)?)?;
        let start = Instant::now();
        let rows = extractor.rows(pcm).context("its features")?;
        Ok((rows, 1e3 * start.elapsed().as_secs_f64()))
    };
    let results = parallel::map(E::NAME, sources, E::new, timed);
    let times = results.iter().flatten().map(|(_, ms)| *ms).collect();
    let rows = results.into_iter().map(|result| Ok(result?.0));
    let (arrays, failures) = columns::to_arrays(sources, rows, E::width());
    (Preparation { usable: Vec::new(), failures, features_ms: median(times) }, arrays)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use sourcing_sound_train::fixtures::{slice, write_wav};

    /// The greatest sample, the number of samples.
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
    }
}
