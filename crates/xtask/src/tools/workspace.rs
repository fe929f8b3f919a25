//! What cargo knows about the repository: its folders, and the core crate's version.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::tools::{cargo, process};

/// The folders that every task works with, all absolute, and the version that it builds.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    version: String,
}

impl Workspace {
    /// Queries cargo, so that `CARGO_TARGET_DIR` and cargo's own configuration are respected.
    pub fn find() -> Result<Self> {
        let json = process::output(cargo::command().args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        Self::from_metadata(&json).context("`cargo metadata` printed something unexpected")
    }

    fn from_metadata(json: &str) -> Result<Self> {
        let metadata: serde_json::Value = serde_json::from_str(json)?;
        let folder = |key: &str| {
            let path = metadata[key].as_str();
            path.map(PathBuf::from).with_context(|| format!("no {key} in it"))
        };
        let (root, target) = (folder("workspace_root")?, folder("target_directory")?);
        let packages = metadata["packages"].as_array();
        let core = packages.and_then(|all| all.iter().find(|one| one["name"] == cargo::CORE));
        let version = core.and_then(|core| core["version"].as_str());
        let version = version.with_context(|| format!("no package {} in it", cargo::CORE))?;
        Ok(Self { root, target, version: version.to_owned() })
    }

    /// Returns the repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns cargo's target directory.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Returns the site's source folder, where npm runs.
    pub fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// Returns the core crate's version in `Cargo.toml`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns a folder for what xtask itself keeps between runs; created on demand.
    pub fn scratch(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn reads_folders_and_version() {
        let json = r#"{"packages":[{"name":"xtask","version":"9.0.0"},
            {"name":"sourcing-sound","version":"0.1.2"}],
            "target_directory":"/cache/t","workspace_root":"/src/x"}"#;
        let workspace = Workspace::from_metadata(json).unwrap();
        assert_eq!(workspace.root(), Path::new("/src/x"));
        assert_eq!(workspace.target(), Path::new("/cache/t"));
        assert_eq!(workspace.www(), Path::new("/src/x/www"));
        assert_eq!(workspace.version(), "0.1.2");
    }

    #[test]
    fn names_what_is_missing() {
        let folders = r#"{"packages":[],"target_directory":"/t","workspace_root":"/x"}"#;
        for (json, missing) in
            [(r#"{"workspace_root":"/x"}"#, "target_directory"), (folders, cargo::CORE)]
        {
            let error = Workspace::from_metadata(json).err().unwrap();
            assert!(error.to_string().contains(missing), "{error}");
        }
    }
}
