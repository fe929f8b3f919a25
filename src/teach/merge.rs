//! Merges the examples of another file, renaming recordings if necessary. Two files from different
//! programs or days may both have an `example 1` or an `IMG_1.wav`; as one recording, they would be
//! left out together.

use super::example::Example;
use std::collections::{HashMap, HashSet};

/// Digits of the hash in a new name.
const DIGITS: usize = 8;

/// Returns those of `given` that are not in `known`. A recording with the same name and label as a
/// known one gets digits of its hash, unless they share audio.
pub(super) fn new_ones(known: &[Example], given: Vec<Example>) -> Vec<Example> {
    let names: HashMap<_, &str> =
        known.iter().map(|one| (audio(one), one.recording.as_str())).collect();
    let taken: HashSet<_> = known.iter().map(recording).collect();
    // For each recording of `given`, its new name.
    let mut renamed: HashMap<_, String> = HashMap::new();
    for example in &given {
        let key = recording(example);
        if let Some(&name) = names.get(&audio(example)) {
            renamed.insert(key, name.to_owned());
        } else if taken.contains(&key) {
            let digits = example.sha256.get(..DIGITS).unwrap_or_default();
            renamed.entry(key).or_insert_with(|| format!("{} ({digits})", example.recording));
        }
    }
    let is_new = |one: &&Example| !names.contains_key(&audio(one));
    let new = given.iter().filter(is_new).map(|one| {
        let mut example = one.clone();
        if let Some(name) = renamed.get(&recording(one)) {
            example.recording.clone_from(name);
        }
        example
    });
    new.collect()
}

/// Returns what identifies a piece of audio with a label.
fn audio(example: &Example) -> (Option<&str>, &str) {
    (example.label.as_deref(), &example.sha256)
}

/// Returns what identifies a recording of a label.
fn recording(example: &Example) -> (Option<&str>, &str) {
    (example.label.as_deref(), &example.recording)
}
