//! Text for people inside of markup: escaping and figures, the same in every drawing and page.

/// Escapes text for HTML and SVG, between tags and inside of quoted attributes. Control characters,
/// which XML forbids, become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Writes a label as people do, escaped: `air_conditioner` becomes air conditioner.
pub fn label(name: &str) -> String {
    escape(&name.replace('_', " "))
}

/// Escapes text for a cell of a Markdown table.
pub fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Formats `0.619` as `61.9%`.
pub fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// Formats `0.619` as `62%`, for narrow cells.
pub fn round_percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

/// Formats a number with commas between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats milliseconds without a unit, precise enough for their size: `12.5`, `0.02`.
pub fn milliseconds(ms: f64) -> String {
    match ms {
        1.0.. => format!("{ms:.1}"),
        0.005.. => format!("{ms:.2}"),
        _ => "<0.01".to_owned(),
    }
}

/// Formats a count with its noun: `1 clip`, `3,103 clips`.
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes() {
        assert_eq!(
            escape("</script><a b=\"'\"> & \u{1}\n"),
            "&lt;/script&gt;&lt;a b=&quot;&#39;&quot;&gt; &amp; \u{fffd} "
        );
        assert_eq!(label("air_conditioner<"), "air conditioner&lt;");
        assert_eq!(cell("a|b\nc"), "a\\|b c");
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(percent(0.61864), "61.9%");
        assert_eq!(round_percent(0.005), "0%");
        assert_eq!(thousands(2_204_538), "2,204,538");
        assert_eq!([12.54, 0.0214, 0.001].map(milliseconds), ["12.5", "0.02", "<0.01"]);
        assert_eq!(counted(1, "clip"), "1 clip");
        assert_eq!(counted(3103, "clip"), "3,103 clips");
    }
}
