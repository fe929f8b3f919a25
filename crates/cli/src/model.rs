//! The model that listens: the one in this binary, or one from a file.

use std::path::{Path, PathBuf};

use anyhow::Context;
use sourcing_sound::Model;

/// The model that is compiled in, so that the binary works alone.
const BUILT_IN: &[u8] = include_bytes!("../../../models/urban-v1/model.onnx");

/// The largest model file that is read, in bytes; what it holds is checked by the core.
const MAX_BYTES: u64 = 1 << 30;

/// Where a model comes from.
pub(crate) enum ModelSource {
    BuiltIn,
    File(PathBuf),
}

impl From<Option<PathBuf>> for ModelSource {
    fn from(path: Option<PathBuf>) -> Self {
        path.map_or(ModelSource::BuiltIn, ModelSource::File)
    }
}

impl ModelSource {
    /// Reads and checks the model.
    ///
    /// # Errors
    /// Names the file, what is wrong with it and the error's code.
    pub(crate) fn load(&self) -> anyhow::Result<Model> {
        match self {
            ModelSource::BuiltIn => parse(BUILT_IN).context("the built-in model"),
            ModelSource::File(path) => {
                let bytes = read(path).with_context(|| format!("model {}", path.display()))?;
                parse(&bytes).with_context(|| format!("model {}", path.display()))
            }
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let length = std::fs::metadata(path).context("cannot read the file [io]")?.len();
    if length > MAX_BYTES {
        anyhow::bail!("the file has {length} bytes, expected at most {MAX_BYTES} [limit]");
    }
    std::fs::read(path).context("cannot read the file [io]")
}

fn parse(bytes: &[u8]) -> anyhow::Result<Model> {
    Model::from_onnx(bytes).map_err(|error| anyhow::anyhow!("{error} [{}]", error.code()))
}
