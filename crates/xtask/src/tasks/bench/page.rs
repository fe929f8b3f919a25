//! `docs/performance.md`: a section per command that compares us with others.

use std::path::PathBuf;

use anyhow::Result;

use crate::tools::files;
use crate::tools::workspace::Workspace;

/// The page, from the repository's root.
const PAGE: &str = "docs/performance.md";
const TITLE: &str = "# Compared with other runtimes\n";

/// Writes the section to the page, replacing the section with that heading. Returns the page's
/// path.
pub fn write_section(workspace: &Workspace, heading: &str, text: &str) -> Result<PathBuf> {
    let page = workspace.root().join(PAGE);
    let before = if page.is_file() { files::read(&page)? } else { String::new() };
    files::write(&page, &with_section(&before, heading, text))?;
    Ok(page)
}

/// Returns the page with the section, replacing the one with that heading, or after all others.
fn with_section(page: &str, heading: &str, text: &str) -> String {
    let section = format!("{heading}\n\n{}\n", text.trim());
    let mut sections: Vec<&str> = page.split("\n## ").skip(1).map(str::trim_end).collect();
    match sections.iter_mut().find(|old| old.lines().next() == Some(heading)) {
        Some(old) => *old = section.trim_end(),
        None => sections.push(section.trim_end()),
    }
    let sections: String = sections.iter().map(|section| format!("\n## {section}\n")).collect();
    TITLE.to_owned() + &sections
}

#[cfg(test)]
mod tests {
    use super::{TITLE, with_section};

    #[test]
    fn a_section_replaces_only_its_own() {
        let page = with_section("", "Here", "one\n");
        assert_eq!(page, format!("{TITLE}\n## Here\n\none\n"));
        let page = with_section(&page, "There", "### a\n\ntwo");
        let page = with_section(&page, "Here", "three\n\nfour\n");
        let expected = format!("{TITLE}\n## Here\n\nthree\n\nfour\n\n## There\n\n### a\n\ntwo\n");
        assert_eq!(page, expected);
    }
}
