//! How to use the head that was written.

use std::path::Path;

/// Returns the command that classifies recordings with the head.
pub(super) fn usage(path: &Path) -> String {
    format!("sourcing-sound classify --head {} FILES", quoted(&path.to_string_lossy()))
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let others = if cfg!(windows) { "\\/:._-+=,@" } else { "/:._-+=,@%" };
    let is_plain = |c: char| c.is_alphanumeric() || others.contains(c);
    match word.chars().all(is_plain) {
        true => word.to_owned(),
        false if cfg!(windows) => format!("\"{word}\""),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_with_spaces_is_one_word() {
        assert_eq!(quoted("a/purr-2.sound.json"), "a/purr-2.sound.json");
        assert_eq!(quoted("my cat's.json"), r"'my cat'\''s.json'");
    }
}
