//! Checks the dependencies against `deny.toml`: their licences, their sources, and banned crates;
//! and looks up advisories about them, where possible.
//!
//! `cargo deny` reads the same file. It takes six minutes to compile on two cores, so on a machine
//! without it, this module makes the checks that need no database, in two seconds.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::tools::dependencies::{self, Crate};
use crate::tools::workspace::Workspace;
use crate::tools::{cargo, files, node, process};

/// The workspaces with their own lock file and published programs. That of the fuzz targets is not
/// published.
const WORKSPACES: [&str; 2] = ["", "crates/python"];

/// Checks the dependencies, of Rust and of npm.
pub fn check(workspace: &Workspace) -> Result<()> {
    let rules = Rules::parse(&files::read(&workspace.root().join("deny.toml"))?)?;
    let mut crates = BTreeSet::new();
    let mut problems = Vec::new();
    for folder in WORKSPACES {
        let folder = workspace.root().join(folder);
        let manifest = folder.join("Cargo.toml").display().to_string();
        let selection = ["--target", "all", "--edges", "normal,build,dev"];
        let options = ["--workspace", "--manifest-path", &manifest];
        crates.extend(dependencies::crates(&[&options[..], &selection[..]].concat())?);
        for ((name, version), locked) in dependencies::locked(&folder)? {
            if let Some(source) = locked.source.filter(|source| !rules.is_source_allowed(source)) {
                problems.push(format!("{name} {version}: comes from {source}"));
            }
        }
    }
    problems.extend(crates.iter().filter_map(|one| rules.problem(one)));
    if !problems.is_empty() {
        bail!("deny.toml forbids:\n{}", problems.join("\n"));
    }
    println!("{} crates: licences, bans and sources comply with deny.toml", crates.len());
    rust_advisories()?;
    npm_advisories(workspace)
}

/// The part of `deny.toml` that is checked here.
struct Rules {
    licences: Vec<LicenseReq>,
    banned: Vec<String>,
    registries: Vec<String>,
}

impl Rules {
    fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse().context("deny.toml")?;
        let list = |section: &str, key: &str| {
            let values = table.get(section).and_then(|section| section.get(key)?.as_array());
            values.cloned().with_context(|| format!("deny.toml: [{section}] has no list {key}"))
        };
        let texts = |section: &str, key: &str| -> Result<Vec<String>> {
            let strings =
                list(section, key)?.into_iter().map(|value| value.as_str().map(str::to_owned));
            strings.collect::<Option<_>>().with_context(|| format!("deny.toml: {key} has no text"))
        };
        let mut licences = Vec::new();
        for name in texts("licenses", "allow")? {
            let expression =
                Expression::parse(&name).with_context(|| format!("deny.toml: {name}"))?;
            licences.extend(expression.requirements().map(|one| one.req.clone()));
        }
        let crate_of = |value: &toml::Value| value.get("crate")?.as_str().map(str::to_owned);
        let banned = list("bans", "deny")?.iter().map(crate_of).collect::<Option<_>>();
        let banned = banned.context("deny.toml: [bans] deny has an entry without a crate")?;
        Ok(Self { licences, banned, registries: texts("sources", "allow-registry")? })
    }

    /// Returns what is wrong with a crate, if anything.
    fn problem(&self, Crate { name, version, licence, .. }: &Crate) -> Option<String> {
        if self.banned.contains(name) {
            return Some(format!("{name} {version}: is banned"));
        }
        // Older manifests have a slash instead of OR.
        let expression = match Expression::parse_mode(licence, ParseMode::LAX) {
            Ok(expression) => expression,
            Err(error) => return Some(format!("{name} {version}: licence {licence:?}: {error}")),
        };
        let allowed = expression.evaluate(|needed| self.licences.contains(needed));
        (!allowed).then(|| format!("{name} {version}: licence {licence}"))
    }

    /// Returns whether the source is an allowed registry; Git is none.
    fn is_source_allowed(&self, source: &str) -> bool {
        let registry = source.strip_prefix("registry+").or(source.strip_prefix("sparse+"));
        registry.is_some_and(|address| self.registries.iter().any(|allowed| allowed == address))
    }
}

/// Queries the RustSec database, if `cargo deny` is installed and the database can be reached.
fn rust_advisories() -> Result<()> {
    const DENY: [&str; 3] = ["deny", "--workspace", "--locked"];
    if process::output(cargo::command().args(["deny", "--version"])).is_err() {
        println!(
            "advisories for crates: skipped, `cargo install --locked cargo-deny` makes them possible"
        );
        return Ok(());
    }
    if let Err(error) = process::output(cargo::command().args(DENY).args(["fetch", "db"])) {
        let why = format!("{error:#}");
        println!(
            "advisories for crates: skipped, the database cannot be fetched: {}",
            last_line(&why)
        );
        return process::run(
            cargo::command().args(DENY).args(["check", "licenses", "bans", "sources"]),
        );
    }
    process::run(cargo::command().args(DENY).arg("check"))
}

/// Queries the registry about the packages of the site. Packages that only build and test it may
/// have minor findings.
fn npm_advisories(workspace: &Workspace) -> Result<()> {
    node::prepare()?;
    let mut npm = node::npm();
    npm.current_dir(workspace.www()).args(["audit", "--json", "--package-lock-only"]);
    match audit(&mut npm)? {
        Audit::Unreachable(why) => println!("advisories for npm's packages: skipped, {why}"),
        Audit::Found(0) => println!("advisories for npm's packages: none"),
        Audit::Found(count) => bail!(
            "{count} advisories of severity high or critical concern npm's packages: run `npm audit` in www"
        ),
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Audit {
    /// The number of high or critical findings.
    Found(u64),
    Unreachable(String),
}

fn audit(npm: &mut Command) -> Result<Audit> {
    let line = process::line(npm);
    let output = npm.output().with_context(|| format!("cannot start `{line}`"))?;
    Ok(read_audit(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads npm's report, which has other contents if the registry does not answer.
fn read_audit(report: &str) -> Audit {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let counts = &report["metadata"]["vulnerabilities"];
    match (counts["high"].as_u64(), counts["critical"].as_u64()) {
        (Some(high), Some(critical)) => Audit::Found(high + critical),
        _ => {
            let said = report["message"].as_str().or(report["error"]["summary"].as_str());
            Audit::Unreachable(format!(
                "the registry answers no audit: {}",
                said.unwrap_or("no report")
            ))
        }
    }
}

fn last_line(text: &str) -> &str {
    text.trim().lines().last().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    const RULES: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0"]
        [bans]
        deny = [{ crate = "openssl-sys" }]
        [sources]
        allow-registry = ["https://example.org/index"]
    "#;

    fn problem(name: &str, licence: &str) -> Option<String> {
        let one = Crate {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.to_owned(),
            is_own: false,
        };
        Rules::parse(RULES).unwrap().problem(&one)
    }

    #[test]
    fn one_of_several_licences_is_enough_and_all_that_are_joined_are_needed() {
        for fine in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "(MIT OR ISC) AND Apache-2.0",
        ] {
            assert_eq!(problem("a", fine), None, "{fine}");
        }
        for refused in
            ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0 WITH LLVM-exception", "", "ask the author"]
        {
            assert!(
                problem("a", refused).is_some_and(|text| text.contains("a 1.0.0")),
                "{refused}"
            );
        }
    }

    #[test]
    fn banned_crates_and_other_sources_are_refused() {
        assert!(problem("openssl-sys", "MIT").is_some_and(|text| text.contains("banned")));
        let rules = Rules::parse(RULES).unwrap();
        assert!(rules.is_source_allowed("registry+https://example.org/index"));
        for refused in ["registry+https://example.org/other", "git+https://example.org/index"] {
            assert!(!rules.is_source_allowed(refused), "{refused}");
        }
    }

    #[test]
    fn rules_that_lack_a_list_are_an_error() {
        let error = Rules::parse("[licenses]\nallow = []").err().unwrap().to_string();
        assert!(error.contains("[bans]"), "{error}");
    }

    #[test]
    fn an_audit_counts_what_is_serious_or_says_that_there_was_none() {
        let report =
            r#"{"metadata":{"vulnerabilities":{"low":4,"moderate":3,"high":2,"critical":1}}}"#;
        assert_eq!(read_audit(report), Audit::Found(3));
        let refused = r#"{"message":"405 Method Not Allowed","error":{"summary":""}}"#;
        assert!(matches!(read_audit(refused), Audit::Unreachable(why) if why.contains("405")));
        assert!(matches!(read_audit(""), Audit::Unreachable(_)));
    }
}
