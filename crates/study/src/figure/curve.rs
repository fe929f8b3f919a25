//! Training curves: loss and accuracy on the validation clips, epoch by epoch.

use super::axis::{Plot, Show, series_class, ticks, whole_ticks};
use super::{Canvas, Figure};
use crate::experiment::record::{Epoch, SplitRecord};
use sourcing_sound_train::publish::text::percent;

const WIDTH: f64 = 380.0;
const PLOT_HEIGHT: f64 = 190.0;

/// A line of a plot: its place in the palette, its points, and how it is drawn.
struct Line {
    series: usize,
    title: String,
    points: Vec<(f64, f64)>,
    dashed: bool,
}

/// Draws one panel for the loss and, if there were validation clips, one for their accuracy. Empty
/// if no split has a curve. `splits` are either official or shuffled.
pub fn panels(splits: &[&SplitRecord]) -> Vec<Figure> {
    let splits: Vec<_> = splits.iter().copied().filter(|split| !split.curve.is_empty()).collect();
    [loss(&splits), accuracy(&splits)].into_iter().flatten().collect()
}

fn loss(splits: &[&SplitRecord]) -> Option<Figure> {
    let mut lines = lines(splits, "training loss", false, |epoch| Some(epoch.loss));
    lines.extend(self::lines(splits, "validation loss", true, |epoch| epoch.validation_loss));
    let values = || lines.iter().flat_map(|line| line.points.iter().map(|(_, y)| *y));
    let highest = values().fold(0.0, f64::max);
    let ticks = ticks(0.0, highest, 5);
    let name = match lines.iter().any(|line| line.dashed) {
        true => "Loss: training solid, validation dashed",
        false => "Training loss",
    };
    let show = |tick: f64| format!("{}", (tick * 1e6).round() / 1e6);
    panel(name, splits, &lines, &ticks, show)
}

fn accuracy(splits: &[&SplitRecord]) -> Option<Figure> {
    let lines = lines(splits, "validation accuracy", false, |epoch| epoch.validation_accuracy);
    let ticks = ticks(0.0, 1.0, 5);
    panel("Accuracy on validation clips", splits, &lines, &ticks, |tick| {
        format!("{:.0}%", 100.0 * tick)
    })
}

fn lines(
    splits: &[&SplitRecord],
    what: &str,
    dashed: bool,
    value: impl Fn(&Epoch) -> Option<f64>,
) -> Vec<Line> {
    let line = |(series, split): (usize, &&SplitRecord)| {
        let points =
            split.curve.iter().filter_map(|epoch| Some((epoch.epoch as f64, value(epoch)?)));
        let points: Vec<_> = points.filter(|(_, value)| value.is_finite()).collect();
        let last = points.last().map_or(String::new(), |(epoch, last)| {
            let last =
                if what.ends_with("accuracy") { percent(*last) } else { format!("{last:.3}") };
            format!(": {last} after epoch {epoch}")
        });
        Line { series, title: format!("{}, {what}{last}", split.tested()), points, dashed }
    };
    splits.iter().enumerate().map(line).filter(|line| !line.points.is_empty()).collect()
}

fn panel(
    name: &str,
    splits: &[&SplitRecord],
    lines: &[Line],
    y_ticks: &[f64],
    show: Show,
) -> Option<Figure> {
    if lines.is_empty() {
        return None;
    }
    let mut body = Canvas::default();
    let names: Vec<_> = splits.iter().map(|split| split.tested()).collect();
    let epochs = splits.iter().flat_map(|split| split.curve.iter().map(|epoch| epoch.epoch));
    let last = epochs.max().unwrap_or(1).max(1);
    let y = (y_ticks.first().copied().unwrap_or(0.0), y_ticks.last().copied().unwrap_or(1.0));
    let size = (WIDTH, PLOT_HEIGHT);
    let plot = Plot::below(&mut body, (name, &names), size, (1.0, last as f64), y);
    let whole = |tick: f64| format!("{tick:.0}");
    plot.axes(&mut body, (&whole_ticks(last), y_ticks), (whole, show), "epoch");
    for line in lines {
        let points: Vec<_> = line.points.iter().map(|point| plot.place(*point)).collect();
        let dash = if line.dashed { " f-dash" } else { "" };
        body.path(&format!("{}{dash}", series_class(line.series)), &points, &line.title);
    }
    let titles: Vec<_> = lines.iter().map(|line| line.title.as_str()).collect();
    Some(plot.figure(body, WIDTH, format!("{name}. {}.", titles.join("; "))))
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::assert_well_formed;
    use super::*;
    use crate::report::fixtures::{labels, split};

    #[test]
    fn both_panels_show_every_split() {
        let splits = [split("1", &labels(), 1), split("3-9 <", &labels(), 2)];
        let panels = panels(&splits.iter().collect::<Vec<_>>());
        assert_eq!(panels.len(), 2);
        for panel in &panels {
            assert_well_formed(&panel.inline());
            assert!(panel.inline().contains("3-9 &lt;"));
        }
        assert_eq!(panels[0].inline().matches("f-dash").count(), 2, "two validation losses");
    }

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        let mut split = split("1", &labels(), 1);
        for epoch in &mut split.curve {
            (epoch.validation_accuracy, epoch.validation_loss) = (None, None);
            epoch.loss = if epoch.epoch == 2 { f64::NAN } else { epoch.loss };
        }
        let drawn = panels(&[&split]);
        assert_eq!(drawn.len(), 1);
        assert!(!drawn[0].inline().contains("NaN"));
        split.curve.clear();
        assert!(panels(&[&split]).is_empty());
    }
}
