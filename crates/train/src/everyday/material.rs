//! The audio that the network is trained and measured on.

use super::synthesis::{self, RATE};
use crate::data::columns::{self, Source};
use crate::data::excerpts::{self, recording_of};
use crate::data::parallel;
use crate::progress;
use crate::publish::provenance::folder_name;
use crate::random::short_hash;
use anyhow::{Result, ensure};
use sourcing_sound::SampleRate;
use sourcing_sound::resample::Resampler;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A clip is cut off here.
const MAX_SECONDS: usize = 10;
/// Shorter ones are not used.
const MIN_SECONDS: f64 = 0.5;
/// One of this many recordings is for the test.
const TEST: usize = 4;
/// One of this many recordings is for validation.
const VALIDATION: usize = 10;

/// Up to 10 s of a recording.
pub struct Clip {
    /// In its folder.
    pub name: String,
    /// Index of its folder in [`Material::sets`].
    pub set: usize,
    /// Clips of one recording are never on both sides of training and evaluation.
    pub recording: String,
    /// Mono samples at 32 kHz.
    pub samples: Vec<f32>,
    /// What it is for.
    pub role: Role,
}

/// What a recording is for; all its clips have the same role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// To train on.
    Training,
    /// To choose between trained weights.
    Validation,
    /// Only to measure what was chosen.
    Test,
}

/// All clips.
pub struct Material {
    /// Names of the folders, the last one the sounds made from formulas.
    pub sets: Vec<String>,
    /// Clips, set after set.
    pub clips: Vec<Clip>,
}

impl Material {
    /// Reads the audio in `folders` and makes `rounds` sounds of each formula.
    pub fn load(folders: &[PathBuf], rounds: usize, seed: u64) -> Result<Self> {
        let (mut sets, mut clips) = (Vec::new(), Vec::new());
        for (set, folder) in folders.iter().enumerate() {
            let found = read(folder, set)?;
            ensure!(!found.is_empty(), "{}: no usable audio", folder.display());
            clips.extend(found);
            sets.push(folder_name(folder)?);
        }
        let made = synthesis::sounds(rounds, seed);
        clips.extend(made.into_iter().map(|(name, samples)| Clip {
            recording: name.clone(),
            name,
            set: sets.len(),
            samples,
            role: Role::Training,
        }));
        sets.push("formulas".to_owned());
        split(&mut clips);
        Ok(Self { sets, clips })
    }

    /// By set, its name and how many clips are for training, for validation and for the test.
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

    /// Index of the set of sounds made from formulas.
    pub fn formulas(&self) -> usize {
        self.sets.len() - 1
    }

    /// The clips with a role, each with the one of `all` that belongs to it.
    pub fn with_role<'m, T>(
        &'m self,
        role: Role,
        all: &'m [T],
    ) -> impl Iterator<Item = (&'m Clip, &'m T)> {
        self.clips.iter().zip(all).filter(move |(clip, _)| clip.role == role)
    }

    /// Hash of the names and lengths of all clips.
    pub fn hash(&self) -> String {
        let clips = self.clips.iter();
        let lines = clips.map(|c| format!("{} {} {}", c.set, c.name, c.samples.len()));
        short_hash(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Gives every recording its role, the same one every time: in each set a quarter is for the test
/// and a tenth for validation.
fn split(clips: &mut [Clip]) {
    let mut by_set: BTreeMap<usize, BTreeSet<(String, String)>> = BTreeMap::new();
    for clip in clips.iter() {
        let place = (short_hash(&clip.recording), clip.recording.clone());
        by_set.entry(clip.set).or_default().insert(place);
    }
    for (set, recordings) in by_set {
        let test = recordings.len().div_ceil(TEST);
        let validation = recordings.len() / VALIDATION;
        let role = |place: usize| match place {
            place if place < test => Role::Test,
            place if place < test + validation => Role::Validation,
            _ => Role::Training,
        };
        let names = recordings.into_iter().map(|(_, name)| name);
        let roles: BTreeMap<String, Role> =
            names.enumerate().map(|(place, name)| (name, role(place))).collect();
        for clip in clips.iter_mut().filter(|clip| clip.set == set) {
            clip.role = roles[&clip.recording];
        }
    }
}

fn read(folder: &Path, set: usize) -> Result<Vec<Clip>> {
    let found = excerpts::find(folder)?;
    let what = format!("reading {}", folder.display());
    let decoded = parallel::map(&what, &found, || (), |(), (source, _)| samples(source));
    let mut usable = Vec::new();
    for ((source, row), samples) in found.into_iter().zip(decoded) {
        match samples {
            Ok(samples) if samples.len() as f64 >= MIN_SECONDS * RATE as f64 => {
                let known = row.and_then(|row| row.src_file.or(row.speaker));
                usable.push(Clip {
                    recording: known.unwrap_or_else(|| recording_of(&source.name).to_owned()),
                    name: source.name,
                    set,
                    samples,
                    role: Role::Training,
                });
            }
            Ok(_) => progress::line(&format!("not used, too short: {}", source.path.display())),
            Err(error) => {
                progress::line(&format!("not used: {}: {error:#}", source.path.display()));
            }
        }
    }
    Ok(usable)
}

/// The first seconds of a recording at the network's rate, without silence at its ends.
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
    // Data sets fill short clips up with digital silence.
    let loud = |x: &f32| x.abs() > 1e-5;
    let end = samples.iter().rposition(loud).map_or(0, |last| last + 1);
    samples.truncate((end + RATE / 4).min(samples.len()));
    Ok(samples)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use crate::fixtures::write_wav;

    #[test]
    fn a_quarter_of_the_recordings_is_left_out_whole() {
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
}
