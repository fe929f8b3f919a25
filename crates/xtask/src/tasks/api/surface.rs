//! The public items of a version, read from rustdoc or from a file.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use public_api::Builder;

use crate::tools::cargo::{self, CORE};
use crate::tools::process;
use crate::tools::workspace::Workspace;

/// Makes xtask replace rustdoc; its value is the path of the real one.
const RUSTDOC: &str = "SOURCING_SOUND_RUSTDOC";

/// Crates that the API may name. Any other would tie this crate's version to that crate's; serde's
/// traits stay at version 1.
const ALLOWED: [&str; 5] = ["sourcing_sound", "std", "core", "alloc", "serde_core"];

/// Traits that rustc derives from a type's fields and that hardly any code needs, so no version
/// promises them. `Send` and `Sync` are promised.
const UNPROMISED: [&str; 5] = [
    "core::marker::Freeze",
    "core::marker::StructuralPartialEq",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe",
];

/// The public items of a version, grouped by type.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    pub version: Version,
    pub items: Vec<String>,
}

impl Surface {
    /// Reads the surface from rustdoc, run on the same packages as every other command, and so with
    /// the same features.
    pub fn of_crate(workspace: &Workspace) -> Result<Self> {
        let json = workspace.target().join("doc").join("sourcing_sound.json");
        let mut cargo = cargo::rustdoc();
        cargo.arg("--quiet");
        cargo.env(RUSTDOC, env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into()));
        cargo.env("RUSTDOC", env::current_exe()?);
        cargo.env("RUSTDOCFLAGS", "-Z unstable-options --output-format json");
        process::run(&mut cargo)?;
        let builder = Builder::from_rustdoc_json(&json).sorted(true).omit_blanket_impls(true);
        let api = builder.build().with_context(|| format!("cannot read {}", json.display()))?;
        let mut items: Vec<String> = api.items().map(ToString::to_string).collect();
        // A type's items are listed once for each path of the type.
        let mut seen = HashSet::new();
        items.retain(|item| is_promised(item) && seen.insert(item.clone()));
        Ok(Self { version: workspace.version().parse()?, items })
    }

    /// Reads a file that was written from [`Self::text`].
    pub fn of_file(path: &Path) -> Result<Self> {
        let context = || format!("cannot read {}; `cargo xtask api` writes it", path.display());
        Self::from_text(&fs::read_to_string(path).with_context(context)?).with_context(context)
    }

    fn from_text(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let version = first.strip_prefix(CORE).context("its first line is not a version")?;
        Ok(Self { version: version.trim().parse()?, items: lines.map(str::to_owned).collect() })
    }

    pub fn text(&self) -> String {
        let items: String = self.items.iter().map(|item| format!("{item}\n")).collect();
        format!("{CORE} {}\n{items}", self.version)
    }

    pub fn check_names(&self) -> Result<()> {
        let foreign = self.items.iter().find_map(|item| Some((item, foreign_crate(item)?)));
        match foreign {
            None => Ok(()),
            Some((item, name)) => bail!("the API names the dependency {name}: {item}"),
        }
    }
}

/// Returns rustdoc with the arguments of xtask and permission to write JSON, if cargo runs xtask in
/// its place.
///
/// JSON is an unstable output, which `RUSTC_BOOTSTRAP` allows. If it were set for all of cargo, the
/// variable would make build scripts run again, and most dependencies compile again.
pub fn rustdoc_in_place() -> Option<Command> {
    let mut rustdoc = Command::new(env::var_os(RUSTDOC)?);
    rustdoc.args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1");
    Some(rustdoc)
}

fn is_promised(item: &str) -> bool {
    !(item.starts_with("impl") && UNPROMISED.iter().any(|name| item.contains(name)))
}

/// Returns the first crate that the item names although the API may not.
fn foreign_crate(item: &str) -> Option<&str> {
    let is_of_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    item.split(|letter| !is_of_path(letter))
        .filter_map(|path| path.split_once("::"))
        .map(|(root, _)| root)
        // Types, as in `Self::Item`, begin with a capital.
        .find(|root| root.starts_with(|c: char| c.is_lowercase()) && !ALLOWED.contains(root))
}

/// A version `major.minor.patch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// Returns whether semver lets this version break code that compiled with the older one.
    pub fn may_break(self, older: Version) -> bool {
        self.major > older.major
            || (self.major == 0 && older.major == 0 && self.minor > older.minor)
    }
}

impl std::str::FromStr for Version {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = text.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>();
        match parts.as_deref() {
            Ok(&[major, minor, patch]) => Ok(Self { major, minor, patch }),
            _ => bail!("{text:?} is not a version, expected major.minor.patch"),
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    pub const BASE: [&str; 6] = [
        "#[non_exhaustive] pub enum sourcing_sound::ErrorKind",
        "pub enum sourcing_sound::Activation",
        "pub fn sourcing_sound::Model::from_onnx(&[u8]) -> sourcing_sound::Result<Self>",
        "pub sourcing_sound::ErrorKind::Limit",
        "pub sourcing_sound::Update::time: f64",
        "pub struct sourcing_sound::Update",
    ];

    pub fn surface(version: &str, items: &[&str]) -> Surface {
        let items = items.iter().map(|&item| item.to_owned()).collect();
        Surface { version: version.parse().unwrap(), items }
    }

    #[test]
    fn the_file_is_read_as_it_was_written() {
        let api = surface("0.1.0", &BASE);
        assert_eq!(Surface::from_text(&api.text()).unwrap(), api);
        assert!(api.text().starts_with("sourcing-sound 0.1.0\n"));
        assert!(Surface::from_text("").is_err());
        assert!(Surface::from_text("sourcing-sound new\n").is_err());
    }

    #[test]
    fn types_of_dependencies_are_found() {
        for (item, name) in [
            ("pub fn sourcing_sound::Model::plan(&self) -> &tract_onnx::Plan", "tract_onnx"),
            ("impl core::convert::From<ndarray::ShapeError> for sourcing_sound::Error", "ndarray"),
            ("pub fn sourcing_sound::x(core::option::Option<[js_sys::Array; 2]>)", "js_sys"),
        ] {
            assert_eq!(foreign_crate(item), Some(name));
            assert!(surface("0.1.0", &[item]).check_names().is_err());
        }
        assert!(surface("0.1.0", &BASE).check_names().is_ok());
        assert_eq!(foreign_crate("pub fn sourcing_sound::A::b() -> Self::Item"), None);
    }
}
