//! Loads a model from a name or a file, with or without a head.

pub(crate) mod built_in;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sourcing_sound::{Classifier, Error, ErrorKind, Head, Model};

use crate::outcome::{UsageError, coded};

use built_in::BuiltIn;

/// The largest accepted model, and the largest accepted head or sound file, in bytes: the limits of
/// the core, which checks the contents.
const MAX_MODEL_BYTES: u64 = 256 << 20;
const MAX_HEAD_BYTES: u64 = 64 << 20;

/// Where a model comes from.
pub(crate) struct ModelSource {
    /// A name or a file, as given; the default model if `None`.
    pub(crate) model: Option<PathBuf>,
    /// The file of the head to add to the model.
    pub(crate) head: Option<PathBuf>,
    /// Whether only the head's labels are scored.
    pub(crate) head_only: bool,
}

/// A model and the head on it, for any number of classifiers.
pub(crate) struct Loaded {
    model: Model,
    head: Option<Head>,
    head_only: bool,
}

impl Loaded {
    /// Creates a classifier; all of them share the weights.
    pub(crate) fn classifier(&self) -> sourcing_sound::Result<Classifier> {
        match &self.head {
            Some(head) if self.head_only => {
                Classifier::with_head_only(self.model.clone(), head.clone())
            }
            Some(head) => Classifier::with_head(self.model.clone(), head.clone()),
            None => Classifier::new(self.model.clone()),
        }
    }

    /// Returns the model without a head on it.
    pub(crate) fn base(&self) -> &Model {
        &self.model
    }

    /// Returns the head on the model.
    pub(crate) fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }
}

impl ModelSource {
    /// Reads and checks the model and the head, and that the two fit together.
    ///
    /// # Errors
    /// The error names the file or the built-in model, states what is wrong with it and has a code.
    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        let mut loaded = match &self.model {
            None => built_in::default().load()?,
            Some(given) => named(given).with_context(|| format!("model {}", given.display()))?,
        };
        if let Some(path) = &self.head {
            let context = || format!("head {}", path.display());
            if let Some(head) = loaded.head() {
                let (own, base) = (&head.metadata().name, &head.metadata().base_name);
                bail!(
                    "{}: the chosen model already has the head {own:?}; put this one on {base:?} \
                     [config]",
                    context()
                );
            }
            let bytes = read(path).with_context(context)?;
            loaded.head = Some(Head::from_json(&bytes).map_err(coded).with_context(context)?);
            // Creating a classifier checks that the two fit together.
            loaded.classifier().map_err(coded).with_context(context)?;
        }
        if self.head_only && loaded.head().is_none() {
            return Err(UsageError(format!(
                "--head-only: the chosen model has no head; give one with --head, or choose a model \
                 with one, such as {} [config]",
                built_in::WITH_HEAD
            ))
            .into());
        }
        loaded.head_only = self.head_only;
        Ok(loaded)
    }
}

/// Returns the model that `given` names: a file if it exists, otherwise a built-in model.
fn named(given: &Path) -> anyhow::Result<Loaded> {
    // A folder is never a model, so it does not hide a built-in model of the same name.
    if given.exists() && !given.is_dir() {
        let bytes = read_up_to(given, MAX_MODEL_BYTES)?;
        let model = Model::from_onnx(&bytes).map_err(|error| match Head::from_json(&bytes) {
            Ok(_) => anyhow::anyhow!("this is a head: give it with --head [model-format]"),
            Err(_) => refused(error),
        })?;
        return Ok(Loaded { model, head: None, head_only: false });
    }
    match given.to_str().and_then(built_in::by_name) {
        Some(model) => model.load(),
        None if given.is_dir() => bail!("this is a folder, expected an ONNX file [io]"),
        None => {
            bail!("there is no such file, and the built-in models are {} [io]", built_in::names())
        }
    }
}

/// Returns the core's error with its code, and with the command that builds a program without that
/// error.
fn refused(error: Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::ModelOperators { .. } => anyhow::anyhow!(
            "{error} [{}]; the general engine may run it, which this program was built without: \
             cargo build --release --package sourcing-sound-cli --features general",
            error.code()
        ),
        _ => coded(error),
    }
}

impl BuiltIn {
    /// Reads and checks the model, and the head on it.
    ///
    /// # Errors
    /// If the file is broken, which a test rules out.
    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        let context = || format!("the built-in model {}", self.name);
        let model = Model::from_onnx(self.onnx).map_err(coded).with_context(context)?;
        let head = self.head.as_ref().map(|head| Head::from_json(head.json)).transpose();
        let head = head.map_err(coded).with_context(context)?;
        Ok(Loaded { model, head, head_only: false })
    }
}

/// Returns the bytes of a head or sound file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    read_up_to(path, MAX_HEAD_BYTES)
}

/// Reads a file. One of unknown length, such as a pipe, is not read beyond the limit.
fn read_up_to(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    const CONTEXT: &str = "cannot read the file [io]";
    let file = File::open(path).context(CONTEXT)?;
    let length = file.metadata().context(CONTEXT)?.len();
    let mut bytes = Vec::new();
    if length <= most {
        file.take(most + 1).read_to_end(&mut bytes).context(CONTEXT)?;
    }
    let length = length.max(bytes.len() as u64);
    if length > most {
        bail!("the file has at least {length} bytes, expected at most {most} [limit]");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, refused};

    #[test]
    fn a_model_for_the_other_engine_is_refused_with_the_command_that_includes_it() {
        let error = Error::from(ErrorKind::ModelOperators { reason: "LSTM".to_owned() });
        assert_eq!(
            refused(error).to_string(),
            "this engine does not run the model: it lacks LSTM [model-operators]; the general \
             engine may run it, which this program was built without: cargo build --release \
             --package sourcing-sound-cli --features general"
        );
    }
}
