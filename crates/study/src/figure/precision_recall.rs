//! Precision over recall, if one label is separated from the rest.

use super::axis::{Plot, series_class, ticks};
use super::{Canvas, Figure};
use crate::experiment::record::{Binary, SplitRecord};
use sourcing_sound_train::publish::text::percent;

const WIDTH: f64 = 420.0;
const SIDE: f64 = 300.0;

/// Draws the curves of all given splits that have one, with their operating points and, dashed, the
/// precision of guessing. `None` if no split distinguishes one label from the rest.
///
/// Between two points the curve is a step, as the average precision sums it.
pub fn figure(splits: &[&SplitRecord]) -> Option<Figure> {
    let curves: Vec<_> = splits
        .iter()
        .filter_map(|split| split.binary.as_ref().map(|binary| (split.tested(), binary)))
        .collect();
    let (_, first) = curves.first()?;
    let mut body = Canvas::default();
    let name = format!("Precision over recall: {}", first.positive.replace('_', " "));
    let average = |(split, binary): &(String, &Binary)| {
        format!("{split} (AP {:.2})", binary.average_precision)
    };
    let names: Vec<_> = curves.iter().map(average).collect();
    let shares = (0.0, 1.0);
    let plot = Plot::below(&mut body, (&name, &names), (WIDTH, SIDE), shares, shares);
    let show = |tick: f64| format!("{:.0}%", 100.0 * tick);
    let ticks = ticks(0.0, 1.0, 5);
    plot.axes(&mut body, (&ticks, &ticks), (show, show), "recall (precision upwards)");
    for (series, (split, binary)) in curves.iter().enumerate() {
        draw(&mut body, &plot, series, split, binary);
    }
    let description = format!("{name}. Average precision by fold: {}.", names.join(", "));
    Some(plot.figure(body, WIDTH, description))
}

fn draw(body: &mut Canvas, plot: &Plot, series: usize, split: &str, binary: &Binary) {
    let class = series_class(series);
    let guess = [(0.0, binary.prevalence), (1.0, binary.prevalence)].map(|point| plot.place(point));
    let title = format!("{split}: guessing has a precision of {}", percent(binary.prevalence));
    body.path(&format!("{class} f-dash"), &guess, &title);
    let mut points = Vec::with_capacity(2 * binary.curve.len());
    let mut reached = 0.0;
    for &(recall, precision, _) in &binary.curve {
        points.push(plot.place((reached, precision)));
        points.push(plot.place((recall, precision)));
        reached = recall;
    }
    body.path(
        &class,
        &points,
        &format!("{split}: average precision {:.3}", binary.average_precision),
    );
    let stroke = class.replace("f-series ", "f-point ");
    for point in &binary.operating_points {
        let (recall, precision) = (point.recall, point.precision);
        let title = format!(
            "{split}, {}: precision {}, recall {}",
            point.name,
            percent(precision),
            percent(recall)
        );
        body.circle(&stroke, plot.place((recall, precision)), 4.5, &title);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::super::canvas::tests::assert_well_formed;
    use super::*;
    use crate::report::fixtures::{binary_split, labels, split};

    #[test]
    fn curves_are_steps_with_their_operating_points() {
        let splits = [binary_split("1", 1), binary_split("2", 2)];
        let figure = figure(&splits.iter().collect::<Vec<_>>()).unwrap();
        let svg = figure.inline();
        assert_well_formed(&svg);
        assert_eq!(svg.matches("<circle").count(), 4, "two operating points of two folds");
        assert!(figure.description.contains("fold 1 (AP 0."));
        // Two points of the drawing per point of the curve.
        let curve = svg.split("<polyline").find(|line| line.contains("average precision")).unwrap();
        let drawn = curve.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let expected = 2 * splits[0].binary.as_ref().unwrap().curve.len();
        assert_eq!(drawn.split(' ').count(), expected);
    }

    #[test]
    fn ten_labels_have_no_such_curve() {
        assert!(figure(&[&split("1", &labels(), 1)]).is_none());
    }
}
