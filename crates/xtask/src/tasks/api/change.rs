//! Compares the surfaces of two versions, and decides whether the versions allow the difference.

use std::collections::HashSet;

use anyhow::{Result, bail};

use super::surface::{Surface, Version};

/// The differences between the crate's API and the file's.
pub struct Change {
    from: Version,
    to: Version,
    removed: Vec<String>,
    added: Vec<String>,
    /// The added items that break existing code.
    breaking: Vec<String>,
}

impl Change {
    pub fn between(file: &Surface, api: &Surface) -> Self {
        let more = |api: &Surface, than: &Surface| {
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

    pub fn is_none(&self) -> bool {
        self.from == self.to && self.removed.is_empty() && self.added.is_empty()
    }

    /// Returns the removed and the added items, as in a diff.
    pub fn text(&self) -> String {
        let removed = self.removed.iter().map(|item| format!("- {item}\n"));
        let added = self.added.iter().map(|item| format!("+ {item}\n"));
        removed.chain(added).collect()
    }

    /// Refuses a change that the crate's version does not allow.
    pub fn check_version(&self) -> Result<()> {
        let (from, to) = (self.from, self.to);
        if to < from {
            bail!("the crate's version {to} is below {from}, the version of the file");
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

/// Returns whether the item is a new field or variant of an existing type, all of whose members
/// users may list in a literal or in a `match`.
fn extends_closed_type(item: &str, file: &Surface) -> bool {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::super::surface::tests::{BASE, surface};
    use super::*;

    /// Returns the base at 0.1.0, changed to `items` at `version`.
    fn change(version: &str, items: &[&str]) -> Change {
        Change::between(&surface("0.1.0", &BASE), &surface(version, items))
    }

    fn with(item: &'static str) -> Vec<&'static str> {
        BASE.into_iter().chain([item]).collect()
    }

    #[test]
    fn the_same_api_at_another_version_is_a_change() {
        assert!(change("0.1.0", &BASE).is_none());
        assert!(!change("0.1.1", &BASE).is_none());
        assert!(change("0.0.9", &BASE).check_version().is_err());
    }

    #[test]
    fn additions_are_allowed_at_any_version_and_shown() {
        let change = change("0.1.0", &with("pub fn sourcing_sound::Model::urban()"));
        assert!(!change.is_none());
        assert_eq!(change.text(), "+ pub fn sourcing_sound::Model::urban()\n");
        change.check_version().unwrap();
    }

    #[test]
    fn removals_need_a_minor_version() {
        let error = change("0.1.0", &BASE[1..]).check_version().unwrap_err().to_string();
        assert!(error.contains("minor part") && error.contains(BASE[0]), "{error}");
        assert!(change("0.1.7", &BASE[1..]).check_version().is_err());
        for version in ["0.2.0", "1.0.0"] {
            change(version, &BASE[1..]).check_version().unwrap();
        }
    }

    #[test]
    fn after_1_0_removals_need_a_major_version() {
        let change = |to: &str| Change::between(&surface("1.2.0", &BASE), &surface(to, &BASE[1..]));
        let error = change("1.3.0").check_version().unwrap_err().to_string();
        assert!(error.contains("major part"), "{error}");
        change("2.0.0").check_version().unwrap();
    }

    #[test]
    fn a_new_member_breaks_a_type_that_users_list_in_full() {
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
}
