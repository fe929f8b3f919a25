//! The audio that the network is trained and measured on.

use super::synthesis::{self, RATE};
use crate::data::columns::{self, Source};
use crate::data::excerpts::{self, Row};
use crate::data::parallel;
use crate::progress;
use crate::publish::provenance::folder_name;
use crate::random::{short_hash, short_hash_of};
use anyhow::{Result, ensure};
use sourcing_sound::SampleRate;
use sourcing_sound::resample::Resampler;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Clips are cut off after this many seconds.
const MAX_SECONDS: usize = 10;
/// Shorter clips are not used.
const MIN_SECONDS: f64 = 0.5;
/// One of this many recordings is for the test.
const TEST: usize = 4;
/// One of this many recordings is for validation.
const VALIDATION: usize = 10;

/// Up to 10 s of a recording.
pub struct Clip {
    /// Its name in its folder.
    pub name: String,
    /// Index of its folder in [`Material::sets`].
    pub set: usize,
    /// Clips of one recording are either all trained on or all evaluated on.
    pub recording: String,
    /// Mono samples at 32 kHz.
    pub samples: Vec<f32>,
    /// Hash of the samples.
    pub hash: String,
    /// What it is for.
    pub role: Role,
}

impl Clip {
    /// Creates a clip to train on.
    pub fn new(set: usize, name: String, recording: String, samples: Vec<f32>) -> Self {
        let hash = short_hash_of(&samples);
        Self { name, set, recording, samples, hash, role: Role::Training }
    }
}

/// What a recording is for; all its clips have the same role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// To train on.
    Training,
    /// To choose between trained weights.
    Validation,
    /// Only to measure the chosen weights.
    Test,
}

/// All clips.
pub struct Material {
    /// Names of the folders; the last one is that of the synthesised sounds.
    pub sets: Vec<String>,
    /// Clips, set after set.
    pub clips: Vec<Clip>,
}

impl Material {
    /// Reads the audio in `folders` and synthesises `rounds` sounds of each formula.
    pub fn load(folders: &[PathBuf], rounds: usize, seed: u64) -> Result<Self> {
        let (mut sets, mut clips) = (Vec::new(), Vec::new());
        for (set, folder) in folders.iter().enumerate() {
            let found = read(folder, set)?;
            ensure!(!found.is_empty(), "{}: no usable audio", folder.display());
            clips.extend(found);
            sets.push(folder_name(folder)?);
        }
        let made = synthesis::sounds(rounds, seed);
        let formulas = sets.len();
        clips.extend(
            made.into_iter()
                .map(|(name, samples)| Clip::new(formulas, name.clone(), name, samples)),
        );
        sets.push("formulas".to_owned());
        split(&mut clips);
        Ok(Self { sets, clips })
    }

    /// Returns, for each set, its name and how many clips are for training, for validation and for
    /// the test.
    pub fn counts(&self) -> Vec<(String, usize, usize, usize)> {
        let of_set = |(set, name): (usize, &String)| {
            let count = |role| {
                let has = |clip: &&Clip| clip.set == set && clip.role == role;
                self.clips.iter().filter(has).count()
            };
            (name.clone(), count(Role::Training), count(Role::Validation), count(Role::Test))
        };
        self.sets.iter().enumerate().map(of_set).collect()
    }

    /// Returns the index of the set of synthesised sounds.
    pub fn formulas(&self) -> usize {
        self.sets.len() - 1
    }

    /// Returns the clips with a role, each with its element of `all`.
    pub fn with_role<'m, T>(
        &'m self,
        role: Role,
        all: &'m [T],
    ) -> impl Iterator<Item = (&'m Clip, &'m T)> {
        self.clips.iter().zip(all).filter(move |(clip, _)| clip.role == role)
    }

    /// Returns a hash of all clips: their samples, and everything that decides how they are used.
    pub fn hash(&self) -> String {
        let line = |clip: &Clip| {
            let Clip { name, set, recording, hash, role, .. } = clip;
            format!("{set} {name} {recording} {role:?} {hash}")
        };
        let lines = self.clips.iter().map(line);
        short_hash(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Gives every recording its role, always the same: in each set, a quarter is for the test and a
/// tenth for validation. A recording that is also in an earlier set has the same role as there.
fn split(clips: &mut [Clip]) {
    let mut by_set: BTreeMap<usize, BTreeSet<(String, String)>> = BTreeMap::new();
    for clip in clips.iter() {
        let place = (short_hash(&clip.recording), clip.recording.clone());
        by_set.entry(clip.set).or_default().insert(place);
    }
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    for recordings in by_set.into_values() {
        let names = recordings.into_iter().map(|(_, name)| name);
        let names: Vec<_> = names.filter(|name| !roles.contains_key(name)).collect();
        let test = names.len().div_ceil(TEST);
        let validation = names.len() / VALIDATION;
        let role = |place: usize| match place {
            place if place < test => Role::Test,
            place if place < test + validation => Role::Validation,
            _ => Role::Training,
        };
        roles.extend(names.into_iter().enumerate().map(|(place, name)| (name, role(place))));
    }
    for clip in clips.iter_mut() {
        clip.role = roles[&clip.recording];
    }
}

/// Returns the usable clips of a folder, without recordings that are also in UrbanSound8K, because
/// heads on the network are measured on those.
fn read(folder: &Path, set: usize) -> Result<Vec<Clip>> {
    let mut found = excerpts::find(folder)?;
    let all = found.len();
    found.retain(|(_, row)| !row.as_ref().is_some_and(Row::is_in_urban_sound));
    if found.len() < all {
        progress::line(&format!(
            "{}: {} of {all} clips are in UrbanSound8K too and left out",
            folder.display(),
            all - found.len()
        ));
    }
    let what = format!("reading {}", folder.display());
    let decoded = parallel::map(&what, &found, || (), |(), (source, _)| samples(source));
    let mut usable = Vec::new();
    for ((source, row), samples) in found.into_iter().zip(decoded) {
        match samples {
            Ok(samples) if samples.len() as f64 >= MIN_SECONDS * RATE as f64 => {
                let recording = excerpts::origin(&source, row);
                usable.push(Clip::new(set, source.name, recording, samples));
            }
            Ok(_) => progress::line(&format!("not used, too short: {}", source.path.display())),
            Err(error) => {
                progress::line(&format!("not used: {}: {error:#}", source.path.display()));
            }
        }
    }
    Ok(usable)
}

/// Returns the first seconds of a recording at the network's rate, without silence at its ends.
fn samples(source: &Source) -> Result<Vec<f32>> {
    let recording = columns::decode(source)?;
    let rate = SampleRate::new(recording.sample_rate)?;
    let mut resampler = Resampler::new(rate, SampleRate::new(RATE as u32)?);
    let mut samples = Vec::new();
    let seconds = (MAX_SECONDS + 1) * recording.sample_rate as usize;
    let used = &recording.samples[..recording.samples.len().min(seconds)];
    ensure!(used.iter().all(|x| x.is_finite()), "a sample is not finite");
    resampler.push(used, &mut samples);
    resampler.finish(&mut samples);
    samples.truncate(MAX_SECONDS * RATE);
    // Data sets pad short clips with digital silence.
    let loud = |x: &f32| x.abs() > 1e-5;
    let end = samples.iter().rposition(loud).map_or(0, |last| last + 1);
    samples.truncate((end + RATE / 4).min(samples.len()));
    Ok(samples)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::fixtures::write_wav;

    #[test]
    fn a_quarter_of_the_recordings_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let tone: Vec<f32> = (0..8_000).map(|i| (i as f32 * 0.3).sin() * 0.5).collect();
        for name in ["a-0", "a-1", "b-0", "c-0", "d-0", "d-1", "e", "f", "g", "h"] {
            write_wav(&folder.path().join(format!("{name}.wav")), &tone, 8_000);
        }
        write_wav(&folder.path().join("short.wav"), &tone[..1_000], 8_000);
        let material = Material::load(&[folder.path().to_path_buf()], 1, 1).unwrap();
        let own: Vec<_> = material.clips.iter().filter(|clip| clip.set == 0).collect();
        assert_eq!(own.len(), 10, "the short one is not used");
        let out: BTreeSet<_> =
            own.iter().filter(|clip| clip.role == Role::Test).map(|clip| &clip.recording).collect();
        assert_eq!(out.len(), 2);
        for clip in &own {
            assert_eq!(clip.role == Role::Test, out.contains(&clip.recording), "{}", clip.name);
            assert!(clip.samples.len().abs_diff(RATE) < RATE / 100, "{}", clip.samples.len());
        }
        let again = Material::load(&[folder.path().to_path_buf()], 1, 1).unwrap();
        assert_eq!(again.hash(), material.hash());
    }

    #[test]
    fn the_table_names_the_recordings() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x", "y"] {
            write_wav(&folder.path().join(format!("{name}.wav")), &[0.5; 8_000], 8_000);
        }
        for column in ["src_file", "speaker"] {
            let table = format!("filename,{column}\nx.wav,7\ny.wav,7\n");
            std::fs::write(folder.path().join(excerpts::TABLE), table).unwrap();
            let clips = read(folder.path(), 0).unwrap();
            assert!(clips.len() == 2 && clips.iter().all(|clip| clip.recording == "7"));
        }
    }

    #[test]
    fn recordings_of_urban_sound_8k_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x", "y", "z"] {
            write_wav(&folder.path().join(format!("{name}.wav")), &[0.5; 8_000], 8_000);
        }
        let table = "filename,in_urbansound8k\nx.wav,1\ny.wav,0\n";
        std::fs::write(folder.path().join(excerpts::TABLE), table).unwrap();
        let clips = read(folder.path(), 0).unwrap();
        let names: Vec<_> = clips.iter().map(|clip| clip.name.as_str()).collect();
        assert_eq!(names, ["y.wav", "z.wav"]);
    }

    #[test]
    fn other_audio_under_the_same_names_has_another_hash() {
        let of_seed = |seed| Material::load(&[], 1, seed).unwrap();
        let (one, other) = (of_seed(1), of_seed(2));
        for (one, other) in one.clips.iter().zip(&other.clips) {
            assert_eq!((&one.name, one.samples.len()), (&other.name, other.samples.len()));
        }
        assert_ne!(one.hash(), other.hash());
        assert_eq!(one.hash(), of_seed(1).hash());
    }

    #[test]
    fn a_recording_in_two_folders_is_on_one_side() {
        let names = |range: std::ops::Range<usize>| range.map(|number| format!("take {number}"));
        let clip = |set| move |name: String| Clip::new(set, name.clone(), name, Vec::new());
        let first = names(0..8).map(clip(0));
        let mut clips: Vec<_> = first.chain(names(4..40).map(clip(1))).collect();
        split(&mut clips);
        let (first, second) = clips.split_at(8);
        for (one, other) in first[4..].iter().zip(second) {
            assert_eq!((&one.recording, one.role), (&other.recording, other.role));
        }
        let tested = |clips: &[Clip]| clips.iter().filter(|clip| clip.role == Role::Test).count();
        assert_eq!((tested(first), tested(&second[4..])), (2, 8));
    }
}
