//! Where things are: the repository and cargo's target directory.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// The folders that every task works with, all absolute.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that `CARGO_TARGET_DIR` and cargo's own configuration are
    /// respected.
    pub fn find() -> Result<Self> {
        let json = process::output(process::cargo().args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        Self::from_metadata(&json).context("cargo metadata answered something unexpected")
    }

    fn from_metadata(json: &str) -> Result<Self> {
        let metadata: serde_json::Value = serde_json::from_str(json)?;
        let folder = |key: &str| {
            let path = metadata[key].as_str();
            path.map(PathBuf::from).with_context(|| format!("no {key} in it"))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target directory.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The site's source folder, where npm runs.
    pub fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// A folder for what xtask itself keeps between runs; created on demand.
    pub fn scratch(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
    use super::*;

    #[test]
    fn reads_both_folders() {
        let json = r#"{"packages":[],"target_directory":"/cache/t","workspace_root":"/src/x"}"#;
        let workspace = Workspace::from_metadata(json).unwrap();
        assert_eq!(workspace.root(), Path::new("/src/x"));
        assert_eq!(workspace.target(), Path::new("/cache/t"));
        assert_eq!(workspace.www(), Path::new("/src/x/www"));
    }

    #[test]
    fn names_a_missing_folder() {
        let error = Workspace::from_metadata(r#"{"workspace_root":"/x"}"#).err().unwrap();
        assert!(error.to_string().contains("target_directory"), "{error}");
    }
}
