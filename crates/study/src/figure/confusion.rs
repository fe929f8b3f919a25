//! A confusion matrix: counts, with the share of the row as colour.

use super::{Canvas, Figure};
use sourcing_sound_train::metrics::Scores;
use sourcing_sound_train::publish::text::{counted, percent};

/// From this many labels on, cells are too small for counts, which are then shown only as tooltips.
const CROWDED: usize = 24;

/// A safe estimate of px per character of 12 px text.
const CHARACTER: f64 = 6.6;

/// Draws the matrix: rows are true labels, columns given ones. `caption` goes under the title.
pub fn figure(title: &str, caption: &str, scores: &Scores) -> Figure {
    let labels: Vec<_> = scores.classes.iter().map(|class| class.label.replace('_', " ")).collect();
    let side = if labels.len() < CROWDED { 44.0 } else { 14.0 };
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0) as f64;
    // Column labels lean by 40 degrees.
    let (left, lean) = (CHARACTER * longest + 12.0, 40f64.to_radians());
    let top = 78.0 + CHARACTER * longest * lean.sin();
    let extent = side * labels.len() as f64;
    let mut body = Canvas::default();
    // Drawn last, because otherwise the neighbours' borders would cover theirs.
    let mut diagonal = Canvas::default();
    body.text("f-title", (0.0, 14.0), title);
    body.text("f-quiet", (0.0, 34.0), caption);
    let heading = "Rows: true label. Columns: given label. Colour: share of the row.";
    body.text("f-quiet", (0.0, 52.0), heading);
    for (row, counts) in scores.confusion.iter().enumerate() {
        let y = top + side * row as f64;
        body.text("f-end", (left - 8.0, y + side / 2.0 + 4.0), &labels[row]);
        let middle = left + side * row as f64 + side / 2.0;
        body.leaning_text((middle, top - 8.0), -40.0, &labels[row]);
        let support: usize = counts.iter().sum();
        for (column, &count) in counts.iter().enumerate() {
            let x = left + side * column as f64;
            let share = if support == 0 { 0.0 } else { count as f64 / support as f64 };
            let title = format!(
                "{} → {}: {} of {} ({})",
                labels[row],
                labels[column],
                count,
                counted(support, "clip"),
                percent(share)
            );
            let (canvas, border) = match row == column {
                true => (&mut diagonal, "f-diagonal"),
                false => (&mut body, "f-cell"),
            };
            canvas.cell((x, y), side, share, border, &title);
            if count > 0 && side > 20.0 {
                let middle = (x + side / 2.0, y + side / 2.0 + 4.0);
                canvas.text("f-middle", middle, &count.to_string());
            }
        }
    }
    body.append(diagonal);
    let right = CHARACTER * longest * lean.cos();
    let headings = caption.chars().count().max(heading.chars().count()) as f64 * CHARACTER;
    Figure {
        description: format!("{title}: confusion matrix. {caption}"),
        width: (left + extent + right).max(headings),
        height: top + extent + 4.0,
        fluid: false,
        body,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::super::canvas::tests::assert_well_formed;
    use super::*;
    use sourcing_sound_train::metrics::scores_of_confusion;

    #[test]
    fn counts_and_shares_are_drawn() {
        let labels = ["dog_bark".to_owned(), "<siren>".to_owned()];
        let scores = scores_of_confusion(vec![vec![3, 1], vec![0, 0]], &labels);
        let svg = figure("a & b", "4 clips", &scores).standalone();
        assert_well_formed(&svg);
        assert!(svg.contains("dog bark → &lt;siren&gt;: 1 of 4 clips (25.0%)"), "{svg}");
        assert!(svg.contains("fill-opacity=\"0.750\"") && svg.contains("fill-opacity=\"0.250\""));
        assert!(svg.contains("&lt;siren&gt; → dog bark: 0 of 0 clips (0.0%)"));
        assert!(!svg.contains("NaN"));
    }

    #[test]
    fn long_labels_are_not_cut_off() {
        let labels = ["short", "a label of a good forty-two characters here"].map(str::to_owned);
        let scores = scores_of_confusion(vec![vec![1; 2]; 2], &labels);
        let long = CHARACTER * labels[1].chars().count() as f64;
        // The last column's label begins above the middle of its cells.
        let end = long + 12.0 + 1.5 * 44.0 + long * 40f64.to_radians().cos();
        assert!(figure("two", "4 clips", &scores).width >= end);
    }

    #[test]
    fn many_labels_shrink_the_cells() {
        let labels: Vec<_> = (0..80).map(|index| format!("label {index}")).collect();
        let scores = scores_of_confusion(vec![vec![1; 80]; 80], &labels);
        let figure = figure("many", "6,400 clips", &scores);
        assert!(figure.width < 1400.0, "{}", figure.width);
        assert!(!figure.inline().contains(">1</text>"));
    }
}
