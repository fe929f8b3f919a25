//! The study's networks as experiments: `mel-cnn`, `mfcc-cnn`, `slices-cnn` and `rnn`.
//!
//! All four share one protocol: inputs from the core's front end, normalised by the training clips
//! alone, and the same training. They differ in a [`Recipe`].

mod clips;
mod inputs;
mod layouts;
mod recipe;

pub use recipe::{Kind, Options};

use crate::experiment::method::{Job, Method, Preparation, Split, Verdict, median};
use crate::experiment::record::Cost;
use anyhow::{Context, Result, bail, ensure};
use clips::{Clip, Clips, Scaling};
use recipe::{FitConfig, Recipe};
use serde_json::{Value, json};
use sourcing_sound_train::data::dataset::Slice;
use sourcing_sound_train::nn::fit::{self as training, Outcome, Trained};
use sourcing_sound_train::nn::net::NetworkConfig;
use sourcing_sound_train::nn::run::Training;
use sourcing_sound_train::nn::score::Network;
use sourcing_sound_train::progress;
use sourcing_sound_train::random::{short_hash, short_hash_of};
use std::path::Path;
use std::time::Instant;

/// Clips over which the median time per clip is taken.
const TIMED_CLIPS: usize = 15;

/// One of the study's networks as an experiment.
pub struct Networks {
    kind: Kind,
    recipe: Recipe,
    /// For each clip, the part that the network may see; `None` for an unusable clip.
    clips: Vec<Option<Clip>>,
    features_ms: Option<f64>,
}

impl Networks {
    /// Creates the experiment of a kind.
    pub fn new(kind: Kind, options: &Options) -> Self {
        Self { kind, recipe: Recipe::new(kind, options), clips: Vec::new(), features_ms: None }
    }

    /// Returns the prepared clip at an index.
    fn clip(&self, index: usize) -> Result<&Clip> {
        let clip = self.clips.get(index).and_then(Option::as_ref);
        clip.with_context(|| format!("clip {index} is in the split but has no features"))
    }

    /// Returns a hash of the names, labels and features of some clips.
    fn hash(&self, clips: &[usize], job: &Job<'_>) -> Result<String> {
        let mut text = String::new();
        for &index in clips {
            let features = short_hash_of(&self.clip(index)?.values);
            let slice = &job.slices[index];
            let label = self.target(slice);
            text.push_str(&format!("{} {} {label} {features}\n", slice.stem, slice.fold));
        }
        Ok(short_hash(&text))
    }

    /// Scores the tested clips and reports what the network costs.
    fn verdict(
        &self,
        network: &NetworkConfig,
        trained: Trained,
        clips: &Clips<'_>,
        test: &[usize],
    ) -> Result<Verdict> {
        let ready = Network::new(network, &trained.weights.parameters);
        let scores = ready.score(clips, test)?;
        let views =
            median(test.iter().map(|&clip| clips.n_views(clip) as f64).collect()).unwrap_or(1.0);
        let mut times = Vec::new();
        for clip in test.iter().take(TIMED_CLIPS) {
            let begun = Instant::now();
            ready.score(clips, &[*clip])?;
            times.push(1e3 * begun.elapsed().as_secs_f64());
        }
        let best = trained.best_epoch.checked_sub(1).and_then(|index| trained.curve.get(index));
        let details = json!({
            "best_epoch": trained.best_epoch,
            "chosen_by": "validation accuracy, then validation loss",
            "validation_accuracy": best.and_then(|epoch| epoch.validation_accuracy),
            "validation_loss": best.and_then(|epoch| epoch.validation_loss),
            "epochs": trained.curve.len(),
            "median_views_per_clip": views,
            "multiply_adds_per_view": network.multiply_adds()?,
        });
        Ok(Verdict {
            scores,
            curve: trained.curve,
            details,
            parameters: Some(network.parameters()? as u64),
            multiply_adds: Some((network.multiply_adds()? as f64 * views).round() as u64),
            cost: Cost { features_ms: self.features_ms, model_ms: median(times) },
            seconds: trained.seconds,
            ..Verdict::default()
        })
    }
}

impl Method for Networks {
    fn title(&self) -> String {
        self.kind.title().to_owned()
    }

    fn settings(&self) -> Value {
        // The layers do not depend on the number of labels.
        let network = self.recipe.network(2);
        let mut fit = json!(self.recipe.fit);
        if let Some(fields) = fit.as_object_mut() {
            // The record states the seed of the run itself.
            fields.remove("seed");
        }
        json!({
            "inputs": self.recipe.describe(),
            "input": network.input,
            "layers": network.hidden_layers(),
            "l2": network.l2,
            "fit": fit,
        })
    }

    fn prepare(&mut self, slices: &[Slice], cache: &Path) -> Result<Preparation> {
        let prepared = inputs::prepare(&self.recipe, slices, cache)?;
        self.clips = prepared.clips;
        self.features_ms = prepared.features_ms;
        Ok(Preparation {
            usable: self.clips.iter().map(Option::is_some).collect(),
            failures: prepared.failures,
            features_ms: self.features_ms,
        })
    }

    fn features(&self, clip: usize) -> &[f32] {
        self.clips.get(clip).and_then(Option::as_ref).map_or(&[], |clip| clip.values.as_slice())
    }

    fn run(&self, split: &Split, job: &Job<'_>) -> Result<Option<Verdict>> {
        ensure!(
            self.clips.len() == job.slices.len(),
            "features of {} clips are prepared, but there are {}",
            self.clips.len(),
            job.slices.len()
        );
        let name = format!("{} {}", self.kind.name(), split.name);
        let network = self.recipe.network(job.labels.len());
        let fit = FitConfig { seed: job.seed, ..self.recipe.fit.clone() };
        let plan = json!({
            "name": name,
            "network": network,
            "fit": fit,
            "inputs": self.recipe.describe(),
            "training_clips": self.hash(&split.train, job)?,
            "validation_clips": self.hash(&split.validation, job)?,
        });
        let labels: Vec<_> = job.slices.iter().map(|slice| self.target(slice)).collect();
        if let Some(label) = labels.iter().find(|label| **label >= job.labels.len()) {
            bail!("a clip has the label {label}, but there are {} labels", job.labels.len());
        }
        split.test.iter().try_for_each(|&index| self.clip(index).map(drop))?;
        let training: Vec<_> =
            split.train.iter().map(|&index| self.clip(index)).collect::<Result<_>>()?;
        let clips = Clips {
            clips: &self.clips,
            labels,
            n_labels: job.labels.len(),
            scaling: Scaling::of(&training, self.recipe.input[0], self.recipe.scaling_by_row()),
            width: self.recipe.input[1],
            hop: self.recipe.hop,
        };
        let outcome = training::train(&training::Job {
            training: Training {
                name: &name,
                plan: &plan,
                checkpoint: &job.work.join("checkpoint.bin"),
                stop: job.stop,
            },
            network: &network,
            policy: fit.policy(),
            examples: &clips,
            train: &split.train,
            validation: Some((&clips, &split.validation)),
        })?;
        match outcome {
            Outcome::Finished(trained) => {
                self.verdict(&network, trained, &clips, &split.test).map(Some)
            }
            Outcome::Interrupted { epochs } => {
                progress::line(&format!("{name}: stopped after {epochs} whole epochs"));
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests;
