//! Joins overlapping segments into stretches of time with the same label, few enough to read.

use std::ops::Range;

use sourcing_sound::{LabelSource, Prediction};

/// A stretch of time with one prediction.
pub(super) struct Span {
    /// Seconds from the start of the recording.
    pub(super) start: f64,
    /// Seconds from the start of the recording.
    pub(super) end: f64,
    /// The mean of its segments.
    pub(super) prediction: Prediction,
}

/// The most segments that are kept separate: more than half an hour with the default model. Beyond
/// that, the most similar neighbours are joined to half as many, so that memory does not grow.
const MOST_SEGMENTS: usize = 4_096;

/// The segments of a recording, or what they were joined into.
#[derive(Default)]
pub(super) struct Stretches {
    predictions: Vec<Prediction>,
    /// How many segments each prediction is the mean of, and the centres of the first and the last.
    sizes: Vec<usize>,
    centres: Vec<(f64, f64)>,
}

impl Stretches {
    /// Adds the next segment.
    pub(super) fn push(&mut self, prediction: Prediction) {
        let centre = (prediction.start() + prediction.end()) / 2.0;
        self.predictions.push(prediction);
        self.sizes.push(1);
        self.centres.push((centre, centre));
        if self.predictions.len() > MOST_SEGMENTS {
            self.halve();
        }
    }

    /// Divides a recording, from second `from` to `duration`, into stretches. Neighbours with the
    /// same label or group are joined; if there are still more than people want to read, those with
    /// the most similar scores are joined too. The time between the centres of two neighbouring
    /// segments is divided between them; the first stretch begins at `from` and the last ends at
    /// `duration`.
    pub(super) fn merge(self, from: f64, duration: f64) -> Vec<Span> {
        let single = (0..self.predictions.len()).map(|index| index..index + 1).collect();
        let equal = self.join_equal(single);
        let alike = self.join_alike(equal, readable_stretches(duration - from));
        let stretches = self.join_equal(alike);
        let mut spans: Vec<Span> = Vec::new();
        for range in stretches {
            let Some(prediction) = self.mean(range.clone()) else { continue };
            let (first, last) = (self.centres[range.start].0, self.centres[range.end - 1].1);
            let mut start = from;
            if let Some(before) = spans.last_mut().map(|span| &mut span.end) {
                // So far, the end was the centre of the last segment.
                start = (*before + first) / 2.0;
                *before = start;
            }
            spans.push(Span { start, end: last, prediction });
        }
        if let Some(last) = spans.last_mut() {
            last.end = duration;
        }
        spans
    }

    /// Joins the most similar neighbours until half as many are left.
    fn halve(&mut self) {
        let single = (0..self.predictions.len()).map(|index| index..index + 1).collect();
        let mut halved = Stretches::default();
        for range in self.join_alike(single, MOST_SEGMENTS / 2) {
            let Some(mean) = self.mean(range.clone()) else { continue };
            halved.predictions.push(mean);
            halved.sizes.push(self.sizes[range.clone()].iter().sum());
            halved.centres.push((self.centres[range.start].0, self.centres[range.end - 1].1));
        }
        *self = halved;
    }

    fn mean(&self, range: Range<usize>) -> Option<Prediction> {
        Prediction::weighted_mean(&self.predictions[range.clone()], &self.sizes[range])
    }

    /// Joins neighbours that are shown under the same name.
    fn join_equal(&self, ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let named = ranges
            .into_iter()
            .map(|range| (self.mean(range.clone()).as_ref().and_then(name), range));
        let named: Vec<(Option<String>, Range<usize>)> = named.collect();
        let equal = named.chunk_by(|a, b| a.0 == b.0);
        equal.filter_map(|equal| Some(equal.first()?.1.start..equal.last()?.1.end)).collect()
    }

    /// Joins neighbours until `most` (at least 1) are left, the most similar first. Ward's
    /// criterion keeps a short sound that differs much from its surroundings.
    fn join_alike(&self, ranges: Vec<Range<usize>>, most: usize) -> Vec<Range<usize>> {
        if ranges.len() <= most {
            return ranges;
        }
        let profiles = ranges.into_iter().map(|range| self.profile(range));
        let mut profiles: Vec<Profile> = profiles.collect();
        while profiles.len() > most {
            profiles = join_some(profiles, most);
        }
        profiles.into_iter().map(|profile| profile.range).collect()
    }

    fn profile(&self, range: Range<usize>) -> Profile {
        let mut profile = Profile { size: 0, sum: Vec::new(), range: range.clone() };
        for index in range {
            let (prediction, size) = (&self.predictions[index], self.sizes[index]);
            let groups = prediction.group_scores();
            let scores = if groups.is_empty() { prediction.scores().to_vec() } else { groups };
            let scores: Vec<f32> = scores.into_iter().map(|score| size as f32 * score).collect();
            profile.add_scores(size, &scores);
        }
        profile
    }
}

/// Returns how many stretches of a recording people want to read: 4 for 4 s, 15 for a minute, 120
/// for an hour.
fn readable_stretches(duration: f64) -> usize {
    (2.0 * duration.sqrt()).round().max(4.0) as usize
}

/// Returns the best label, or its group if the model has groups; `None` for a rejected prediction.
/// A head's label is never replaced by its group, because a head may distinguish sounds of one
/// group.
fn name(prediction: &Prediction) -> Option<String> {
    let best = prediction.top(1).pop()?;
    let group = best.group.filter(|_| best.source == LabelSource::Base);
    (!prediction.rejected()).then(|| group.unwrap_or(best.label))
}

/// Joins the pairs of neighbours that differ least, up to a third of all pairs. The result is close
/// to that of joining one pair at a time, and hours of audio take only a moment.
fn join_some(profiles: Vec<Profile>, most: usize) -> Vec<Profile> {
    let mut excess = (profiles.len() - most).min(profiles.len().div_ceil(3));
    let pairs = profiles.windows(2).map(|pair| pair[0].difference(&pair[1])).enumerate();
    let mut pairs: Vec<(usize, f64)> = pairs.collect();
    pairs.sort_by(|a, b| a.1.total_cmp(&b.1));
    // Whether a profile is joined to the previous one. Each is part of at most one pair.
    let mut joins = vec![false; profiles.len() + 1];
    for (first, _) in pairs {
        let is_free = !joins[first] && !joins[first + 1] && !joins[first + 2];
        if excess > 0 && is_free {
            joins[first + 1] = true;
            excess -= 1;
        }
    }
    let mut joined: Vec<Profile> = Vec::new();
    for (profile, joins) in profiles.into_iter().zip(joins) {
        match joined.last_mut() {
            Some(before) if joins => before.add(&profile),
            _ => joined.push(profile),
        }
    }
    joined
}

/// The scores of a range of segments, for comparison with its neighbours.
struct Profile {
    range: Range<usize>,
    /// How many segments there are.
    size: usize,
    /// The scores of all groups, or of all labels in a model without groups, summed over its
    /// segments.
    sum: Vec<f32>,
}

impl Profile {
    fn add(&mut self, next: &Profile) {
        self.range.end = next.range.end;
        self.add_scores(next.size, &next.sum);
    }

    fn add_scores(&mut self, size: usize, scores: &[f32]) {
        self.size += size;
        self.sum.resize(scores.len(), 0.0);
        self.sum.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
    }

    /// Returns how much the squared deviation of the scores from their means grows if the two are
    /// joined.
    fn difference(&self, next: &Profile) -> f64 {
        let (n, m) = (self.size as f64, next.size as f64);
        let means = self.sum.iter().zip(&next.sum);
        let squares = means.map(|(&a, &b)| (f64::from(a) / n - f64::from(b) / m).powi(2));
        n * m / (n + m) * squares.sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::{Profile, join_some, readable_stretches};

    fn profiles(scores: &[f32]) -> Vec<Profile> {
        let profiles = scores.iter().enumerate();
        profiles.map(|(i, &score)| Profile { range: i..i + 1, size: 1, sum: vec![score] }).collect()
    }

    #[test]
    fn a_short_loud_sound_is_kept_and_flicker_is_joined() {
        // Noise around 0.3, and one short loud sound.
        let mut scores: Vec<f32> = (0..200).map(|i| 0.3 + 0.1 * (i % 2) as f32).collect();
        scores[120] = 1.0;
        let mut all = profiles(&scores);
        while all.len() > 3 {
            let before = all.len();
            all = join_some(all, 3);
            assert!((3..before).contains(&all.len()));
        }
        let ranges: Vec<_> = all.into_iter().map(|profile| profile.range).collect();
        assert_eq!(ranges, [0..120, 120..121, 121..200]);
    }

    #[test]
    fn longer_recordings_have_more_stretches_but_few_enough_to_read() {
        assert_eq!([0.5, 4.0, 60.0, 3_600.0].map(readable_stretches), [4, 4, 15, 120]);
    }
}
