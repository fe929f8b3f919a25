//! The crates that make up a program of the workspace, as cargo resolves them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::tools::{cargo, files, process};

/// A crate in use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    pub name: String,
    pub version: String,
    /// The licence in its manifest; empty if it has none.
    pub licence: String,
    /// Whether it is part of the workspace.
    pub is_own: bool,
}

/// Returns the crates that `selection`, arguments of `cargo tree`, selects, each once.
pub fn crates(selection: &[&str]) -> Result<BTreeSet<Crate>> {
    let mut tree = cargo::command();
    tree.args(["tree", "--locked", "--prefix", "none", "--format", "{p}|{l}"]).args(selection);
    process::output(&mut tree)?.lines().filter(|line| !line.is_empty()).map(parse).collect()
}

/// Reads `name v1.2.3 (proc-macro)|MIT (*)`; a crate of the workspace has its folder in brackets.
fn parse(line: &str) -> Result<Crate> {
    let unexpected = || format!("`cargo tree` printed {line:?}");
    let line = line.strip_suffix(" (*)").unwrap_or(line);
    let (package, licence) = line.split_once('|').with_context(unexpected)?;
    let mut words = package.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    let version = words.next().and_then(|word| word.strip_prefix('v')).with_context(unexpected)?;
    let is_own = words.next().is_some_and(|word| word != "(proc-macro)");
    Ok(Crate { name, version: version.to_owned(), licence: licence.to_owned(), is_own })
}

/// What `Cargo.lock` states about a crate from elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its origin; absent for crates of the workspace.
    pub source: Option<String>,
    /// SHA-256 of the downloaded file.
    pub checksum: Option<String>,
}

/// Returns the crates of `Cargo.lock` by name and version.
pub fn locked(root: &Path) -> Result<BTreeMap<(String, String), Locked>> {
    let lock: toml::Table = files::read(&root.join("Cargo.lock"))?.parse().context("Cargo.lock")?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let mut found = BTreeMap::new();
    for package in packages.into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let (Some(name), Some(version)) = (text("name"), text("version")) else {
            bail!("Cargo.lock: a package without a name or a version");
        };
        let locked = Locked { source: text("source"), checksum: text("checksum") };
        found.insert((name, version), locked);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn read(line: &str) -> (String, String, String, bool) {
        let Crate { name, version, licence, is_own } = parse(line).unwrap();
        (name, version, licence, is_own)
    }

    #[test]
    fn reads_the_lines_of_cargos_tree() {
        let expected = |name: &str, version: &str, licence: &str, is_own| {
            (name.to_owned(), version.to_owned(), licence.to_owned(), is_own)
        };
        let macros = "clap_derive v4.6.9 (proc-macro)|MIT OR Apache-2.0 (*)";
        assert_eq!(read(macros), expected("clap_derive", "4.6.9", "MIT OR Apache-2.0", false));
        let zstd = "zstd-sys v2.1.3+zstd.1.5.7|BSD-3-Clause AND BSD-2-Clause";
        let licence = "BSD-3-Clause AND BSD-2-Clause";
        assert_eq!(read(zstd), expected("zstd-sys", "2.1.3+zstd.1.5.7", licence, false));
        assert_eq!(
            read("sourcing-sound v0.2.0 (/src/x)|MIT"),
            expected("sourcing-sound", "0.2.0", "MIT", true)
        );
        assert_eq!(read("bare v1.0.0|"), expected("bare", "1.0.0", "", false));
        assert!(parse("no licence v1.0.0").is_err());
    }

    #[test]
    fn reads_where_crates_come_from() {
        let folder = tempfile::tempdir().unwrap();
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"12\"\n\n\
            [[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";
        std::fs::write(folder.path().join("Cargo.lock"), lock).unwrap();
        let found = locked(folder.path()).unwrap();
        let a = Locked { source: Some("registry+x".to_owned()), checksum: Some("12".to_owned()) };
        assert_eq!(found[&("a".to_owned(), "1.0.0".to_owned())], a);
        assert_eq!(
            found[&("own".to_owned(), "0.1.0".to_owned())],
            Locked { source: None, checksum: None }
        );
    }
}
