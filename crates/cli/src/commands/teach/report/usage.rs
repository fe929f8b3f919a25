//! How to use the head that was written.

use std::path::Path;

/// Returns the command that classifies recordings with the head in `path`, and with the model if one
/// was given: the head fits no other.
pub(super) fn usage(path: &Path, model: Option<&Path>) -> String {
    let word = |path: &Path| quoted(&path.to_string_lossy());
    let model = model.map(|model| format!(" --model {}", word(model))).unwrap_or_default();
    format!("sourcing-sound classify --head {}{model} FILES", word(path))
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
    use super::{quoted, usage};
    use std::path::Path;

    #[test]
    fn a_name_with_spaces_is_one_word() {
        assert_eq!(quoted("a/purr-2.sound.json"), "a/purr-2.sound.json");
        assert_eq!(quoted("my cat's.json"), r"'my cat'\''s.json'");
    }

    #[test]
    fn the_model_that_was_given_is_part_of_the_command() {
        let (head, model) = (Path::new("a.sound.json"), Path::new("my models/everyday.onnx"));
        assert_eq!(usage(head, None), "sourcing-sound classify --head a.sound.json FILES");
        let command =
            "sourcing-sound classify --head a.sound.json --model 'my models/everyday.onnx' FILES";
        assert_eq!(usage(head, Some(model)), command);
    }
}
