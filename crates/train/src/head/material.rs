//! Everything that a head is trained and judged on, as outputs of the base model.

use super::embed::{Embedder, Sound};
use super::{alter, segment, synthesis, unknown};
use crate::data::columns::{self, Source};
use crate::data::dataset::{Dataset, Division, Folds, Layout, Presence, Slice};
use crate::data::embeddings::{self, Embeddings, Unlabelled};
use crate::data::summary::DataSummary;
use crate::progress;
use crate::publish::provenance::folder_name;
use crate::publish::text::counted;
use crate::random::short_hash;
use anyhow::{Result, ensure};
use sourcing_sound::{Model, Patch};
use sourcing_sound_decode::Recording;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where the audio is.
#[derive(clap::Args, Clone, Debug)]
pub struct Folders {
    /// The sounds to learn, in any layout that `data` shows: UrbanSound8K's, Freesound's, ESC's,
    /// or a folder per label.
    #[arg(long, required_unless_present = "embeddings")]
    pub data: Option<PathBuf>,
    /// Instead of audio, embeddings of the base that were computed elsewhere: a Parquet file with
    /// the columns of docs/guide/results.md, or a folder of such files. Clips without a label are
    /// sounds to reject. Repeatable.
    #[arg(long, value_name = "FILE.parquet", conflicts_with_all = ["data", "extra"])]
    pub embeddings: Vec<PathBuf>,
    /// Additional slices that are only trained on: audio/foldN/ and metadata.csv.
    #[arg(long)]
    pub extra: Option<PathBuf>,
    /// Recordings of none of the labels, to learn what to reject: every audio file in the tree,
    /// except those that have one of the labels according to a metadata.csv or meta/esc50.csv.
    #[arg(long)]
    pub background: Option<PathBuf>,
    /// A folder of further such recordings, reported separately. A fifth of the recordings of each
    /// folder at a time judge a detector that was fitted on the others; the one that is written is
    /// fitted on all. Repeatable.
    #[arg(long)]
    pub unknown: Vec<PathBuf>,
}

/// The base model's outputs for a sound.
pub struct Embedded {
    /// At least one patch.
    pub patches: Vec<Patch>,
    /// The patches of altered copies, which are only trained on.
    pub copies: Vec<Vec<Patch>>,
}

/// A slice with its patches.
pub struct Clip {
    /// The row of the table.
    pub slice: Slice,
    /// Its patches.
    pub sound: Embedded,
}

/// A recording of none of the labels, or an excerpt of one.
pub struct Negative {
    /// Excerpts of one recording have one name.
    pub recording: String,
    /// Its patches.
    pub sound: Embedded,
}

/// Sounds of none of the labels that are reported together.
pub struct NegativeSet {
    /// Name of the folder or kind.
    pub name: String,
    /// What is in it.
    pub sounds: Vec<Negative>,
    /// Sounds of the folder that were left out because they have one of the labels.
    pub left_out: usize,
    /// Whether they were synthesised, without recordings.
    pub synthesised: bool,
}

/// Everything loaded.
pub struct Material {
    /// How the data folder is laid out.
    pub layout: Layout,
    /// Name of the data folder.
    pub data_name: String,
    /// Labels by index.
    pub labels: Vec<String>,
    /// Usable clips.
    pub clips: Vec<Clip>,
    /// Folders of sounds of none of the labels, then synthesised ones.
    pub negatives: Vec<NegativeSet>,
    /// How much of the data was present.
    pub summary: DataSummary,
}

impl Material {
    /// Reads the audio of the data set that [`open`] read, unless it has none, and that of the
    /// other folders, with `copies` altered copies of each sound. Unreadable files are named on
    /// stderr and in the summary. `None` if the work was stopped.
    pub fn load(
        opened: Opened,
        folders: &Folders,
        embedder: &Embedder<'_>,
        (copies, seed): (usize, u64),
    ) -> Result<Option<Self>> {
        let embed = Embedding { embedder, copies, seed };
        let Opened { dataset, name: data_name, computed } = opened;
        let mut negatives = Vec::new();
        let clips = match computed {
            Some(computed) => {
                negatives.extend(unlabelled(&data_name, computed.unlabelled));
                Found::computed(computed.windows, computed.failures)
            }
            None => {
                let sources: Vec<_> = dataset.slices.iter().map(Source::from).collect();
                let Some(clips) = embed.sources("clips", &sources)? else { return Ok(None) };
                clips
            }
        };
        let mut unreadable = clips.failures;
        let (total, extra) = (dataset.total(), dataset.training_only);
        let paired = dataset.slices.into_iter().zip(clips.sounds);
        let clips = paired.filter_map(|(slice, sound)| Some(Clip { slice, sound: sound? }));
        let clips: Vec<_> = clips.collect();
        ensure!(!clips.is_empty(), "none of the {} audio files could be used", unreadable.len());
        for folder in folders.background.iter().chain(&folders.unknown) {
            let name = folder_name(folder)?;
            let (found, left_out) = unknown::sources(folder, &dataset.labels)?;
            let (sources, recordings): (Vec<_>, Vec<_>) =
                found.into_iter().map(|sound| (sound.source, sound.recording)).unzip();
            let Some(found) = embed.sources(&name, &sources)? else { return Ok(None) };
            let sounds = negatives_of(recordings, found.sounds);
            ensure!(!sounds.is_empty(), "{}: no audio file could be used", folder.display());
            unreadable.extend(found.failures);
            negatives.push(NegativeSet { name, sounds, left_out, synthesised: false });
        }
        let recordings = negatives.iter().map(|set| set.sounds.len()).sum();
        let background_folders = negatives.iter().map(|set| set.name.clone()).collect();
        let Some(synthesised) = embed.synthesised()? else { return Ok(None) };
        negatives.extend(synthesised);
        let summary = DataSummary {
            folds: dataset.presence,
            total,
            extra,
            background: recordings,
            background_folders,
            unreadable,
        };
        let (layout, labels) = (dataset.layout, dataset.labels);
        Ok(Some(Self { layout, data_name, labels, clips, negatives, summary }))
    }

    /// Returns the folds of the usable clips.
    pub fn folds(&self) -> Folds<'_> {
        let slices = self.clips.iter().map(|clip| &clip.slice);
        Folds::over(slices, &self.summary.folds, self.layout)
    }

    /// Returns the clips of a stage that leaves out `test_folds`.
    pub fn split(&self, test_folds: &BTreeSet<u32>) -> Result<Division<'_, Clip>> {
        self.folds().leave_out(test_folds, &self.clips)
    }

    /// Returns a hash of everything that was processed: names, folds, labels and lengths.
    pub fn hash(&self) -> String {
        let mut text = String::new();
        for Clip { slice: Slice { stem, fold, label, .. }, sound } in &self.clips {
            text.push_str(&format!("{stem} {fold} {label} {}\n", sound.patches.len()));
        }
        for set in &self.negatives {
            for Negative { recording, sound } in &set.sounds {
                text.push_str(&format!("{} {recording} {}\n", set.name, sound.patches.len()));
            }
        }
        short_hash(&text)
    }
}

/// The labelled clips, before their audio is read.
pub struct Opened {
    /// The clips.
    pub dataset: Dataset,
    /// Name of the data folder, or of the first file of embeddings.
    name: String,
    computed: Option<Computed>,
}

/// What embeddings provide instead of audio.
struct Computed {
    windows: Vec<Vec<Patch>>,
    unlabelled: Vec<Unlabelled>,
    failures: Vec<String>,
}

/// Reads the tables, or the embeddings of `base`. Names missing files on stderr.
pub fn open(folders: &Folders, base: &Model) -> Result<Opened> {
    match &folders.data {
        Some(data) if folders.embeddings.is_empty() => {
            let dataset = open_audio(data, folders)?;
            Ok(Opened { dataset, name: folder_name(data)?, computed: None })
        }
        _ => open_embeddings(&folders.embeddings, base),
    }
}

fn open_embeddings(paths: &[PathBuf], base: &Model) -> Result<Opened> {
    let hop_seconds = segment::hop_seconds(base.metadata());
    let Embeddings { dataset, windows, unlabelled, failures } =
        embeddings::read(paths, base, hop_seconds)?;
    progress::line(&format!(
        "{} and {} of none of the labels",
        counted(dataset.slices.len(), "labelled clip"),
        counted(unlabelled.len(), "clip")
    ));
    progress::unusable(&failures);
    let name = paths.first().map(|path| folder_name(path)).transpose()?.unwrap_or_default();
    let computed = Some(Computed { windows, unlabelled, failures });
    Ok(Opened { dataset, name, computed })
}

fn open_audio(data: &Path, folders: &Folders) -> Result<Dataset> {
    let mut dataset = Dataset::open(data)?;
    if let Some(extra) = &folders.extra {
        ensure!(
            dataset.layout == Layout::UrbanSound8k,
            "--extra is for data in UrbanSound8K's layout; {} is laid out as {}",
            data.display(),
            dataset.layout.name()
        );
        dataset.add_extra(extra)?;
    }
    let Presence { present, rows } = dataset.total();
    let extra = dataset.training_only.present;
    progress::line(&format!("{present} of {rows} clips present, {extra} that only train"));
    progress::lines(&dataset.findings);
    progress::lines(&dataset.note_on_labels());
    Ok(dataset)
}

/// Sounds by source; `None` for an unusable sound.
struct Found {
    sounds: Vec<Option<Embedded>>,
    failures: Vec<String>,
}

impl Found {
    /// Wraps sounds with patches that were computed elsewhere, without altered copies.
    fn computed(windows: Vec<Vec<Patch>>, failures: Vec<String>) -> Self {
        let embedded = windows.into_iter().map(|patches| Some(Embedded::plain(patches)));
        Self { sounds: embedded.collect(), failures }
    }
}

impl Embedded {
    fn plain(patches: Vec<Patch>) -> Self {
        Self { patches, copies: Vec::new() }
    }
}

/// Returns the clips of none of the labels among embeddings, if there are any.
fn unlabelled(name: &str, clips: Vec<Unlabelled>) -> Option<NegativeSet> {
    let sounds: Vec<_> = clips
        .into_iter()
        .map(|clip| Negative { recording: clip.recording, sound: Embedded::plain(clip.windows) })
        .collect();
    let name = name.to_owned();
    let set = NegativeSet { name, sounds, left_out: 0, synthesised: false };
    (!set.sounds.is_empty()).then_some(set)
}

/// Turns sounds into patches.
struct Embedding<'a> {
    embedder: &'a Embedder<'a>,
    copies: usize,
    seed: u64,
}

impl Embedding<'_> {
    fn sources(&self, what: &str, sources: &[Source]) -> Result<Option<Found>> {
        let sounds: Vec<_> = sources.iter().map(Sound::from).collect();
        self.embed(what, &sounds, |index| Ok(columns::decode(&sources[index])?))
    }

    fn embed(
        &self,
        what: &str,
        sounds: &[Sound],
        load: impl Fn(usize) -> Result<Recording> + Sync,
    ) -> Result<Option<Found>> {
        let Some(plain) = self.embedder.embed(what, sounds, &load)? else { return Ok(None) };
        let paired = plain.patches.into_iter();
        let embedded = paired.map(|patches| Some(Embedded::plain(patches?)));
        let mut found = Found { sounds: embedded.collect(), failures: plain.failures };
        for copy in 0..self.copies {
            let what = format!("{what}, copy {}", copy + 1);
            let load = |index: usize| {
                Ok(alter::altered(load(index)?, &sounds[index].name, copy, self.seed))
            };
            let keyed: Vec<_> = sounds.iter().map(|sound| self.copy_of(sound, copy)).collect();
            let Some(altered) = self.embedder.embed(&what, &keyed, load)? else { return Ok(None) };
            for (sound, patches) in found.sounds.iter_mut().zip(altered.patches) {
                if let (Some(sound), Some(patches)) = (sound, patches) {
                    sound.copies.push(patches);
                }
            }
        }
        Ok(Some(found))
    }

    fn copy_of(&self, sound: &Sound, copy: usize) -> Sound {
        let key = format!("{} altered {copy} {}", sound.key, self.seed);
        Sound { name: sound.name.clone(), key }
    }

    /// Synthesises silence, noise, tones and the like, each as long as a segment of the head.
    fn synthesised(&self) -> Result<Option<Vec<NegativeSet>>> {
        let base = self.embedder.model().metadata();
        let (sample_rate, seconds) = (base.front_end.sample_rate, segment::seconds(base));
        let mut sets = Vec::new();
        for (name, sounds) in synthesis::groups(sample_rate, seconds, self.seed) {
            let key = format!("{} {sample_rate} {seconds}", self.seed);
            let named: Vec<_> = sounds
                .iter()
                .map(|(name, _)| Sound { name: name.clone(), key: key.clone() })
                .collect();
            let load = |index: usize| Ok(Recording::new(sounds[index].1.clone(), sample_rate));
            let plain = Embedding { copies: 0, ..*self };
            let Some(found) = plain.embed(name, &named, load)? else { return Ok(None) };
            let recordings = named.into_iter().map(|sound| sound.name).collect();
            let sounds = negatives_of(recordings, found.sounds);
            let name = name.to_owned();
            sets.push(NegativeSet { name, sounds, left_out: 0, synthesised: true });
        }
        Ok(Some(sets))
    }
}

fn negatives_of(recordings: Vec<String>, sounds: Vec<Option<Embedded>>) -> Vec<Negative> {
    let pairs = recordings.into_iter().zip(sounds);
    pairs.filter_map(|(recording, sound)| Some(Negative { recording, sound: sound? })).collect()
}
