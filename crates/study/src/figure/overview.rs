//! Accuracies of experiments and models with the same labels, one row each.
//!
//! Horizontal coordinates are percentages of the width, so that the drawing takes any width.
//! The scale begins at 0 and ends at the first multiple of 10% that has room for all marks.

use super::Figure;
use crate::experiment::record::Summary;
use sourcing_sound_train::publish::text::{escape, percent};
use std::fmt::Write as _;

const ROW: f64 = 54.0;
const LEGEND_ROW: f64 = 20.0;
/// Baseline of the name, and middle of the marks, from the top of a row.
const NAME: f64 = 14.0;
const MARKS: f64 = 32.0;

/// One experiment or model. Accuracies are shares from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Name and accuracy of every tested fold or group of folds.
    pub folds: Vec<(String, f64)>,
    /// Figures over the folds.
    pub summary: Summary,
    /// The study's figure.
    pub study: Option<f64>,
}

/// Draws the rows in the given order over a scale that begins at 0, with `chance` as a dashed line.
pub fn figure(rows: &[Row], chance: f64) -> Figure {
    let bottom = ROW * rows.len() as f64 + 6.0;
    let scale = Scale::of(rows, chance);
    let mut body = scale.draw(bottom, chance);
    for (index, row) in rows.iter().enumerate() {
        let _ = write!(
            body,
            "<g transform=\"translate(0 {})\">{}</g>",
            ROW * index as f64,
            draw(row, scale)
        );
    }
    let legend_top = bottom + 36.0;
    let (legend, lines) = legend(rows);
    let _ = write!(body, "<g transform=\"translate(0 {legend_top})\">{legend}</g>");
    let described: Vec<_> = rows.iter().map(describe).collect();
    Figure {
        description: format!("Accuracy. {} Chance: {}.", described.join(" "), percent(chance)),
        width: 720.0,
        height: legend_top + LEGEND_ROW * lines as f64,
        fluid: true,
        body: super::Canvas(body),
    }
}

fn describe(row: &Row) -> String {
    let study = row.study.map_or(String::new(), |study| format!(" (study: {})", percent(study)));
    format!("{}: {}{study}.", row.name, row.summary.mean_and_sd())
}

/// Maps accuracies to positions along the width.
#[derive(Clone, Copy)]
struct Scale {
    /// Where the scale ends, in tenths.
    tenths: u32,
}

impl Scale {
    fn of(rows: &[Row], chance: f64) -> Self {
        let of_row = |row: &Row| {
            let Summary { accuracy, pooled_interval: (_, high), .. } = row.summary;
            let band = accuracy + row.summary.sd().unwrap_or(0.0);
            let folds = row.folds.iter().map(|(_, accuracy)| *accuracy);
            folds.chain([accuracy, band, high]).chain(row.study).fold(0.0, f64::max)
        };
        let greatest = rows.iter().map(of_row).fold(chance, f64::max);
        Self { tenths: ((10.0 * greatest).ceil() as u32).clamp(2, 10) }
    }

    /// Returns a share as a percentage of the width.
    fn at(self, share: f64) -> String {
        let end = f64::from(self.tenths) / 10.0;
        format!("{:.2}%", 100.0 * share.clamp(0.0, end) / end)
    }

    /// Draws grid lines, their numbers, and chance.
    fn draw(self, bottom: f64, chance: f64) -> String {
        let mut body = String::new();
        for tenth in 0..=self.tenths {
            let x = self.at(f64::from(tenth) / 10.0);
            let _ = write!(
                body,
                "<line class=\"f-grid\" x1=\"{x}\" x2=\"{x}\" y1=\"20\" y2=\"{bottom}\"/>"
            );
            if tenth % 2 == 1 {
                continue;
            }
            let anchor = match tenth {
                0 => "",
                last if last == self.tenths => " f-end",
                _ => " f-middle",
            };
            let _ = write!(
                body,
                "<text class=\"f-quiet{anchor}\" x=\"{x}\" y=\"{}\">{}%</text>",
                bottom + 16.0,
                10 * tenth
            );
        }
        let x = self.at(chance);
        let _ = write!(
            body,
            "<line class=\"f-axis f-dash\" x1=\"{x}\" x2=\"{x}\" y1=\"20\" y2=\"{bottom}\">\
             <title>chance: {}</title></line>",
            percent(chance)
        );
        body
    }
}

fn draw(row: &Row, scale: Scale) -> String {
    let mut marks = format!(
        "<text class=\"f-name\" x=\"0\" y=\"{NAME}\">{}</text>\
         <text class=\"f-end\" x=\"100%\" y=\"{NAME}\">{}</text>",
        escape(&row.name),
        row.summary.mean_and_sd()
    );
    let Summary { accuracy: mean, pooled_interval, .. } = row.summary;
    marks.push_str(&interval(pooled_interval, scale));
    if let Some(sd) = row.summary.sd() {
        let (low, high) = ((mean - sd).max(0.0), (mean + sd).min(1.0));
        let _ = write!(
            marks,
            "<rect class=\"f-band\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"14\" rx=\"2\">\
             <title>mean ± standard deviation of the folds: {}</title></rect>",
            scale.at(low),
            scale.at(high - low),
            MARKS - 7.0,
            row.summary.mean_and_sd()
        );
    }
    for (fold, accuracy) in &row.folds {
        let title = format!("{}: {}", escape(fold), percent(*accuracy));
        let _ = write!(
            marks,
            "<circle class=\"f-fold\" cx=\"{}\" cy=\"{MARKS}\" r=\"3.5\"><title>{title}</title></circle>",
            scale.at(*accuracy)
        );
    }
    if let Some(study) = row.study {
        let _ = write!(
            marks,
            "<circle class=\"f-study\" cx=\"{}\" cy=\"{MARKS}\" r=\"8\"><title>study: {}</title></circle>",
            scale.at(study),
            percent(study)
        );
    }
    let title = format!("mean of the folds: {}", percent(mean));
    marks + &diamond(&scale.at(mean), MARKS, &title)
}

fn interval((low, high): (f64, f64), scale: Scale) -> String {
    let title = format!("95% interval over all clips: {} to {}", percent(low), percent(high));
    let (low, high) = (scale.at(low), scale.at(high));
    let cap = |x: &str| {
        let (top, bottom) = (MARKS - 4.0, MARKS + 4.0);
        format!("<line class=\"f-interval\" x1=\"{x}\" x2=\"{x}\" y1=\"{top}\" y2=\"{bottom}\"/>")
    };
    format!(
        "<g><title>{title}</title><line class=\"f-interval\" x1=\"{low}\" x2=\"{high}\" \
         y1=\"{MARKS}\" y2=\"{MARKS}\"/>{}{}</g>",
        cap(&low),
        cap(&high)
    )
}

fn diamond(x: &str, y: f64, title: &str) -> String {
    format!(
        "<svg x=\"{x}\" y=\"{y}\" overflow=\"visible\"><path class=\"f-mean\" \
         d=\"M0-7 5.5 0 0 7-5.5 0Z\"><title>{title}</title></path></svg>"
    )
}

/// Explains the marks that occur, in two columns; returns the number of lines too.
fn legend(rows: &[Row]) -> (String, usize) {
    let y = 0.0;
    let mut entries = vec![
        (diamond("8", y, "mean"), "mean of the folds"),
        (format!("<circle class=\"f-fold\" cx=\"8\" cy=\"{y}\" r=\"3.5\"/>"), "one fold"),
    ];
    if rows.iter().any(|row| row.summary.splits > 1) {
        let band = "<rect class=\"f-band\" x=\"0\" width=\"16\" y=\"-7\" height=\"14\" rx=\"2\"/>";
        entries.push((band.to_owned(), "± 1 sd of the folds"));
    }
    let line = "<path class=\"f-interval\" d=\"M0 0H16M0-4V4M16-4V4\"/>";
    entries.push((line.to_owned(), "95% interval"));
    if rows.iter().any(|row| row.study.is_some()) {
        let ring = format!("<circle class=\"f-study\" cx=\"8\" cy=\"{y}\" r=\"7\"/>");
        entries.push((ring, "the study's figure"));
    }
    entries.push(("<path class=\"f-axis f-dash\" d=\"M8-8V8\"/>".to_owned(), "chance"));
    let lines = entries.len().div_ceil(2);
    let place = |(index, (mark, text)): (usize, (String, &str))| {
        let (x, y) = (50 * (index % 2), LEGEND_ROW * (index / 2) as f64);
        format!(
            "<svg x=\"{x}%\" y=\"{y}\" overflow=\"visible\">{mark}<text class=\"f-quiet\" \
             x=\"24\" y=\"4\">{text}</text></svg>"
        )
    };
    (entries.into_iter().enumerate().map(place).collect(), lines)
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::assert_well_formed;
    use super::*;

    fn row(name: &str) -> Row {
        Row {
            name: name.to_owned(),
            folds: vec![("1".into(), 0.6), ("3-9".into(), 0.7)],
            summary: Summary {
                splits: 2,
                accuracy: 0.65,
                accuracy_sd: 0.0707,
                pooled_interval: (0.58, 0.72),
                ..Summary::default()
            },
            study: Some(0.619),
        }
    }

    #[test]
    fn accuracies_are_in_their_place_on_the_scale() {
        let figure = figure(&[row("mel-cnn"), row("<b>")], 0.1);
        let svg = figure.inline();
        assert_well_formed(&svg);
        // The intervals end at 72%, so the scale ends at 80%.
        for share in [0.6, 0.7, 0.619, 0.65, 0.1] {
            let place = format!("=\"{:.2}%\"", 100.0 * share / 0.8);
            assert!(svg.contains(&place), "{place}");
        }
        assert!(svg.contains(">80%<") && !svg.contains(">100%<"));
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"));
        assert!(figure.description.contains("mel-cnn: 65.0% ± 7.1 (study: 61.9%)"));
    }

    #[test]
    fn the_legend_names_only_marks_that_occur() {
        let row = row("a");
        let bare =
            Row { summary: Summary { splits: 1, ..row.summary }, study: None, ..row.clone() };
        let svg = figure(&[bare], 0.5).inline();
        assert!(!svg.contains("study") && !svg.contains("± 1 sd"));
        assert!(figure(&[row], 0.5).inline().contains("the study's figure"));
    }
}
