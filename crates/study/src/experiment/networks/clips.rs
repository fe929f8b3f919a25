//! Clips as inputs of networks: normalised stretches of rows and columns.

use anyhow::Result;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use sourcing_sound_train::data::columns::Normalisation;
use sourcing_sound_train::nn::examples::{Batch, Examples, Views};

/// The part of a clip that the network may see, not normalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// `[rows][width]`.
    pub values: Vec<f32>,
    /// Number of rows.
    pub rows: usize,
    /// The value that fills every row before and after the clip: silence.
    pub silence: f32,
}

impl Clip {
    /// Returns the number of columns.
    pub fn width(&self) -> usize {
        self.values.len() / self.rows.max(1)
    }
}

/// The mean and standard deviation by which each row is normalised.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling(Vec<Normalisation>);

impl Scaling {
    /// Computes them over clips, row by row or over all `rows` together.
    pub fn of(clips: &[&Clip], rows: usize, by_row: bool) -> Self {
        let row = |clip: &Clip, row: usize| {
            let width = clip.width();
            clip.values[row * width..(row + 1) * width].to_vec()
        };
        if by_row {
            let of_row = |r| Normalisation::of_values(clips.iter().flat_map(|clip| row(clip, r)));
            Self((0..rows).map(of_row).collect())
        } else {
            let all = clips.iter().flat_map(|clip| clip.values.iter().copied());
            Self(vec![Normalisation::of_values(all); rows])
        }
    }
}

/// Labelled clips, cut into inputs `width` columns wide.
pub struct Clips<'a> {
    /// The clips; `None` for one without audio.
    pub clips: &'a [Option<Clip>],
    /// Their labels.
    pub labels: Vec<usize>,
    /// The number of labels.
    pub n_labels: usize,
    /// Applied to every value.
    pub scaling: Scaling,
    /// Columns of an input.
    pub width: usize,
    /// Columns from one view to the next.
    pub hop: usize,
}

impl Clips<'_> {
    /// Returns how many inputs a clip is tested by: one every `hop` columns and one at its end, or
    /// a single one if it is no wider than an input.
    pub fn n_views(&self, clip: usize) -> usize {
        let width = self.clips[clip].as_ref().map_or(0, Clip::width);
        1 + width.saturating_sub(self.width).div_ceil(self.hop.max(1))
    }

    /// Appends the input that begins with the clip's column `start`, which may lie before the clip.
    fn append(&self, clip: usize, start: i64, inputs: &mut Vec<f32>) {
        let Some(clip) = &self.clips[clip] else { return };
        let width = clip.width();
        let before = (start.min(0).unsigned_abs() as usize).min(self.width);
        let first = (start.max(0).unsigned_abs() as usize).min(width);
        let inside = (width - first).min(self.width - before);
        let after = self.width - before - inside;
        for (row, Normalisation { mean, std }) in
            clip.values.chunks_exact(width.max(1)).zip(&self.scaling.0)
        {
            let scale = std.recip();
            let normalise = |value: f32| (value - mean) * scale;
            let silence = normalise(clip.silence);
            inputs.extend(std::iter::repeat_n(silence, before));
            inputs.extend(row[first..first + inside].iter().map(|value| normalise(*value)));
            inputs.extend(std::iter::repeat_n(silence, after));
        }
    }

    /// Appends a stretch at a random place of a wide clip, or a narrow clip at a random place.
    fn draw(&self, clip: usize, rng: &mut Xoshiro256PlusPlus, inputs: &mut Vec<f32>) {
        let width = self.clips[clip].as_ref().map_or(0, Clip::width);
        let slack = width as i64 - self.width as i64;
        let start = rng.random_range(slack.min(0)..=slack.max(0));
        self.append(clip, start, inputs);
    }
}

impl Examples for Clips<'_> {
    fn batch(&self, clips: &[usize], rng: &mut Xoshiro256PlusPlus) -> Result<Batch> {
        let mut inputs = Vec::new();
        clips.iter().for_each(|&clip| self.draw(clip, rng, &mut inputs));
        let labels: Vec<_> = clips.iter().map(|&clip| self.labels[clip]).collect();
        Batch::labelled(inputs, &labels, self.n_labels, self.width)
    }
}

impl Views for Clips<'_> {
    fn label(&self, clip: usize) -> usize {
        self.labels[clip]
    }

    /// Appends overlapping stretches from the first column to the last, or a narrow clip in the
    /// middle of silence.
    fn views(&self, clip: usize, inputs: &mut Vec<f32>) -> usize {
        let width = self.clips[clip].as_ref().map_or(0, Clip::width);
        let slack = width as i64 - self.width as i64;
        let n = self.n_views(clip);
        if slack <= 0 {
            self.append(clip, slack / 2, inputs);
        } else {
            for view in 0..n {
                self.append(clip, slack.min((view * self.hop) as i64), inputs);
            }
        }
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sourcing_sound_train::random::generator;

    /// Returns a clip with 10 · r + c in row r and column c; silence is −1.
    fn clip(width: usize) -> Clip {
        let values = (0..2).flat_map(|r| (0..width).map(move |c| (10 * r + c) as f32)).collect();
        Clip { values, rows: 2, silence: -1.0 }
    }

    fn clips(all: &[Option<Clip>], width: usize) -> Clips<'_> {
        let scaling = Scaling(
            [(0.0, 1.0), (10.0, 2.0)].map(|(mean, std)| Normalisation { mean, std }).to_vec(),
        );
        Clips { clips: all, labels: vec![0; all.len()], n_labels: 1, scaling, width, hop: 2 }
    }

    #[test]
    fn a_wide_clip_is_tested_by_overlapping_views_up_to_its_end() {
        let all = [Some(clip(7))];
        let clips = clips(&all, 4);
        let mut inputs = Vec::new();
        assert_eq!(clips.views(0, &mut inputs), 3);
        let starts: Vec<_> = inputs.chunks(8).map(|view| view[0]).collect();
        assert_eq!(starts, [0.0, 2.0, 3.0]);
        // The second row is normalised separately.
        assert_eq!(inputs[..8], [0.0, 1.0, 2.0, 3.0, 0.0, 0.5, 1.0, 1.5]);
    }

    #[test]
    fn a_narrow_clip_is_tested_in_the_middle_of_silence() {
        let all = [Some(clip(2))];
        let mut inputs = Vec::new();
        assert_eq!(clips(&all, 5).views(0, &mut inputs), 1);
        assert_eq!(inputs[..5], [-1.0, 0.0, 1.0, -1.0, -1.0]);
        assert_eq!(inputs[5..], [-5.5, 0.0, 0.5, -5.5, -5.5]);
    }

    #[test]
    fn draws_cover_every_place() {
        let all = [Some(clip(7)), Some(clip(2)), Some(clip(4))];
        let clips = clips(&all, 4);
        let mut rng = generator(1, "test", &[]);
        let mut firsts = |clip| {
            let mut found: Vec<_> = (0..200)
                .map(|_| {
                    let mut inputs = Vec::new();
                    clips.draw(clip, &mut rng, &mut inputs);
                    assert_eq!(inputs.len(), 8);
                    inputs[..4].to_vec()
                })
                .collect();
            found.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
            found.dedup();
            found
        };
        let wide: Vec<_> = firsts(0).iter().map(|view| view[0]).collect();
        assert_eq!(wide, [0.0, 1.0, 2.0, 3.0]);
        let narrow = [[-1.0, -1.0, 0.0, 1.0], [-1.0, 0.0, 1.0, -1.0], [0.0, 1.0, -1.0, -1.0]];
        assert_eq!(firsts(1), narrow);
        assert_eq!(firsts(2), [[0.0, 1.0, 2.0, 3.0]], "there is one place for a clip that fits");
    }

    #[test]
    fn scaling_is_by_row_or_over_all() {
        let (a, b) = (clip(1), clip(3));
        // Rows: 0, 0 1 2 and 10, 10 11 12.
        let by_row = Scaling::of(&[&a, &b], 2, true);
        assert_eq!(by_row.0.len(), 2);
        for (found, mean) in by_row.0.iter().zip([0.75, 10.75]) {
            assert!((found.mean - mean).abs() < 1e-6);
            assert!((found.std - 0.6875f32.sqrt()).abs() < 1e-5);
        }
        let over_all = Scaling::of(&[&a, &b], 2, false);
        assert_eq!(over_all.0[0], over_all.0[1]);
        assert!((over_all.0[0].mean - 5.75).abs() < 1e-6);
        let constant = Clip { values: vec![3.0; 4], rows: 2, silence: 0.0 };
        assert!(Scaling::of(&[&constant], 2, true).0.iter().all(|row| row.std > 0.0));
    }
}
