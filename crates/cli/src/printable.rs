//! Text that is safe to print on a terminal.

use std::borrow::Cow;

/// Replaces control characters in text for people: names of files and labels may contain them, and
/// a terminal would obey them.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, "\u{fffd}").into(),
        false => text.into(),
    }
}

/// Does the same within each line.
pub(crate) fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{printable, printable_lines};

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(printable("\u{1b}[31mred\u{7}\n\u{9b}1m"), "�[31mred���1m");
        assert_eq!(printable("Grün, 犬 – ok"), "Grün, 犬 – ok");
        assert_eq!(printable_lines("a\r\n  b\t"), "a�\n  b�");
    }
}
