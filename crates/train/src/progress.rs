//! Progress: a bar with ETA on a terminal, plain lines elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::OnceLock;

fn bars() -> &'static MultiProgress {
    static BARS: OnceLock<MultiProgress> = OnceLock::new();
    BARS.get_or_init(MultiProgress::new)
}

/// Creates a bar over `len` steps; hidden if stderr is not a terminal.
pub fn bar(len: u64, what: &str) -> ProgressBar {
    let bar = bars().add(ProgressBar::new(len));
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{prefix} [{wide_bar}] {pos}/{len} {msg} ETA {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(what.to_owned());
    bar
}

/// Prints a line on stderr without disturbing a bar.
pub fn line(text: &str) {
    bars().suspend(|| eprintln!("{text}"));
}

/// Prints lines on stderr, if there are any.
pub fn lines(text: &impl ToString) {
    let text = text.to_string();
    if !text.is_empty() {
        line(&text);
    }
}

/// Prints a line with the reason for each unusable recording.
pub fn unusable(failures: &[String]) {
    failures.iter().for_each(|failure| line(&format!("not usable: {failure}")));
}

/// Prints a plain line if there is no terminal for a bar.
pub fn plain_line(text: &str) {
    if !std::io::stderr().is_terminal() {
        eprintln!("{text}");
    }
}

/// Formats as `1 h 02 min`, `3 min 20 s` or `12 s`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}
