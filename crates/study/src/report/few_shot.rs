//! Labels taught from a few examples, next to the study's results for "purr or not".

use super::html;
use crate::experiment::few_shot::result::FewShot;
use sourcing_sound_train::publish::text::escape;
use std::fmt::Write as _;

/// Heading of the section.
pub const TITLE: &str = "A label taught from a few examples";

/// Introduces the tables.
fn lead(few_shot: &FewShot) -> String {
    format!(
        "The study began with \"purr or not\": boosting on descriptors reached 98% accuracy and \
         found no purr, because saying no is right almost always. Here labels are taught from a \
         few clips, and nothing else is given: what stands for everything else is the model's \
         background. Clips of {} are tested whose recordings gave no example, against all other \
         classes and the sounds in {}. An episode needs the full number of examples of each of \
         its classes, from at most half of the class's recordings; so a row with many examples \
         has fewer episodes, mostly of the classes with many recordings, and is no direct \
         continuation of the others. \u{b1} is the half of the \
         95% interval over episodes, as if they were independent; they share recordings, so that \
         it is wider. The thresholds were chosen on the same classes, and the model was trained on \
         a part of these recordings, without their labels.",
        few_shot.data,
        few_shot.others.join(", ")
    )
}

/// Returns the section of the page.
pub fn section(few_shot: &FewShot) -> String {
    let mut section = format!("<p>{}</p>", escape(&lead(few_shot)));
    for (title, (heads, rows)) in few_shot.titles().iter().zip(few_shot.tables()) {
        let rows: String = rows.iter().map(|row| html::row(&row[0], &row[1..])).collect();
        let heads: Vec<&str> = heads.into_iter().collect();
        let table = html::table("", title, &heads, &rows);
        section += &html::scrolling(title, &table);
    }
    section
}

/// Returns the section of the Markdown page.
pub fn markdown(few_shot: &FewShot) -> String {
    let mut text = format!("\n## {TITLE}\n\n{}\n", lead(few_shot));
    for (title, (heads, rows)) in few_shot.titles().iter().zip(few_shot.tables()) {
        let _ = writeln!(text, "\n{title}:\n\n| {} |", heads.join(" | "));
        let _ = writeln!(text, "|{}", "--:|".repeat(heads.len()));
        for row in rows {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
    }
    text
}
