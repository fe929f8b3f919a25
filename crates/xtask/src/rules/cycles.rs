//! Finds modules of a crate that import each other in a cycle.
//!
//! A file imports another one if it names anything that is defined there, by `use` or by its full
//! path. A name that a module re-exports (`pub use`) belongs to the file that defines it. Tests do
//! not count, and neither do the arguments of macros, which cannot be parsed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemFn, ItemImpl, ItemMod, ItemUse, UseTree, Visibility};

/// A module's path from the crate's root; empty for the root itself.
type Module = Vec<String>;

/// The names that a file uses.
#[derive(Default)]
struct Names {
    /// Paths as they are written.
    paths: Vec<Vec<String>>,
    /// Re-exported paths, by the name that they get.
    facade: BTreeMap<String, Vec<String>>,
    /// Inline modules around the current place.
    depth: usize,
}

/// Returns the modules of a cycle, each of which imports the next one, and the last one the first;
/// `None` if there is no cycle.
///
/// # Errors
/// If a file of `source` cannot be read or is not Rust.
pub fn cycle(source: &Path) -> Result<Option<Vec<String>>> {
    let mut files = BTreeMap::new();
    read(source, &mut Vec::new(), &mut files)?;
    let graph: BTreeMap<&Module, BTreeSet<&Module>> =
        files.keys().map(|module| (module, imports(module, &files))).collect();
    let mut done = BTreeSet::new();
    let circle = graph.keys().find_map(|module| search(module, &graph, &mut Vec::new(), &mut done));
    Ok(circle.map(|circle| circle.iter().map(|module| module.join("/")).collect()))
}

fn read(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, Names>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_folder = path.is_dir();
        if !is_folder && path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let is_own = ["mod", "lib", "main"].contains(&name.as_str()) && !is_folder;
        if !is_own {
            module.push(name);
        }
        if is_folder {
            read(&path, module, files)?;
        } else {
            let text = fs::read_to_string(&path)?;
            let file =
                syn::parse_file(&text).with_context(|| format!("reading {}", path.display()))?;
            let mut names = Names::default();
            names.visit_file(&file);
            files.insert(module.clone(), names);
        }
        if !is_own {
            module.pop();
        }
    }
    Ok(())
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            self.depth += 1;
            visit::visit_item_mod(self, item);
            self.depth -= 1;
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !is_test(&item.attrs) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if is_test(&item.attrs) {
            return;
        }
        let mut leaves = Vec::new();
        expand(&item.tree, &mut Vec::new(), &mut leaves);
        for (name, path) in leaves {
            match item.vis {
                Visibility::Inherited => self.add(path),
                _ => {
                    self.facade.insert(name, path);
                }
            }
        }
    }

    /// Ignores visibilities: `pub(super)` names a place, but imports nothing from it.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

impl Names {
    /// Adds a path. In an inline module, its first `super`s lead to the file itself.
    fn add(&mut self, mut path: Vec<String>) {
        for _ in 0..self.depth {
            if path.first().is_some_and(|first| first == "super") {
                path.remove(0);
                path.insert(0, "self".to_owned());
            }
        }
        self.paths.push(path);
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        let tokens = attribute.meta.require_list().map(|list| list.tokens.to_string());
        attribute.path().is_ident("cfg") && tokens.is_ok_and(|tokens| tokens == "test")
    };
    attributes.iter().any(is_test)
}

/// Collects every name of a `use` with its path.
fn expand(tree: &UseTree, prefix: &mut Vec<String>, leaves: &mut Vec<(String, Vec<String>)>) {
    let mut leaf = |name: String, last: Option<String>| {
        leaves.push((name, prefix.iter().cloned().chain(last).collect()));
    };
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            expand(&path.tree, prefix, leaves);
            prefix.pop();
        }
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| expand(tree, prefix, leaves));
        }
        UseTree::Name(name) if name.ident == "self" => {
            leaf(prefix.last().cloned().unwrap_or_default(), None);
        }
        UseTree::Name(name) => leaf(name.ident.to_string(), Some(name.ident.to_string())),
        UseTree::Rename(name) => leaf(name.rename.to_string(), Some(name.ident.to_string())),
        UseTree::Glob(_) => leaf("*".to_owned(), None),
    }
}

/// Returns the files that define the names in `module`.
fn imports<'a>(module: &Module, files: &'a BTreeMap<Module, Names>) -> BTreeSet<&'a Module> {
    let paths = files[module].paths.iter();
    let found = paths.filter_map(|path| defined_in(&absolute(path, module, files)?, files, 0));
    found.filter(|found| *found != module).collect()
}

/// Returns the path from the crate's root; `None` for names of other crates and of the file itself.
fn absolute(path: &[String], module: &Module, files: &BTreeMap<Module, Names>) -> Option<Module> {
    let passed_on = || files.get(module)?.facade.get(path.first()?);
    direct(path, module, files).or_else(|| direct(passed_on()?, module, files))
}

fn direct(path: &[String], module: &Module, files: &BTreeMap<Module, Names>) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    let within = |module: &[String], rest: &[String]| [module, rest].concat();
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some(within(module, rest)),
        "super" => {
            let ups = path.iter().take_while(|name| *name == "super").count();
            let above = &module[..module.len().saturating_sub(ups)];
            Some(within(above, &path[ups..]))
        }
        // A single name may be a variable.
        _ if rest.is_empty() => None,
        _ => files
            .contains_key(&within(module, std::slice::from_ref(first)))
            .then(|| within(module, path)),
    }
}

/// Returns the file that defines the target of an absolute path, following re-exports.
fn defined_in<'a>(
    path: &[String],
    files: &'a BTreeMap<Module, Names>,
    passed: usize,
) -> Option<&'a Module> {
    let longest = (0..=path.len()).rev().find(|&n| files.contains_key(&path[..n]))?;
    let (module, names) = files.get_key_value(&path[..longest])?;
    let next = path.get(longest).and_then(|name| names.facade.get(name));
    // The limit ends endless re-exports, which do not compile anyway.
    match next.filter(|_| passed < 10).and_then(|next| absolute(next, module, files)) {
        Some(next) => {
            let path = [next.as_slice(), &path[longest + 1..]].concat();
            defined_in(&path, files, passed + 1)
        }
        None => Some(module),
    }
}

/// Searches from `module` on. Returns the cycle in which the search ends, if there is one.
fn search<'a>(
    module: &'a Module,
    graph: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
    way: &mut Vec<&'a Module>,
    done: &mut BTreeSet<&'a Module>,
) -> Option<Vec<&'a Module>> {
    if let Some(start) = way.iter().position(|passed| *passed == module) {
        return Some(way[start..].to_vec());
    }
    if !done.insert(module) {
        return None;
    }
    way.push(module);
    let circle = graph[module].iter().find_map(|next| search(next, graph, way, done));
    way.pop();
    circle
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::tools::workspace::Workspace;

    fn crate_of(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn no_crate_has_import_cycles() {
        let workspace = Workspace::find().unwrap();
        let root = workspace.root();
        for source in [
            "src",
            "crates/cli/src",
            "crates/decode/src",
            "crates/decode-wasm/src",
            "crates/kernels/src",
            "crates/python/src",
            "crates/results/src",
            "crates/study/src",
            "crates/train/src",
            "crates/xtask/src",
        ] {
            let found = cycle(&root.join(source)).unwrap();
            assert_eq!(found, None, "{source}: each of these imports the next one");
        }
    }

    #[test]
    fn a_cycle_is_found_through_re_exports() {
        let folder = crate_of(&[
            ("lib.rs", "mod a; mod b; pub use b::{inner::Deep, B as Other};"),
            ("a.rs", "use crate::Other; pub struct A(pub Other);"),
            ("b/mod.rs", "pub mod inner; pub struct B; fn f() { crate::a::g(); }"),
            ("b/inner.rs", "pub struct Deep;"),
        ]);
        assert_eq!(cycle(folder.path()).unwrap(), Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn re_exports_tests_and_other_crates_do_not_count() {
        let folder = crate_of(&[
            ("lib.rs", "mod a; mod b; pub use a::A; use std::fmt;"),
            ("a.rs", "use crate::b::B; pub struct A(B); #[cfg(test)] mod tests { use super::*; }"),
            ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::A; }"),
        ]);
        assert_eq!(cycle(folder.path()).unwrap(), None);
    }

    #[test]
    fn a_parent_and_its_child_can_form_a_cycle() {
        let folder = crate_of(&[
            ("main.rs", "mod a; fn main() { a::run(); }"),
            ("a/mod.rs", "mod child; pub trait T {} pub fn run() { child::run(); }"),
            ("a/child.rs", "use super::T; pub fn run() {}"),
        ]);
        assert_eq!(cycle(folder.path()).unwrap(), Some(vec!["a".to_owned(), "a/child".to_owned()]));
    }
}
