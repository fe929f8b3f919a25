//! Feature columns of recordings, always computed by the core's front end and cached on disk.

use crate::data::dataset::{Slice, entries, is_audio};
use crate::data::parallel;
use crate::data::rows::Rows;
use crate::nn::net::Array;
use crate::random::short_hash;
use anyhow::{Context, Error, Result, ensure};
use sourcing_sound::{FrontEnd, FrontEndConfig, Pcm, SampleRate};
use sourcing_sound_decode::{DecodeError, Recording};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A recording, or its first seconds.
#[derive(Clone, Debug)]
pub struct Source {
    /// Audio file.
    pub path: PathBuf,
    /// Name in messages and in the cache.
    pub name: String,
    /// Where to cut it off, in seconds; `None` for the whole recording.
    pub seconds: Option<f64>,
}

impl Source {
    /// Distinguishes its audio from others of that name: the file's size in bytes, its modification
    /// time in nanoseconds since 1970, and the seconds that are used.
    pub fn fingerprint(&self) -> String {
        let metadata = std::fs::metadata(&self.path).ok();
        let size = metadata.as_ref().map_or(0, std::fs::Metadata::len);
        let written = metadata.and_then(|metadata| metadata.modified().ok());
        let written = written.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let nanoseconds = written.unwrap_or_default().as_nanos();
        let seconds = self.seconds.map_or_else(|| "all".to_owned(), |seconds| seconds.to_string());
        format!("{size} {nanoseconds} {seconds}")
    }
}

impl From<&Slice> for Source {
    fn from(slice: &Slice) -> Self {
        let (path, name) = (slice.path.clone(), slice.stem.clone());
        Self { path, name, seconds: slice.seconds }
    }
}

/// Returns all audio files under a folder, sorted by path. Hidden entries (`.…`) are left out:
/// macOS puts a `._rain.wav` that is not audio beside `rain.wav`. Links to folders are followed,
/// but each folder is read once.
pub fn find_sources(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    // Links come last, so that files are named after their own folders if those are in the tree.
    let (mut folders, mut links) = (vec![root.to_path_buf()], Vec::new());
    let mut known = BTreeSet::new();
    while let Some(folder) = folders.pop().or_else(|| links.pop()) {
        let canonical = folder.canonicalize();
        let canonical = canonical.with_context(|| format!("reading {}", folder.display()))?;
        // A link to an enclosing folder would be followed forever.
        if !known.insert(canonical) {
            continue;
        }
        for path in entries(&folder)? {
            if path.is_dir() {
                let later = if path.is_symlink() { &mut links } else { &mut folders };
                later.push(path);
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
    /// Returns the number of frames.
    pub fn frames(&self) -> usize {
        self.values.len() / self.n_mels
    }
}

/// The mean and standard deviation by which inputs are normalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// Mean of the training values.
    pub mean: f32,
    /// Their standard deviation.
    pub std: f32,
}

impl Normalisation {
    /// Computes both over all values of all clips.
    pub fn of<'a>(clips: impl Iterator<Item = &'a Columns>) -> Self {
        Self::of_values(clips.flat_map(|clip| clip.values.iter().copied()))
    }

    /// Computes both over `values`; the standard deviation is never 0.
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

    /// Returns a normalised value.
    pub fn apply(self, value: f32) -> f32 {
        (value - self.mean) / self.std
    }
}

/// Decodes a recording and cuts it off. Problems are reported on stderr; whatever can be decoded is
/// used anyway.
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
    /// Columns by source; `None` for an unusable recording.
    pub columns: Vec<Option<Columns>>,
    /// Why recordings are unusable.
    pub failures: Vec<String>,
}

/// Returns the columns of all `sources`, from the cache in `folder` if they were computed before.
/// The cache is keyed by the front end and by every source's name and fingerprint; failures are not
/// cached.
pub fn extract(
    folder: &Path,
    what: &str,
    config: &FrontEndConfig,
    sources: &[Source],
) -> Result<Extracted> {
    let key = format!("5 {}{}", config.fingerprint(), cache_key(sources));
    let path = folder.join(format!("features-{what}-{}.bin", short_hash(&key)));
    let names: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
    let mut rows = Rows::<()>::read(path, config.n_mels, &names);
    let missing = rows.missing();
    let mut failed = Vec::new();
    if !missing.is_empty() {
        let front_end = FrontEnd::new(config.clone())?;
        let what = format!("features of {what}");
        let one = |front_end: &mut FrontEnd, index: &usize| compute(front_end, &sources[*index]);
        let results = parallel::map(&what, &missing, || front_end.clone(), one);
        let values = results.into_iter().map(|columns| Ok(columns?.values));
        failed = failures(sources, rows.add(&missing, values)?);
    }
    Ok(from_arrays(config.n_mels, failed, rows.arrays))
}

/// Returns what the sources contribute to the key of a cache.
pub fn cache_key(sources: &[Source]) -> String {
    let line = |source: &Source| format!("\n{} {}", source.name, source.fingerprint());
    sources.iter().map(line).collect()
}

/// Returns a line with the reason for each failed source, given by index.
pub fn failures(sources: &[Source], errors: Vec<(usize, Error)>) -> Vec<String> {
    let line = |(index, error): (usize, Error)| {
        let path = sources[index].path.display();
        format!("{path}: {error:#}")
    };
    errors.into_iter().map(line).collect()
}

fn from_arrays(n_mels: usize, failures: Vec<String>, arrays: Vec<Array>) -> Extracted {
    let columns = |array: Array| {
        let usable = !array.values.is_empty();
        usable.then_some(Columns { n_mels, values: array.values })
    };
    Extracted { columns: arrays.into_iter().map(columns).collect(), failures }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::write_wav;
    use crate::model::config;
    use std::time::Duration;

    fn source(path: &Path) -> Source {
        Source { path: path.to_path_buf(), name: "sound".to_owned(), seconds: None }
    }

    /// Sets the modification time to `seconds` after 1970.
    fn set_written(path: &Path, seconds: u64) {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    #[test]
    fn audio_of_the_same_size_differs_by_when_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sound.wav");
        write_wav(&path, &[0.1; 10], 8_000);
        set_written(&path, 5);
        assert_eq!(source(&path).fingerprint(), "64 5000000000 all");
        set_written(&path, 6);
        let part = Source { seconds: Some(1.5), ..source(&path) };
        assert_eq!(part.fingerprint(), "64 6000000000 1.5");
        assert_eq!(source(&folder.path().join("none.wav")).fingerprint(), "0 0 all");
    }

    #[test]
    fn a_temporarily_unreadable_file_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["good.wav", "bad.wav"].map(|name| folder.path().join(name));
        let sources = paths.clone().map(|path| source(&path));
        write_wav(&paths[0], &vec![0.1; 22_050], 22_050);
        let audio = std::fs::read(&paths[0]).unwrap();
        let damaged = vec![0u8; audio.len()];
        let (audio, damaged) = (audio.as_slice(), damaged.as_slice());
        // Name, size and time identify a file, whatever it contains.
        let extract = |contents: [&[u8]; 2]| {
            for (path, contents) in paths.iter().zip(contents) {
                std::fs::write(path, contents).unwrap();
                set_written(path, 5);
            }
            super::extract(folder.path(), "test", &config::front_end(), &sources).unwrap()
        };
        let first = extract([audio, damaged]);
        assert!(first.columns[0].is_some() && first.columns[1].is_none());
        assert!(first.failures[0].contains("bad.wav"), "{:?}", first.failures);
        let again = extract([damaged, damaged]);
        assert_eq!(again.columns, first.columns, "the first one is in the cache");
        assert_eq!(again.failures, first.failures, "it is named as long as it fails");
        let second = extract([damaged, audio]);
        assert!(second.failures.is_empty(), "{:?}", second.failures);
        assert_eq!(second.columns, [first.columns[0].clone(), first.columns[0].clone()]);
    }

    #[cfg(unix)]
    #[test]
    fn hidden_files_are_left_out_and_linked_folders_are_read_once() {
        use std::os::unix::fs::symlink;
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["a/rain.wav", "a/._rain.wav", ".trash/wind.wav"] {
            write_wav(&root.path().join(name), &[0.1; 10], 8_000);
        }
        write_wav(&other.path().join("far.wav"), &[0.1; 10], 8_000);
        symlink(root.path(), root.path().join("a/around")).unwrap();
        symlink(root.path().join("a"), root.path().join("again")).unwrap();
        symlink(other.path(), root.path().join("linked")).unwrap();
        let sources = find_sources(root.path()).unwrap();
        let names: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
        assert_eq!(names, ["a/rain.wav", "linked/far.wav"]);
        let error = find_sources(&root.path().join("none")).unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
    }
}
