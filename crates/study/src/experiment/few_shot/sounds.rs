//! Turns audio files into examples and the model's output for each of their windows.

use anyhow::{Context, Result};
use rand::seq::{IndexedRandom, SliceRandom};
use rayon::prelude::*;
use sourcing_sound::{Background, Classifier, Example, Model, Patch, Pcm, SampleRate};
use sourcing_sound_decode::decode;
use sourcing_sound_train::background::background;
use sourcing_sound_train::data::excerpts::{self, recording_of};
use sourcing_sound_train::progress;
use sourcing_sound_train::random::generator;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The most files of a folder of other sounds, drawn at random.
const MOST_OF_FOLDER: usize = 600;
/// A class of ESC-10 is taught only if it has at least this many recordings.
const LEAST_RECORDINGS: usize = 8;

/// Words in names of other sounds that show that a sound belongs to a class, so it is not a
/// negative.
const SAME: [(&str, &[&str]); 6] = [
    ("rain", &["rain", "storm", "waterfall", "river", "thunder"]),
    ("sea_waves", &["waves", "boat", "sailboat", "seagulls"]),
    ("fire_crackling", &["fire", "fireplace", "campfire"]),
    ("clock_tick", &["clock"]),
    ("baby_cry", &["baby"]),
    ("helicopter", &["helicopter", "airplane"]),
];

/// A sound.
pub struct Sound {
    /// The folder's name and the file's.
    pub name: String,
    /// The recording that it was cut from; examples and tests never share one.
    pub recording: String,
    /// Its class, for those of ESC-10.
    pub class: Option<String>,
    /// Whether it is ambience: half of it is the background, the other half is tested.
    pub is_ambience: bool,
    /// Its pieces as examples; empty if it is silent.
    pub examples: Vec<Example>,
    /// The model's output for each window.
    pub windows: Vec<Patch>,
}

/// All sounds.
pub struct Sounds {
    /// By name.
    pub all: Vec<Sound>,
    classes: Vec<String>,
}

/// A part of the ambience that represents everyday sounds and is therefore not tested.
pub struct Split {
    /// Its recordings.
    pub half: BTreeSet<String>,
    /// Its statistics.
    pub background: Background,
}

struct Source {
    path: PathBuf,
    name: String,
    recording: String,
    class: Option<String>,
    is_ambience: bool,
}

impl Sounds {
    /// Loads all sounds; `None` if the work was stopped.
    pub fn load(
        model: &Model,
        data: &Path,
        others: &[PathBuf],
        seed: u64,
        stop: &AtomicBool,
    ) -> Result<Option<Self>> {
        let mut sources = classes_of(data)?;
        for folder in others {
            sources.extend(others_of(folder, seed)?);
        }
        let bar = progress::bar(sources.len() as u64, "sounds");
        let start = || Classifier::new(model.clone());
        let one = |classifier: &mut sourcing_sound::Result<Classifier>, source: &Source| {
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let classifier = classifier.as_mut().map_err(|error| error.clone())?;
            let sound = Sound::read(classifier, source);
            bar.inc(1);
            sound.with_context(|| source.path.display().to_string()).map(Some)
        };
        let all: Result<Option<Vec<Sound>>> = sources.par_iter().map_init(start, one).collect();
        bar.finish_and_clear();
        Ok(all?.map(|all| {
            let classes = taught_classes(&all);
            Sounds { all, classes }
        }))
    }

    /// Returns the classes to teach.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Returns the recordings of a class.
    pub fn recordings(&self, class: &str) -> Vec<&str> {
        let of_class = self.all.iter().filter(|sound| sound.class.as_deref() == Some(class));
        let names: BTreeSet<&str> = of_class.map(|sound| sound.recording.as_str()).collect();
        names.into_iter().collect()
    }

    /// Returns half of the ambience as background, for each of `count` seeds.
    pub fn splits(&self, model: &Model, count: u64) -> Result<Vec<Split>> {
        (0..count).map(|seed| self.split(model, seed)).collect()
    }

    fn split(&self, model: &Model, seed: u64) -> Result<Split> {
        let ambience = || self.all.iter().filter(|sound| sound.is_ambience);
        let names: BTreeSet<&str> = ambience().map(|sound| sound.recording.as_str()).collect();
        let mut names: Vec<&str> = names.into_iter().collect();
        names.shuffle(&mut generator(seed, "background", &[]));
        names.truncate(names.len() / 2);
        let half: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        let chosen = ambience().filter(|sound| half.contains(&sound.recording));
        let vectors = chosen.map(|sound| {
            let window = sound.windows.choose(&mut generator(seed, &sound.name, &[]));
            let window = window.with_context(|| format!("{}: no window", sound.name))?;
            Ok(Background::vector(&[window]))
        });
        let vectors: Vec<Vec<f32>> = vectors.collect::<Result<_>>()?;
        let background = background(model, &vectors, "a half of the ambience")?;
        Ok(Split { half, background })
    }
}

impl Sound {
    fn read(classifier: &mut Classifier, source: &Source) -> Result<Self> {
        let recording = decode(&source.path)?;
        let rate = SampleRate::new(recording.sample_rate)?;
        let pcm = Pcm::new(&recording.samples, rate)?;
        let examples = Example::of_recording(classifier, None, &source.recording, pcm);
        let examples = match examples {
            Err(error) if error.code() == "audio-silent" => Vec::new(),
            examples => examples?,
        };
        Ok(Sound {
            name: source.name.clone(),
            recording: source.recording.clone(),
            class: source.class.clone(),
            is_ambience: source.is_ambience,
            examples,
            windows: classifier.patches(pcm)?,
        })
    }

    /// Returns whether it may be among the negatives of a class.
    pub fn is_other_than(&self, class: &str) -> bool {
        let same = SAME.iter().find(|(name, _)| *name == class).map_or(&[][..], |(_, words)| words);
        let mut words = self.name.split(|c: char| !c.is_alphanumeric());
        self.class.as_deref() != Some(class) && !words.any(|word| same.contains(&word))
    }
}

/// Returns ESC-10 without the recordings that are also in UrbanSound8K.
fn classes_of(folder: &Path) -> Result<Vec<Source>> {
    let found = excerpts::find(folder)?;
    let sources = found.into_iter().filter_map(|(source, row)| {
        let row = row?;
        (row.in_urbansound8k != Some(1)).then_some(())?;
        Some(Source {
            path: source.path,
            // A class in the name would match [`SAME`].
            name: source.name,
            recording: format!("ESC-10 {}", row.src_file.unwrap_or(row.filename)),
            class: Some(row.category?),
            is_ambience: false,
        })
    });
    Ok(sources.collect())
}

fn others_of(folder: &Path, seed: u64) -> Result<Vec<Source>> {
    let title = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = excerpts::find(folder)?;
    found.shuffle(&mut generator(seed, &title, &[]));
    found.truncate(MOST_OF_FOLDER);
    found.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    let sources = found.into_iter().map(|(source, _)| Source {
        name: format!("{title} {}", source.name),
        recording: format!("{title} {}", recording_of(&source.name)),
        path: source.path,
        class: None,
        is_ambience: title == "ambience",
    });
    Ok(sources.collect())
}

/// Returns the classes with enough recordings, without the dog, which is a label of UrbanSound8K.
fn taught_classes(all: &[Sound]) -> Vec<String> {
    let mut recordings = BTreeMap::<&str, BTreeSet<&str>>::new();
    for sound in all {
        if let Some(class) = &sound.class {
            recordings.entry(class).or_default().insert(&sound.recording);
        }
    }
    let enough = recordings
        .into_iter()
        .filter(|(class, recordings)| recordings.len() >= LEAST_RECORDINGS && *class != "dog_bark");
    enough.map(|(class, _)| class.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_matched_by_whole_words() {
        let is_other = |name: &str, class: &str| {
            let sound = Sound {
                name: format!("ambience audio/{name}-0.ogg"),
                recording: String::new(),
                class: None,
                is_ambience: true,
                examples: Vec::new(),
                windows: Vec::new(),
            };
            sound.is_other_than(class)
        };
        for (name, class) in [
            ("moodist-rain__light-rain", "rain"),
            ("moodist-nature__waves", "sea_waves"),
            ("moodist-transport__sailboat", "sea_waves"),
            ("moodist-nature__campfire", "fire_crackling"),
            ("moodist-things__clock", "clock_tick"),
            ("home-baby", "baby_cry"),
        ] {
            assert!(!is_other(name, class), "{name}");
        }
        for (name, class) in [
            ("moodist-transport__inside-a-train", "rain"),
            ("moodist-urban__fireworks", "fire_crackling"),
            ("moodist-rain", "clock_tick"),
        ] {
            assert!(is_other(name, class), "{name}");
        }
    }
}
