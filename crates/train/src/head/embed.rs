//! The base model's outputs for every patch of a set of sounds, from the core's own classifier,
//! cached on disk in pieces, so that an interrupted run resumes.

use crate::data::columns::Source;
use crate::data::rows::Rows;
use crate::nn::net::Array;
use crate::progress;
use crate::random::short_hash;
use anyhow::{Result, anyhow, ensure};
use indicatif::ProgressBar;
use rayon::prelude::*;
use sourcing_sound::{Classifier, Model, Patch, Pcm, SampleRate};
use sourcing_sound_decode::Recording;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Sounds in one file of the cache: half a minute of work for a large network.
const SOUNDS_PER_FILE: usize = 128;

/// A sound to embed.
pub struct Sound {
    /// Name in messages and in the cache.
    pub name: String,
    /// Distinguishes its audio from others of that name.
    pub key: String,
}

impl From<&Source> for Sound {
    fn from(source: &Source) -> Self {
        Self { name: source.name.clone(), key: source.fingerprint() }
    }
}

/// The patches of a list of sounds.
#[derive(Debug, Default)]
pub struct Embedded {
    /// Patches by sound; `None` for an unusable sound.
    pub patches: Vec<Option<Vec<Patch>>>,
    /// Why sounds are unusable.
    pub failures: Vec<String>,
}

/// A base model with its cache folder.
pub struct Embedder<'a> {
    model: &'a Model,
    folder: PathBuf,
    embedding_size: usize,
    stop: &'a AtomicBool,
}

impl<'a> Embedder<'a> {
    /// Creates an embedder that caches its results under `work`, in a folder per model. Work stops
    /// once `stop` is set.
    pub fn new(model: &'a Model, work: &Path, stop: &'a AtomicBool) -> Result<Self> {
        let metadata = model.metadata();
        let embedding_size = metadata.embedding_size.ok_or_else(|| {
            anyhow!(
                "the model {:?} has no embedding for a head to sit on; --base needs one with the \
                 metadata key sourcing_sound.embedding_size and a second output",
                metadata.name
            )
        })?;
        let sha256: String = model.sha256().chars().take(16).collect();
        let folder = work.join(format!("embeddings-{sha256}"));
        Ok(Self { model, folder, embedding_size, stop })
    }

    /// Returns the model.
    pub fn model(&self) -> &Model {
        self.model
    }

    /// Returns the folder of its cache.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the patches of all `sounds`, from the cache if they were computed before; `load`
    /// reads the audio of a sound by its index. `None` if the work was stopped.
    pub fn embed(
        &self,
        what: &str,
        sounds: &[Sound],
        load: impl Fn(usize) -> Result<Recording> + Sync,
    ) -> Result<Option<Embedded>> {
        let bar = progress::bar(sounds.len() as u64, &format!("embeddings of {what}"));
        let mut embedded = Embedded::default();
        for (index, piece) in sounds.chunks(SOUNDS_PER_FILE).enumerate() {
            let first = index * SOUNDS_PER_FILE;
            let names: Vec<_> = piece.iter().map(|sound| sound.name.as_str()).collect();
            let mut rows = Rows::<()>::read(self.path(what, piece), self.width(), &names);
            let missing = rows.missing();
            if !missing.is_empty() {
                let load = |offset: usize| load(first + offset);
                let Some(computed) = self.compute(&missing, load, &bar) else {
                    bar.finish_and_clear();
                    progress::line(&format!(
                        "stopped after {first} of {} embeddings of {what}; the same command \
                         resumes from there",
                        sounds.len()
                    ));
                    return Ok(None);
                };
                for (index, error) in rows.add(&missing, computed)? {
                    embedded.failures.push(format!("{}: {error:#}", names[index]));
                }
            }
            bar.set_position((first + piece.len()) as u64);
            embedded.patches.extend(rows.arrays.iter().map(|array| self.patches(array)));
        }
        bar.finish_and_clear();
        progress::unusable(&embedded.failures);
        Ok(Some(embedded))
    }

    fn path(&self, what: &str, piece: &[Sound]) -> PathBuf {
        // The hash of the model covers its front end, which the model file states.
        let mut key = format!("4 {}", self.model.sha256());
        for sound in piece {
            key.push_str(&format!("\n{} {}", sound.name, sound.key));
        }
        self.folder.join(format!("{what}-{}.bin", short_hash(&key)))
    }

    /// Computes the rows of some sounds of a piece, by index; `None` if stopped.
    fn compute(
        &self,
        sounds: &[usize],
        load: impl Fn(usize) -> Result<Recording> + Sync,
        bar: &ProgressBar,
    ) -> Option<Vec<Result<Vec<f32>>>> {
        let one = |classifier: &mut Result<Classifier, sourcing_sound::Error>, index: &usize| {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            let rows = match classifier {
                Ok(classifier) => load(*index).and_then(|sound| self.rows(classifier, &sound)),
                Err(error) => Err(anyhow!("{error}")),
            };
            bar.inc(1);
            Some(rows)
        };
        let start = || Classifier::new(self.model.clone());
        sounds.par_iter().map_init(start, one).collect()
    }

    /// Returns a row per patch: scores, then embedding.
    fn rows(&self, classifier: &mut Classifier, sound: &Recording) -> Result<Vec<f32>> {
        let pcm = Pcm::new(&sound.samples, SampleRate::new(sound.sample_rate)?)?;
        let patches = classifier.patches(pcm)?;
        let rows: Vec<f32> =
            patches.into_iter().flat_map(|p| [p.scores, p.embedding].concat()).collect();
        ensure!(rows.iter().all(|value| value.is_finite()), "the model's answer is not finite");
        Ok(rows)
    }

    /// Returns the values per patch.
    fn width(&self) -> usize {
        self.model.metadata().labels.len() + self.embedding_size
    }

    fn patches(&self, array: &Array) -> Option<Vec<Patch>> {
        let n_scores = self.model.metadata().labels.len();
        let rows = array.values.chunks_exact(self.width()).map(|row| Patch {
            scores: row[..n_scores].to_vec(),
            embedding: row[n_scores..].to_vec(),
        });
        let patches: Vec<_> = rows.collect();
        (!patches.is_empty()).then_some(patches)
    }
}
