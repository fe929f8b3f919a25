//! Loads the model to extend, and the examples of earlier runs.

use std::path::PathBuf;

use anyhow::{Context, bail};
use sourcing_sound::{Background, Example, Model, Teacher};

use crate::model::{ModelSource, built_in, read};
use crate::outcome::coded;

use super::sounds::Sounds;

/// A model, and its background: statistics of everyday sounds.
pub(super) struct Base {
    pub(super) model: Model,
    pub(super) background: Background,
}

impl Base {
    /// Loads the model and the background that was made for it.
    ///
    /// # Errors
    /// If the model cannot be loaded, has a head already, or has no background here.
    pub(super) fn load(source: &ModelSource) -> anyhow::Result<Self> {
        let loaded = source.load()?;
        let default = built_in::default().name;
        let given = source.model.as_ref().map_or(default.into(), |given| given.to_string_lossy());
        if let Some(head) = loaded.head() {
            let (own, base) = (&head.metadata().name, &head.metadata().base_name);
            bail!("model {given}: it already has the head {own:?}; teach {base:?} [config]");
        }
        let background = Background::from_json(built_in::BACKGROUND).map_err(coded)?;
        let base = Base { model: loaded.base().clone(), background };
        // Creating a teacher checks that the two fit together.
        base.teacher()
            .map_err(coded)
            .with_context(|| format!("model {given}: sounds can be taught only to {default}"))?;
        Ok(base)
    }

    /// Returns the examples in sound files of earlier runs, and the audio of those that have it,
    /// each once.
    ///
    /// # Errors
    /// If a file cannot be read, is not a sound file, or was made for another model.
    pub(super) fn examples_of(&self, files: &[PathBuf]) -> anyhow::Result<(Vec<Example>, Sounds)> {
        let mut teacher = self.teacher().map_err(coded)?;
        let mut sounds = Sounds::default();
        for path in files {
            let context = || format!("--add {}", path.display());
            let bytes = read(path).with_context(context)?;
            teacher.merge(&bytes).map_err(coded).with_context(context)?;
            sounds.add(&bytes).with_context(context)?;
        }
        Ok((teacher.examples().to_vec(), sounds))
    }

    fn teacher(&self) -> sourcing_sound::Result<Teacher> {
        Teacher::new(self.model.clone(), self.background.clone())
    }
}
