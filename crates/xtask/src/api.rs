//! The public API of the core crate, held to what `docs/public-api.txt` says of it.
//!
//! The file's first line is the version whose API the others are, one item a line. What a version
//! promises is kept by the step `api`: it fails when crate and file differ. `cargo xtask api`
//! writes the file, but takes nothing out of an API without the version that allows it.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use public_api::Builder;

use crate::cargo;
use crate::process;
use crate::workspace::Workspace;

/// The package whose API is kept.
pub const PACKAGE: &str = "sourcing-sound";

/// Makes xtask replace rustdoc; its value is the real one.
const RUSTDOC: &str = "SOURCING_SOUND_RUSTDOC";

/// Crates that the API may name. Any other would tie the version of this crate to its own; that
/// of serde's traits is 1 for good.
const ALLOWED: [&str; 5] = ["sourcing_sound", "std", "core", "alloc", "serde_core"];

/// What rustc derives from a type's fields for its own use, or for code that hardly anybody
/// writes; `Send` and `Sync` are promised.
const UNPROMISED: [&str; 5] = [
    "core::marker::Freeze",
    "core::marker::StructuralPartialEq",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe",
];

/// Runs `cargo xtask api`.
pub fn run(workspace: &Workspace) -> Result<()> {
    let api = Api::of_crate(workspace)?;
    api.check_names()?;
    let path = file(workspace);
    if path.exists() {
        let change = Change::between(&Api::of_file(workspace)?, &api);
        print!("{}", change.text());
        change.check_version()?;
    }
    fs::write(&path, api.text()).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}: {} items, version {}", path.display(), api.items.len(), api.version);
    Ok(())
}

/// Fails when the crate's API is not the file's, or names a type of a dependency.
pub fn check(workspace: &Workspace) -> Result<()> {
    let api = Api::of_crate(workspace)?;
    api.check_names()?;
    let change = Change::between(&Api::of_file(workspace)?, &api);
    if change.is_none() {
        return Ok(());
    }
    print!("{}", change.text());
    change.check_version()?;
    bail!("{} is out of date; if that is meant, run `cargo xtask api`", file(workspace).display())
}

/// Runs rustdoc, and lets it write JSON, where cargo was set up to run xtask in its place.
///
/// JSON is an unstable output, which `RUSTC_BOOTSTRAP` allows. Set for cargo as a whole, the
/// variable would have build scripts run again, and with them most dependencies compiled again.
pub fn stand_in() -> Option<ExitCode> {
    let rustdoc = env::var_os(RUSTDOC)?;
    let mut command = Command::new(rustdoc);
    command.args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1");
    Some(process::run(&mut command).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS))
}

/// The public items of a version, each type's together.
#[derive(Clone, Debug, PartialEq)]
struct Api {
    version: Version,
    items: Vec<String>,
}

impl Api {
    /// Asks rustdoc, with the packages and so the features of every other command.
    fn of_crate(workspace: &Workspace) -> Result<Self> {
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
        // What belongs to a type is there once for each of the paths that the type has.
        let mut seen = HashSet::new();
        items.retain(|item| is_promised(item) && seen.insert(item.clone()));
        Ok(Self { version: version(workspace)?.parse()?, items })
    }

    fn of_file(workspace: &Workspace) -> Result<Self> {
        let path = file(workspace);
        let context = || format!("cannot read {}; `cargo xtask api` writes it", path.display());
        Self::from_text(&fs::read_to_string(&path).with_context(context)?).with_context(context)
    }

    fn from_text(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let version = first.strip_prefix(PACKAGE).context("its first line is no version")?;
        Ok(Self { version: version.trim().parse()?, items: lines.map(str::to_owned).collect() })
    }

    fn text(&self) -> String {
        let items: String = self.items.iter().map(|item| format!("{item}\n")).collect();
        format!("{PACKAGE} {}\n{items}", self.version)
    }

    fn check_names(&self) -> Result<()> {
        let foreign = self.items.iter().find_map(|item| Some((item, foreign_crate(item)?)));
        match foreign {
            None => Ok(()),
            Some((item, name)) => bail!("the API names the dependency {name}: {item}"),
        }
    }
}

fn is_promised(item: &str) -> bool {
    !(item.starts_with("impl") && UNPROMISED.iter().any(|name| item.contains(name)))
}

/// The first crate that the item names and may not.
fn foreign_crate(item: &str) -> Option<&str> {
    let is_of_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    item.split(|letter| !is_of_path(letter))
        .filter_map(|path| path.split_once("::"))
        .map(|(root, _)| root)
        // Types, as in `Self::Item`, begin with a capital.
        .find(|root| root.starts_with(|c: char| c.is_lowercase()) && !ALLOWED.contains(root))
}

/// The differences of a crate's API from the file's.
struct Change {
    from: Version,
    to: Version,
    removed: Vec<String>,
    added: Vec<String>,
    /// Those of `added` that code written before them does not compile with.
    breaking: Vec<String>,
}

impl Change {
    fn between(file: &Api, api: &Api) -> Self {
        let more = |api: &Api, than: &Api| {
            let known: HashSet<&String> = than.items.iter().collect();
            let items = api.items.iter().filter(|item| !known.contains(item));
            items.cloned().collect::<Vec<String>>()
        };
        let added = more(api, file);
        let breaking = added.iter().filter(|item| extends_closed_type(item, file));
        Self {
            from: file.version,
            to: api.version,
            removed: more(file, api),
            breaking: breaking.cloned().collect(),
            added,
        }
    }

    fn is_none(&self) -> bool {
        self.from == self.to && self.removed.is_empty() && self.added.is_empty()
    }

    /// What was there and what is new, as in a diff.
    fn text(&self) -> String {
        let removed = self.removed.iter().map(|item| format!("- {item}\n"));
        let added = self.added.iter().map(|item| format!("+ {item}\n"));
        removed.chain(added).collect()
    }

    /// Refuses a change that the crate's version does not allow.
    fn check_version(&self) -> Result<()> {
        let (from, to) = (self.from, self.to);
        if to < from {
            bail!("the crate's version {to} is below {from}, whose API the file holds");
        }
        let broken = self.removed.iter().chain(&self.breaking).next();
        if let Some(item) = broken
            && !to.may_break(from)
        {
            let part = if from.major == 0 { "minor" } else { "major" };
            bail!(
                "this breaks code written for {from}: {item}\n\
                 Take it back, or raise the version's {part} part in Cargo.toml and run \
                 `cargo xtask api`"
            );
        }
        Ok(())
    }
}

/// Whether the item is a field or a variant of a type that was there without it, and that
/// others may list in full: in a literal or in a `match`.
fn extends_closed_type(item: &str, file: &Api) -> bool {
    let Some(path) = item.strip_prefix("pub ").filter(|rest| rest.starts_with("sourcing_sound::"))
    else {
        return false;
    };
    let path = path.split([' ', '(']).next().unwrap_or_default().trim_end_matches(':');
    let Some((parent, _)) = path.rsplit_once("::") else { return false };
    let declares = |old: &String| {
        let Some(rest) = old.strip_prefix("pub ") else { return false };
        let name = ["struct ", "enum "].iter().find_map(|kind| rest.strip_prefix(kind));
        name.unwrap_or(rest).split(['<', '(', ' ']).next() == Some(parent)
    };
    file.items.iter().any(declares)
}

/// `major.minor.patch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// Whether semver lets this version break what compiled with the older one.
    fn may_break(self, older: Version) -> bool {
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
            _ => bail!("{text:?} is no version, expected major.minor.patch"),
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The core crate's version in `Cargo.toml`.
pub fn version(workspace: &Workspace) -> Result<String> {
    let mut cargo = process::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(workspace.root());
    let metadata: serde_json::Value = serde_json::from_str(&process::output(&mut cargo)?)?;
    let packages = metadata["packages"].as_array();
    let package = packages.and_then(|all| all.iter().find(|package| package["name"] == PACKAGE));
    let version = package.and_then(|package| package["version"].as_str());
    Ok(version.with_context(|| format!("cargo metadata knows no package {PACKAGE}"))?.to_owned())
}

fn file(workspace: &Workspace) -> PathBuf {
    workspace.root().join("docs").join("public-api.txt")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
    use super::*;

    const BASE: [&str; 6] = [
        "#[non_exhaustive] pub enum sourcing_sound::ErrorKind",
        "pub enum sourcing_sound::Activation",
        "pub fn sourcing_sound::Model::from_onnx(&[u8]) -> sourcing_sound::Result<Self>",
        "pub sourcing_sound::ErrorKind::Limit",
        "pub sourcing_sound::Update::time: f64",
        "pub struct sourcing_sound::Update",
    ];

    fn api(version: &str, items: &[&str]) -> Api {
        let items = items.iter().map(|&item| item.to_owned()).collect();
        Api { version: version.parse().unwrap(), items }
    }

    /// The base at 0.1.0, changed to `items` at `version`.
    fn change(version: &str, items: &[&str]) -> Change {
        Change::between(&api("0.1.0", &BASE), &api(version, items))
    }

    fn with(item: &'static str) -> Vec<&'static str> {
        BASE.into_iter().chain([item]).collect()
    }

    #[test]
    fn the_file_is_read_as_it_was_written() {
        let api = api("0.1.0", &BASE);
        assert_eq!(Api::from_text(&api.text()).unwrap(), api);
        assert!(api.text().starts_with("sourcing-sound 0.1.0\n"));
        assert!(Api::from_text("").is_err());
        assert!(Api::from_text("sourcing-sound new\n").is_err());
    }

    #[test]
    fn the_same_api_at_another_version_is_a_change() {
        assert!(change("0.1.0", &BASE).is_none());
        assert!(!change("0.1.1", &BASE).is_none());
        assert!(change("0.0.9", &BASE).check_version().is_err());
    }

    #[test]
    fn more_is_allowed_at_any_version_and_shown() {
        let change = change("0.1.0", &with("pub fn sourcing_sound::Model::urban()"));
        assert!(!change.is_none());
        assert_eq!(change.text(), "+ pub fn sourcing_sound::Model::urban()\n");
        change.check_version().unwrap();
    }

    #[test]
    fn less_takes_a_minor_version() {
        let error = change("0.1.0", &BASE[1..]).check_version().unwrap_err().to_string();
        assert!(error.contains("minor part") && error.contains(BASE[0]), "{error}");
        assert!(change("0.1.7", &BASE[1..]).check_version().is_err());
        for version in ["0.2.0", "1.0.0"] {
            change(version, &BASE[1..]).check_version().unwrap();
        }
    }

    #[test]
    fn after_1_0_it_takes_a_major_version() {
        let change = |to: &str| Change::between(&api("1.2.0", &BASE), &api(to, &BASE[1..]));
        let error = change("1.3.0").check_version().unwrap_err().to_string();
        assert!(error.contains("major part"), "{error}");
        change("2.0.0").check_version().unwrap();
    }

    #[test]
    fn a_member_more_breaks_a_type_that_others_list_in_full() {
        for item in [
            "pub sourcing_sound::Activation::Tanh",
            "pub sourcing_sound::ErrorKind::Limit::given: u64",
            "pub sourcing_sound::Update::level: f32",
        ] {
            assert!(change("0.1.1", &with(item)).check_version().is_err(), "{item}");
            change("0.2.0", &with(item)).check_version().unwrap();
        }
        let variant = "pub sourcing_sound::ErrorKind::Network(alloc::string::String)";
        change("0.1.1", &with(variant)).check_version().unwrap();
        // A new type comes with its members.
        let items = ["pub enum sourcing_sound::New", "pub sourcing_sound::New::One"];
        change("0.1.1", &[&BASE[..], &items].concat()).check_version().unwrap();
    }

    #[test]
    fn types_of_dependencies_are_found() {
        for (item, name) in [
            ("pub fn sourcing_sound::Model::plan(&self) -> &tract_onnx::Plan", "tract_onnx"),
            ("impl core::convert::From<ndarray::ShapeError> for sourcing_sound::Error", "ndarray"),
            ("pub fn sourcing_sound::x(core::option::Option<[js_sys::Array; 2]>)", "js_sys"),
        ] {
            assert_eq!(foreign_crate(item), Some(name));
            assert!(api("0.1.0", &[item]).check_names().is_err());
        }
        assert!(api("0.1.0", &BASE).check_names().is_ok());
        assert_eq!(foreign_crate("pub fn sourcing_sound::A::b() -> Self::Item"), None);
    }

    #[test]
    fn the_minimum_rust_version_is_the_one_that_everything_is_tested_with() {
        let workspace = Workspace::find().unwrap();
        let read = |file: &str| fs::read_to_string(workspace.root().join(file)).unwrap();
        let value = |file: &str, key: &str| -> String {
            let text = read(file);
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.unwrap().trim_matches('"').to_owned()
        };
        let minimum = value("Cargo.toml", "rust-version");
        assert_eq!(value("rust-toolchain.toml", "channel"), format!("{minimum}.0"));
        for (file, words) in [
            ("README.md", ""),
            ("src/lib.rs", "minimum supported Rust version is "),
            ("docs/guide/rust.md", "It needs Rust "),
        ] {
            assert!(read(file).contains(&format!("{words}{minimum}")), "{file}");
        }
    }
}
