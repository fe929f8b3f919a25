//! The frame of every page: one file that contains its style and script and loads nothing.

use crate::figure;
use sourcing_sound_train::publish::text::escape;

const STYLE: &str = concat!(include_str!("page.css"), include_str!("tables.css"));

/// Returns a whole page. `title` is escaped here, `body` is markup.
pub fn document(title: &str, body: &str) -> String {
    format!(
        include_str!("page.html"),
        title = escape(title),
        style = format_args!("{STYLE}\n{}", figure::STYLE),
        script = include_str!("page.js"),
        body = body,
    )
}

/// Returns an identifier for links within the page, derived from any name.
pub fn anchor(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("x-{}", name.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_complete_and_loads_nothing() {
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
