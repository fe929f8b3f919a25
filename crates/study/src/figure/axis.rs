//! Axes: from values to px, with round numbers along the way.

use super::Canvas;

/// How the number at a tick is written.
pub type Show = fn(f64) -> String;

/// A plot's frame within its figure, px.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Left and right edge.
    pub x: (f64, f64),
    /// Bottom and top edge; the bottom has the larger number.
    pub y: (f64, f64),
}

/// A frame over ranges of values.
#[derive(Clone, Copy, Debug)]
pub struct Plot {
    frame: Frame,
    x: (f64, f64),
    y: (f64, f64),
}

impl Plot {
    /// A plot of the values from `x.0` to `x.1` across and from `y.0` to `y.1` upwards.
    pub fn new(frame: Frame, x: (f64, f64), y: (f64, f64)) -> Self {
        Self { frame, x, y }
    }

    /// The place of a point.
    pub fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (interpolate(x, self.x, self.frame.x), interpolate(y, self.y, self.frame.y))
    }

    /// Grid lines and numbers at the given values, and a name under the horizontal axis.
    pub fn axes(
        &self,
        canvas: &mut Canvas,
        (x_ticks, y_ticks): (&[f64], &[f64]),
        show: (Show, Show),
        x_name: &str,
    ) {
        let Frame { x: (left, right), y: (bottom, _) } = self.frame;
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

/// Round values from `low` to `high`: steps of 1, 2 or 5 times a power of ten, about `n` of
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

/// Round whole numbers from 1 to `last`, for epochs.
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
        let plot = Plot::new(Frame { x: (10.0, 110.0), y: (100.0, 0.0) }, (0.0, 1.0), (0.0, 2.0));
        assert_eq!(plot.place((0.5, 0.5)), (60.0, 75.0));
    }
}
