//! Assembles the files of a head from finished stages: calibration, export, evaluation, card.

use super::card;
use super::evaluation::{self as figures, Evaluation, Known, SCHEMA_VERSION, Shipped};
use super::export::{Audio, Check, Layers, MIN_CHECKS, export};
use super::material::{Clip, Material};
use super::recipe::Recipe;
use super::refines::Relations;
use super::stage::{Last, Stage};
use super::{segment, synthesis};
use crate::data::columns::Source;
use crate::data::dataset::Layout;
use crate::files::write_text;
use crate::metrics;
use crate::program::today;
use crate::publish::file::write_evaluation;
use crate::publish::provenance::Provenance;
use crate::publish::statement;
use crate::random::short_hash;
use anyhow::{Context, Result};
use sourcing_sound::{HeadMetadata, Labels, Model};
use sourcing_sound_decode::Recording;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Sounds to check an export on, spread over the data set.
const CHECKS: usize = 2 * MIN_CHECKS;
/// Suffix of head files.
const SUFFIX: &str = ".head.json";

/// The files of a head.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    /// `<name>.head.json`.
    pub head: PathBuf,
    /// `<name>.evaluation.json`.
    pub evaluation: PathBuf,
    /// `<name>.CARD.md`.
    pub card: PathBuf,
    pub name: String,
}

impl Paths {
    /// Derives all paths from that of the head file.
    pub fn new(head: &Path) -> Result<Self> {
        let file = head.file_name().and_then(|name| name.to_str());
        let name = file.and_then(|file| file.strip_suffix(SUFFIX)).filter(|name| !name.is_empty());
        let name = name.with_context(|| {
            format!("--out {}: a head's file is named NAME{SUFFIX}", head.display())
        })?;
        let sibling = |suffix: &str| head.with_file_name(format!("{name}{suffix}"));
        Ok(Self {
            head: head.to_path_buf(),
            evaluation: sibling(".evaluation.json"),
            card: sibling(".CARD.md"),
            name: name.to_owned(),
        })
    }
}

/// What the files of a head are made from.
pub struct Assembly<'a> {
    /// Where they go.
    pub paths: &'a Paths,
    /// The command that the user typed.
    pub command: String,
    /// The model that the head is based on.
    pub base: &'a Model,
    /// The data.
    pub material: &'a Material,
    /// The origin of the data.
    pub provenance: &'a Provenance,
    /// The settings.
    pub recipe: &'a Recipe,
    /// How its labels relate to those of the base.
    pub relations: &'a Relations,
    /// The heads that left out folds; empty if nothing could be left out.
    pub stages: &'a [Stage],
    /// The head that was trained on everything.
    pub last: &'a Last,
    /// Folder of the cached embeddings.
    pub cache: &'a Path,
}

impl Assembly<'_> {
    /// Writes head, evaluation and card.
    pub fn write(&self) -> Result<Evaluation> {
        let Self { paths, material, recipe, stages, last, .. } = self;
        let pooled: Vec<_> = stages.iter().flat_map(|stage| stage.judged.clone()).collect();
        let known = Known::of(stages);
        let threshold = known.threshold();
        let evaluated = figures::stages(stages, &material.labels, recipe.seed);
        let layers = Layers { labels: &last.fitted.labels, detector: &last.detector.output };
        let parts = (self.metadata(&evaluated, threshold)?, &layers);
        let checks = (self.checks(), self.cache);
        let export_difference = export(&paths.head, parts, recipe, self.base, checks)?;
        let whole: Vec<_> = self.whole(&evaluated);
        let evaluation = Evaluation {
            schema_version: SCHEMA_VERSION,
            head: paths.name.clone(),
            base: figures::Base {
                name: self.base.metadata().name.clone(),
                sha256: self.base.sha256().to_owned(),
            },
            date: today(),
            command: self.command.clone(),
            config_hash: self.config_hash(),
            recipe: (*recipe).clone(),
            labels: material.labels.clone(),
            refines: self.relations.refines.clone(),
            parents: self.relations.parents.clone(),
            n_parameters: [layers.labels, layers.detector]
                .map(|layer| layer.weight.len() + layer.bias.len())
                .iter()
                .sum(),
            data: material.summary.clone(),
            mean: figures::means(&evaluated),
            mean_of_whole_folds: figures::means(whole)
                .filter(|m| m.test_folds.len() < stages.len()),
            shipped: Shipped {
                n_train: last.n_train,
                c: last.fitted.c,
                cross_validated: last.fitted.cross_validated,
                temperature: last.fitted.temperature,
                // At temperature 1, because the stages' logits are already divided by their
                // temperatures.
                calibration_error: metrics::calibration_error(&pooled, 1.0),
                detector_c: last.detector.c,
                detector_cross_validated: last.detector.cross_validated,
                rejection_threshold: threshold,
                kept_correct: known.kept(threshold, true),
                rejected_wrong: 1.0 - known.kept(threshold, false),
                export_difference,
            },
            unknown: figures::unknown(stages, material, &known, threshold),
            stages: evaluated,
        };
        write_evaluation(&paths.evaluation, &evaluation)?;
        write_text(&paths.card, &card::card(&evaluation, self.provenance))?;
        Ok(evaluation)
    }

    fn metadata(
        &self,
        stages: &[figures::StageEvaluation],
        rejection_threshold: f64,
    ) -> Result<HeadMetadata> {
        let trained = self.material.clips.iter().map(|clip| &clip.slice);
        let made = (self.recipe.seed, self.config_hash());
        let base = self.base.metadata();
        let mut card = statement::card(self.provenance, trained, ("heads", stages), made);
        card.accuracy += &figures::among_the_bases_labels(stages);
        Ok(HeadMetadata {
            name: self.paths.name.clone(),
            description: self.provenance.description.clone(),
            base_name: base.name.clone(),
            base_sha256: self.base.sha256().to_owned(),
            labels: Labels::new(self.material.labels.clone())?,
            refines: self.relations.refines.clone(),
            parents: self.relations.parents.clone(),
            features: self.recipe.features.clone(),
            segment_patches: self.recipe.segment_patches,
            decision: statement::decision(
                segment::hop_seconds(base),
                self.last.fitted.temperature as f32,
                rejection_threshold as f32,
            ),
            card,
        })
    }

    fn config_hash(&self) -> String {
        let recipe =
            serde_json::json!([self.recipe, self.relations.refines, self.relations.parents]);
        short_hash(&format!("{recipe} {} {}", self.base.sha256(), self.material.hash()))
    }

    /// Returns the stages with complete left-out folds.
    fn whole<'s>(
        &self,
        stages: &'s [figures::StageEvaluation],
    ) -> Vec<&'s figures::StageEvaluation> {
        let folds = &self.material.summary.folds;
        let is_whole = |fold| folds.get(fold).is_some_and(|p| p.present == p.rows);
        let pairs = self.stages.iter().zip(stages);
        let whole = pairs.filter(|(stage, _)| stage.test_folds.iter().all(is_whole));
        whole.map(|(_, evaluated)| evaluated).collect()
    }

    /// Returns clips with their audio; synthesised sounds if the audio is elsewhere.
    fn checks(&self) -> Vec<Check<'_>> {
        let clips = &self.material.clips;
        if self.material.layout == Layout::Embeddings {
            return spread(self.synthesised());
        }
        let checks = clips.iter().map(|Clip { slice, sound }| Check {
            name: &slice.stem,
            patches: &sound.patches,
            audio: Audio::File(Source::from(slice)),
        });
        spread(checks.collect())
    }

    fn synthesised(&self) -> Vec<Check<'_>> {
        let negatives = self.material.negatives.iter().filter(|set| set.synthesised);
        let patches: BTreeMap<_, _> = negatives
            .flat_map(|set| &set.sounds)
            .map(|negative| (negative.recording.as_str(), &negative.sound.patches))
            .collect();
        let base = self.base.metadata();
        let (rate, seconds) = (base.front_end.sample_rate, segment::seconds(base));
        let groups = synthesis::groups(rate, seconds, self.recipe.seed).into_iter();
        let checks = groups.flat_map(|(_, sounds)| sounds).filter_map(|(name, samples)| {
            let (name, patches) = patches.get_key_value(name.as_str())?;
            Some(Check { name, patches, audio: Audio::Here(Recording::new(samples, rate)) })
        });
        checks.collect()
    }
}

/// Returns some of the sounds, evenly spread over the list.
fn spread(sounds: Vec<Check<'_>>) -> Vec<Check<'_>> {
    let step = (sounds.len() / CHECKS).max(1);
    sounds.into_iter().step_by(step).take(CHECKS).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;

    #[test]
    fn files_are_written_next_to_the_head() {
        let paths = Paths::new(Path::new("models/everyday/urban.head.json")).unwrap();
        assert_eq!(paths.name, "urban");
        assert_eq!(paths.card, Path::new("models/everyday/urban.CARD.md"));
        assert_eq!(paths.evaluation, Path::new("models/everyday/urban.evaluation.json"));
        for wrong in ["models/everyday", "urban.json", ".head.json", "/"] {
            let error = Paths::new(Path::new(wrong)).unwrap_err().to_string();
            assert!(error.contains("NAME.head.json"), "{error}");
        }
    }
}
