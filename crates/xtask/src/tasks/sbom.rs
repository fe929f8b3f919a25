//! Writes the bill of materials of a release: every crate, npm package and model that users get, in
//! CycloneDX.
//!
//! Maintained tools list the crates of a manifest or the packages of a lock file. What users get is
//! neither: crates compiled to WebAssembly, with a reader of recordings from npm bundled with them.
//! The crates therefore come from `cargo tree` for the target, and the packages from the source
//! maps of the scripts. The page uses the npm package and no other third-party code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use spdx::Expression;

use crate::tasks::npm;
use crate::tasks::wasm::Names;
use crate::tools::cargo::{CORE, DECODER, WASM_TARGET};
use crate::tools::dependencies::{self, Crate};
use crate::tools::files;
use crate::tools::workspace::Workspace;

/// The package of the command line.
const CLI: &str = "sourcing-sound-cli";

/// The crates with modules in the npm package.
const MODULES: [&str; 2] = [CORE, DECODER];

/// The models of the npm package, the command line and the wheel, with the licences that their cards state.
const MODELS: [(&str, &str); 4] = [
    ("everyday.onnx", "MIT"),
    ("everyday.background.json", "MIT"),
    ("urban.head.json", "CC-BY-NC-3.0"),
    ("urban-tiny.onnx", "CC-BY-NC-3.0"),
];

/// Runs `cargo xtask sbom`.
pub fn run(workspace: &Workspace) -> Result<()> {
    npm::build(workspace, Names::Strip)?;
    for file in write(workspace)? {
        println!("{}", file.display());
    }
    Ok(())
}

/// Writes a file for the command line, one for the wheel, and one for the npm package, which must be
/// built.
pub fn write(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let folder = workspace.target().join("sbom");
    fs::create_dir_all(&folder)?;
    let models = models(&workspace.www().join("package").join("dist").join("models"))?;
    let program = crates(workspace.root(), &["--package", CLI, "--target", "all"])?;
    let wheel = crates(&workspace.root().join("crates").join("python"), &["--target", "all"])?;
    let mut package = modules(workspace)?;
    package.extend(bundled(&workspace.www())?);
    let version = workspace.version();
    let mut written = Vec::new();
    for (file, kind, name, purl, mut components) in [
        ("cli", "application", CLI, format!("pkg:cargo/{CLI}@{version}"), program),
        ("npm", "library", CORE, format!("pkg:npm/{CORE}@{version}"), package),
        ("python", "library", CORE, format!("pkg:pypi/{CORE}@{version}"), wheel),
    ] {
        components.extend(models.iter().cloned());
        let bill = bill(kind, name, version, &purl, &components);
        let file = folder.join(format!("{file}-{version}.cdx.json"));
        files::write(&file, &format!("{}\n", serde_json::to_string_pretty(&bill)?))?;
        written.push(file);
    }
    Ok(written)
}

/// Returns the crates of all modules, each once.
fn modules(workspace: &Workspace) -> Result<Vec<Value>> {
    let mut found: Vec<Value> = Vec::new();
    for module in MODULES {
        let selection = ["--package", module, "--target", WASM_TARGET];
        found.extend(crates(workspace.root(), &selection)?);
    }
    let name = |one: &Value| one["bom-ref"].as_str().map(str::to_owned);
    found.sort_by_key(name);
    found.dedup_by_key(|one| name(one));
    Ok(found)
}

fn bill(kind: &str, name: &str, version: &str, purl: &str, components: &[Value]) -> Value {
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": kind,
                "bom-ref": purl,
                "name": name,
                "version": version,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
                "purl": purl,
            },
        },
        "components": components,
    })
}

/// Returns the crates of `selection` that are compiled into what ships, without those of the
/// workspace at `root`.
fn crates(root: &Path, selection: &[&str]) -> Result<Vec<Value>> {
    let locked = dependencies::locked(root)?;
    let manifest = root.join("Cargo.toml").display().to_string();
    let options = ["--manifest-path", &manifest, "--edges", "normal"];
    let selected = dependencies::crates(&[&options[..], selection].concat())?;
    let foreign = selected.into_iter().filter(|one| !one.is_own);
    foreign
        .map(|Crate { name, version, licence, .. }| {
            let key = (name, version);
            let checksum = locked.get(&key).and_then(|found| found.checksum.clone());
            let (name, version) = key;
            let checksum =
                checksum.with_context(|| format!("Cargo.lock has no checksum of {name}"))?;
            let purl = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
            component("library", &name, &version, &licence, ("SHA-256", &checksum), Some(&purl))
        })
        .collect()
}

/// Returns the npm packages that are in the scripts of the npm package.
fn bundled(www: &Path) -> Result<Vec<Value>> {
    let lock: Value = serde_json::from_str(&files::read(&www.join("package-lock.json"))?)?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(www.join("package").join("dist"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "map") {
            names.extend(sources(&files::read(&path)?)?);
        }
    }
    names.iter().map(|name| npm_package(name, &lock)).collect()
}

/// Returns the packages with files that a source map names.
fn sources(map: &str) -> Result<BTreeSet<String>> {
    let map: Value = serde_json::from_str(map).context("a source map")?;
    let paths = map["sources"].as_array().context("a source map without sources")?;
    let inside = paths.iter().filter_map(|path| path.as_str()?.rsplit_once("node_modules/"));
    Ok(inside
        .map(|(_, path)| {
            let parts = if path.starts_with('@') { 2 } else { 1 };
            path.split('/').take(parts).collect::<Vec<_>>().join("/")
        })
        .collect())
}

fn npm_package(name: &str, lock: &Value) -> Result<Value> {
    let package = &lock["packages"][format!("node_modules/{name}")];
    let text = |key: &str| {
        package[key].as_str().with_context(|| format!("package-lock.json: {name} has no {key}"))
    };
    let (version, licence) = (text("version")?, text("license")?);
    let Some(digest) = text("integrity")?.strip_prefix("sha512-") else {
        bail!("package-lock.json: the integrity of {name} is not sha512");
    };
    let digest =
        hex(&STANDARD.decode(digest).with_context(|| format!("the integrity of {name}"))?);
    let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    component("library", name, version, licence, ("SHA-512", &digest), Some(&purl))
}

fn models(folder: &Path) -> Result<Vec<Value>> {
    let model = |&(name, licence): &(&str, &str)| {
        let bytes = fs::read(folder.join(name)).with_context(|| format!("cannot read {name}"))?;
        let digest = hex(&Sha256::digest(&bytes));
        component(
            "machine-learning-model",
            name,
            &digest[..12],
            licence,
            ("SHA-256", &digest),
            None,
        )
    };
    MODELS.iter().map(model).collect()
}

fn component(
    kind: &str,
    name: &str,
    version: &str,
    licence: &str,
    (algorithm, digest): (&str, &str),
    purl: Option<&str>,
) -> Result<Value> {
    // Older manifests have a slash instead of OR.
    let licence = Expression::canonicalize(licence)
        .with_context(|| format!("{name}: licence {licence:?}"))?
        .unwrap_or_else(|| licence.to_owned());
    let mut component = json!({
        "type": kind,
        "bom-ref": purl.unwrap_or(name),
        "name": name,
        "version": version,
        "hashes": [{ "alg": algorithm, "content": digest }],
        "licenses": [{ "expression": licence }],
    });
    if let Some(purl) = purl {
        component["purl"] = purl.into();
    }
    Ok(component)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn packages_are_found_in_source_maps() {
        let map = r#"{"sources":["../src/a.ts","../../node_modules/mediabunny/dist/b.js",
            "../node_modules/x/node_modules/@scope/name/c.js"]}"#;
        let found: Vec<String> = sources(map).unwrap().into_iter().collect();
        assert_eq!(found, ["@scope/name", "mediabunny"]);
        assert!(sources("{}").is_err());
    }

    #[test]
    fn a_package_has_its_lock_files_digest_in_hexadecimal() {
        let lock = json!({ "packages": { "node_modules/@a/b": {
            "version": "1.2.3", "license": "MIT/Apache-2.0", "integrity": "sha512-AP8=" } } });
        let found = npm_package("@a/b", &lock).unwrap();
        assert_eq!(found["hashes"], json!([{ "alg": "SHA-512", "content": "00ff" }]));
        assert_eq!(found["purl"], "pkg:npm/%40a/b@1.2.3");
        assert_eq!(found["licenses"], json!([{ "expression": "MIT OR Apache-2.0" }]));
        let error = npm_package("other", &lock).unwrap_err().to_string();
        assert!(error.contains("other"), "{error}");
    }

    #[test]
    fn the_modules_for_browsers_are_made_of_crates_with_checksums_and_none_that_talks_to_a_network()
    {
        let found = modules(&Workspace::find().unwrap()).unwrap();
        let names: Vec<&str> = found.iter().filter_map(|one| one["name"].as_str()).collect();
        for used in ["wasm-bindgen", "tract-onnx", "symphonia-core", "rusty-opus"] {
            assert_eq!(names.iter().filter(|name| **name == used).count(), 1, "{used}: {names:?}");
        }
        for network in ["tokio", "hyper", "reqwest", "ureq", "socket2", "rustls", "mio", "curl"] {
            assert!(!names.contains(&network), "{network}");
        }
    }

    #[test]
    fn the_wheel_is_made_of_what_its_own_lock_file_has() {
        let root = Workspace::find().unwrap().root().join("crates").join("python");
        let found = crates(&root, &["--target", "all"]).unwrap();
        let names: BTreeSet<&str> = found.iter().filter_map(|one| one["name"].as_str()).collect();
        assert!(names.contains("pyo3") && names.contains("symphonia-core"), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("sourcing-sound")), "{names:?}");
    }
}
