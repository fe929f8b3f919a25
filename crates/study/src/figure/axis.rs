//! Axes: map values to px, with round numbers as ticks.

use super::{Canvas, Figure};

/// Formats the number at a tick.
pub type Show = fn(f64) -> String;

/// A frame over ranges of values, with a name and a legend above it.
#[derive(Clone, Copy, Debug)]
pub struct Plot {
    /// Left and right edge, px.
    left_right: (f64, f64),
    /// Bottom and top edge, px; the bottom has the larger number.
    bottom_top: (f64, f64),
    /// Values at these edges.
    x: (f64, f64),
    y: (f64, f64),
}

impl Plot {
    /// Writes the name and the legend of some series, and places a frame of the given width and
    /// height below them, for values from `x.0` to `x.1` across and `y.0` to `y.1` upwards.
    pub fn below(
        canvas: &mut Canvas,
        (name, series): (&str, &[String]),
        (width, height): (f64, f64),
        x: (f64, f64),
        y: (f64, f64),
    ) -> Self {
        canvas.text("f-name", (0.0, 13.0), name);
        let top = legend(canvas, series, width, 34.0) + 16.0;
        Self { left_right: (44.0, width - 8.0), bottom_top: (top + height, top), x, y }
    }

    /// Returns the whole drawing, `width` px wide.
    pub fn figure(&self, body: Canvas, width: f64, description: String) -> Figure {
        Figure { description, width, height: self.bottom_top.0 + 40.0, fluid: false, body }
    }

    /// Returns the position of a point.
    pub fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (interpolate(x, self.x, self.left_right), interpolate(y, self.y, self.bottom_top))
    }

    /// Draws grid lines and numbers at the given values, and a name under the horizontal axis.
    pub fn axes(
        &self,
        canvas: &mut Canvas,
        (x_ticks, y_ticks): (&[f64], &[f64]),
        show: (Show, Show),
        x_name: &str,
    ) {
        let Self { left_right: (left, right), bottom_top: (bottom, _), .. } = *self;
        for &tick in y_ticks {
            let (_, y) = self.place((self.x.0, tick));
            canvas.line("f-grid", (left, y), (right, y));
            canvas.text("f-quiet f-end", (left - 6.0, y + 4.0), &show.1(tick));
        }
        for &tick in x_ticks {
            let (x, _) = self.place((tick, self.y.0));
            canvas.line("f-axis", (x, bottom), (x, bottom + 4.0));
            canvas.text("f-quiet f-middle", (x, bottom + 17.0), &show.0(tick));
        }
        canvas.line("f-axis", (left, bottom), (right, bottom));
        canvas.text("f-quiet f-middle", ((left + right) / 2.0, bottom + 34.0), x_name);
    }
}

fn interpolate(value: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    let share = if from.1 == from.0 { 0.5 } else { (value - from.0) / (from.1 - from.0) };
    to.0 + share * (to.1 - to.0)
}

/// Writes names of the series with a stroke each, from baseline `y` down, in as many lines as they
/// need. Returns the last baseline.
fn legend(canvas: &mut Canvas, names: &[String], width: f64, y: f64) -> f64 {
    let (mut x, mut y) = (0.0, y);
    for (series, name) in names.iter().enumerate() {
        // Text widths are unknown here: 7 px per character is a safe estimate.
        let needed = 22.0 + 7.0 * name.chars().count() as f64 + 14.0;
        if x > 0.0 && x + needed > width {
            (x, y) = (0.0, y + 17.0);
        }
        canvas.path(&series_class(series), &[(x, y - 4.0), (x + 16.0, y - 4.0)], name);
        canvas.text("", (x + 22.0, y), name);
        x += needed;
    }
    y
}

/// Returns the class of a series' stroke: six colours, then the same ones fainter.
pub fn series_class(series: usize) -> String {
    let faint = if series / 6 % 2 == 1 { " f-faint" } else { "" };
    format!("f-series f-series-{}{faint}", series % 6 + 1)
}

/// Returns round values from `low` to `high`: steps of 1, 2 or 5 times a power of ten, about `n` of
/// them. The first is at or below `low`, the last at or above `high`.
pub fn ticks(low: f64, high: f64, n: usize) -> Vec<f64> {
    let span = if high > low { high - low } else { 1.0 };
    let rough = span / n.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(10.0 * power);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last).map(|index| index as f64 * step).collect()
}

/// Returns round whole numbers from 1 to `last`, for epochs.
pub fn whole_ticks(last: usize) -> Vec<f64> {
    let steps = ticks(0.0, last as f64, 5);
    let inner = steps.into_iter().filter(|tick| *tick > 1.0 && *tick <= last as f64);
    std::iter::once(1.0).chain(inner.filter(|tick| tick.fract() == 0.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(ticks(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(0.3, 2.2, 4), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]);
        assert_eq!(ticks(1.0, 1.0, 2), [1.0]);
        assert_eq!(whole_ticks(72), [1.0, 20.0, 40.0, 60.0]);
        assert_eq!(whole_ticks(1), [1.0]);
        assert_eq!(whole_ticks(3), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn values_have_their_place() {
        let plot = Plot {
            left_right: (10.0, 110.0),
            bottom_top: (100.0, 0.0),
            x: (0.0, 1.0),
            y: (0.0, 2.0),
        };
        assert_eq!(plot.place((0.5, 0.5)), (60.0, 75.0));
    }
}
