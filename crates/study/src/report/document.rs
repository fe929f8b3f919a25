//! The frame of every page: one file that holds its style and script and loads nothing.

use crate::figure;
use sourcing_sound_train::publish::text::escape;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("page.css"), include_str!("tables.css"));
const SCRIPT: &str = include_str!("page.js");

/// A whole page. `title` is escaped here, `body` is markup.
pub fn document(title: &str, body: &str) -> String {
    let style = format!("{STYLE}\n{}", figure::STYLE);
    let parts = [
        ("title", escape(title)),
        ("style", style),
        ("script", SCRIPT.to_owned()),
        ("body", body.to_owned()),
    ];
    fill(TEMPLATE, &parts)
}

/// Puts the parts in place of `{{name}}`, in one pass: what a part contains is left alone.
fn fill(template: &str, parts: &[(&str, String)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let part = parts.iter().find(|(part, _)| *part == name);
        page.push_str(part.map_or("", |(_, text)| text));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// An identifier for links within the page, made of a name that may hold anything.
pub fn anchor(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("x-{}", name.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_in_once() {
        let parts = [("a", "{{b}}".to_owned()), ("b", "B".to_owned())];
        assert_eq!(fill("<{{a}}|{{b}}|{{c}}>", &parts), "<{{b}}|B|>");
    }

    #[test]
    fn a_page_is_whole_and_loads_nothing() {
        let page = document("<title>", "<p>body</p>");
        assert!(page.contains("&lt;title&gt;") && page.contains("<p>body</p>"));
        assert!(!page.contains("{{") && !page.contains("http://") && !page.contains("https://"));
        assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    }

    #[test]
    fn anchors_are_plain() {
        assert_eq!(anchor("mel-cnn (a\"b)"), "x-mel-cnn--a-b-");
    }
}
