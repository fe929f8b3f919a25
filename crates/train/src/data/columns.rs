//! Feature columns of recordings, computed only by the core's front end, and kept on disk.

use crate::data::dataset::{Slice, is_audio};
use crate::data::{cache, parallel};
use crate::nn::arrays;
use crate::nn::net::Array;
use crate::random::short_hash;
use anyhow::{Context, Result, ensure};
use sourcing_sound::{FrontEnd, FrontEndConfig, Pcm, SampleRate};
use sourcing_sound_decode::{DecodeError, Recording};
use std::path::{Path, PathBuf};

/// A recording, or the first seconds of it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Audio file.
    pub path: PathBuf,
    /// Name in messages and in the cache.
    pub name: String,
    /// Where to cut it off; `None` takes all of it.
    pub seconds: Option<f64>,
}

impl Source {
    /// Tells its audio from any other of that name: the file's size, and the seconds that are used.
    pub fn fingerprint(&self) -> String {
        let size = std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        let seconds = self.seconds.map_or_else(|| "all".to_owned(), |seconds| seconds.to_string());
        format!("{size} {seconds}")
    }
}

impl From<&Slice> for Source {
    fn from(slice: &Slice) -> Self {
        let (path, name) = (slice.path.clone(), slice.stem.clone());
        Self { path, name, seconds: slice.seconds }
    }
}

/// All audio files under a folder, sorted by path.
pub fn find_sources(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("reading {}", folder.display()))? {
            let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if is_audio(&path) {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                sources.push(Source { path, name, seconds: None });
            }
        }
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    ensure!(!sources.is_empty(), "{}: no audio files", root.display());
    Ok(sources)
}

/// The columns of one recording: `[frames][n_mels]`, frame after frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    /// Bands per frame.
    pub n_mels: usize,
    /// The values.
    pub values: Vec<f32>,
}

impl Columns {
    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.values.len() / self.n_mels
    }
}

/// Mean and standard deviation that inputs are normalised with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// Mean of the values to train on.
    pub mean: f32,
    /// Their standard deviation.
    pub std: f32,
}

impl Normalisation {
    /// Over all values of all clips.
    pub fn of<'a>(clips: impl Iterator<Item = &'a Columns>) -> Self {
        Self::of_values(clips.flat_map(|clip| clip.values.iter().copied()))
    }

    /// Over values; the standard deviation is never 0.
    pub fn of_values(values: impl Iterator<Item = f32>) -> Self {
        let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for value in values {
            let value = f64::from(value);
            n += 1.0;
            sum += value;
            squares += value * value;
        }
        let mean = sum / f64::max(n, 1.0);
        let variance = squares / f64::max(n, 1.0) - mean * mean;
        Self { mean: mean as f32, std: variance.max(1e-6).sqrt() as f32 }
    }

    /// A normalised value.
    pub fn apply(self, value: f32) -> f32 {
        (value - self.mean) / self.std
    }
}

/// Decodes a recording and cuts it off. Problems with it are reported on stderr; the parts that can
/// be decoded are used anyway.
pub fn decode(source: &Source) -> Result<Recording, DecodeError> {
    let mut recording = sourcing_sound_decode::decode(&source.path)?;
    for warning in recording.warnings.iter().filter(|warning| warning.is_loss()) {
        let (path, code) = (source.path.display(), warning.code());
        eprintln!("warning: {path}: {warning} [{code}]");
    }
    if let Some(seconds) = source.seconds {
        let samples = (seconds * f64::from(recording.sample_rate)).round() as usize;
        recording.samples.truncate(samples.max(1));
    }
    Ok(recording)
}

/// Decodes a recording, cuts it off and runs the front end over it.
pub fn compute(front_end: &mut FrontEnd, source: &Source) -> Result<Columns> {
    let recording = decode(source)?;
    let pcm = Pcm::new(&recording.samples, SampleRate::new(recording.sample_rate)?)?;
    let values = front_end.columns(pcm)?;
    Ok(Columns { n_mels: front_end.config().n_mels, values })
}

/// The columns of a list of recordings.
pub struct Extracted {
    /// Columns by source; `None` where the recording could not be used.
    pub columns: Vec<Option<Columns>>,
    /// Why those could not be used.
    pub failures: Vec<String>,
}

/// Columns of all `sources`, from the cache in `folder` where they were computed before.
/// The cache is keyed by the front end and by every source's name, size and length.
pub fn extract(
    folder: &Path,
    what: &str,
    config: &FrontEndConfig,
    sources: &[Source],
) -> Result<Extracted> {
    let key = format!("4 {}{}", config.fingerprint(), cache_key(sources));
    let path = folder.join(format!("features-{what}-{}.bin", short_hash(&key)));
    if let Some((failures, arrays)) = cache::arrays(&path, |arrays| arrays.len() == sources.len()) {
        return Ok(from_arrays(config.n_mels, failures, arrays));
    }
    let front_end = FrontEnd::new(config.clone())?;
    let what = format!("features of {what}");
    let results = parallel::map(&what, sources, || front_end.clone(), compute);
    let values = results.into_iter().map(|columns| Ok(columns?.values));
    let (arrays, failures) = to_arrays(sources, values, config.n_mels);
    arrays::write(&path, &failures, &arrays.iter().collect::<Vec<_>>())?;
    Ok(from_arrays(config.n_mels, failures, arrays))
}

/// What the sources contribute to the key of a cache.
pub fn cache_key(sources: &[Source]) -> String {
    let line = |source: &Source| format!("\n{} {}", source.name, source.fingerprint());
    sources.iter().map(line).collect()
}

/// What was computed of every source as an array `[rows][width]`, without rows where it failed, and
/// the failures.
pub fn to_arrays(
    sources: &[Source],
    results: impl IntoIterator<Item = Result<Vec<f32>>>,
    width: usize,
) -> (Vec<Array>, Vec<String>) {
    let mut failures = Vec::new();
    let arrays = sources.iter().zip(results).map(|(source, result)| {
        let values = result.unwrap_or_else(|error| {
            failures.push(format!("{}: {error:#}", source.path.display()));
            Vec::new()
        });
        let shape = vec![values.len() / width, width];
        Array { name: source.name.clone(), shape, values }
    });
    (arrays.collect(), failures)
}

fn from_arrays(n_mels: usize, failures: Vec<String>, arrays: Vec<Array>) -> Extracted {
    let columns = |array: Array| {
        let usable = !array.values.is_empty();
        usable.then_some(Columns { n_mels, values: array.values })
    };
    Extracted { columns: arrays.into_iter().map(columns).collect(), failures }
}
