//! Draws examples, trains a head from them, and measures it on sounds of other recordings.

use super::result::{FiveWay, OneVsRest, PREVALENCE};
use super::sounds::{Sound, Sounds, Split};
use anyhow::Result;
use rand::seq::SliceRandom;
use sourcing_sound::{Example, Head, Model, Patch, train};
use sourcing_sound_train::random::generator;
use std::collections::BTreeSet;

/// Episodes with five classes, per number of examples.
pub const FIVE_WAY: u64 = 100;
/// Seeds per class and number of examples, against everything else.
pub const SEEDS: u64 = 4;

/// Scores at which an event begins and ends, averaged over windows, as in use.
const EVENT_ON: f32 = 0.5;
const EVENT_OFF: f32 = 0.35;
const SMOOTHED_WINDOWS: usize = 2;
/// Seconds from one window to the next.
const HOP_SECONDS: f64 = 0.5;

/// Tests which of five classes a sound belongs to, with `count` examples of each. `None` if one of
/// them has fewer besides the tested clips.
pub fn five_way(
    model: &Model,
    sounds: &Sounds,
    splits: &[Split],
    count: usize,
    seed: u64,
) -> Result<Option<FiveWay>> {
    let mut classes: Vec<&str> = sounds.classes().iter().map(String::as_str).collect();
    classes.shuffle(&mut generator(seed, "classes", &[count as u64]));
    classes.truncate(5);
    let split = split_of(splits, seed);
    let (mut examples, mut used) = (Vec::new(), BTreeSet::new());
    for class in &classes {
        let Some(drawn) = draw(sounds, class, count, seed) else { return Ok(None) };
        used.extend(drawn.iter().map(|sound| sound.recording.as_str()));
        examples.extend(drawn.iter().flat_map(|sound| labelled(sound, class)));
    }
    let head = train(model, &split.background, "few", &examples)?.head;
    let mut result = FiveWay::default();
    for sound in &sounds.all {
        let Some(label) = classes.iter().position(|class| sound.class.as_deref() == Some(class))
        else {
            continue;
        };
        if used.contains(sound.recording.as_str()) {
            continue;
        }
        let windows: Vec<Vec<f32>> = scores(&head, sound);
        let right = windows.iter().filter(|scores| best(scores) == label).count();
        result.windows += windows.len();
        result.right_windows += right;
        let mut sums = vec![0.0; classes.len()];
        for scores in &windows {
            sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
        }
        result.clips += 1;
        result.right_clips += usize::from(best(&sums) == label);
    }
    Ok(Some(result))
}

/// Tests one class against everything else, with `count` examples of it and none of anything else.
/// `None` if the class has fewer clips besides the tested ones.
pub fn one_vs_rest(
    model: &Model,
    sounds: &Sounds,
    splits: &[Split],
    (class, count, seed): (&str, usize, u64),
) -> Result<Option<OneVsRest>> {
    let split = split_of(splits, seed);
    let Some(drawn) = draw(sounds, class, count, seed) else { return Ok(None) };
    let used: BTreeSet<&str> = drawn.iter().map(|sound| sound.recording.as_str()).collect();
    let examples: Vec<Example> = drawn.iter().flat_map(|sound| labelled(sound, class)).collect();
    let head = train(model, &split.background, "few", &examples)?.head;
    let mut scored = Scored::default();
    for sound in &sounds.all {
        let recording = sound.recording.as_str();
        let is_class = sound.class.as_deref() == Some(class);
        let is_tested = !used.contains(recording) && !split.half.contains(recording);
        if !is_tested || !(is_class || sound.is_other_than(class)) {
            continue;
        }
        let windows: Vec<f32> = scores(&head, sound).into_iter().map(|scores| scores[0]).collect();
        scored.add(is_class, sound.is_ambience, &windows);
    }
    Ok(Some(scored.result(class)))
}

/// Returns the split of a seed; there are fewer splits of the ambience than seeds.
fn split_of(splits: &[Split], seed: u64) -> &Split {
    &splits[(seed % splits.len() as u64) as usize]
}

/// Draws `count` clips of a class from as many recordings as possible, at most half of the class's.
/// `None` if these have fewer.
fn draw<'a>(sounds: &'a Sounds, class: &str, count: usize, seed: u64) -> Option<Vec<&'a Sound>> {
    let mut rng = generator(seed, class, &[count as u64]);
    let mut recordings = sounds.recordings(class);
    recordings.shuffle(&mut rng);
    recordings.truncate(count.min(recordings.len() / 2));
    let mut clips: Vec<Vec<&Sound>> = recordings
        .iter()
        .map(|recording| {
            let own = sounds.all.iter().filter(|sound| sound.recording == **recording);
            let mut own: Vec<&Sound> = own.filter(|sound| !sound.examples.is_empty()).collect();
            own.shuffle(&mut rng);
            own
        })
        .collect();
    let mut drawn = Vec::new();
    while drawn.len() < count && clips.iter().any(|clips| !clips.is_empty()) {
        let next = clips.iter_mut().filter_map(Vec::pop);
        drawn.extend(next);
    }
    drawn.truncate(count);
    (drawn.len() == count).then_some(drawn)
}

fn labelled(sound: &Sound, class: &str) -> Vec<Example> {
    let mut examples = sound.examples.clone();
    examples.iter_mut().for_each(|example| example.label = Some(class.to_owned()));
    examples
}

fn scores(head: &Head, sound: &Sound) -> Vec<Vec<f32>> {
    sound.windows.iter().map(|window: &Patch| head.scores(&[window])).collect()
}

fn best(scores: &[f32]) -> usize {
    let places = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    places.unwrap_or_default()
}

/// The results of one class's head on all tested sounds.
#[derive(Default)]
struct Scored {
    /// Highest smoothed score of each clip, and whether it is of the class.
    clips: Vec<(f32, bool)>,
    windows: Vec<(f32, bool)>,
    /// Clips of the class, and those with an event.
    own: usize,
    found: usize,
    ambience_alarms: usize,
    ambience_windows: usize,
}

impl Scored {
    fn add(&mut self, is_class: bool, is_ambience: bool, windows: &[f32]) {
        let smoothed = smooth(windows);
        let highest = smoothed.iter().copied().fold(0.0, f32::max);
        self.clips.push((highest, is_class));
        self.windows.extend(windows.iter().map(|&score| (score, is_class)));
        let events = onsets(&smoothed);
        if is_class {
            self.own += 1;
            self.found += usize::from(events > 0);
        }
        if is_ambience {
            self.ambience_alarms += events;
            self.ambience_windows += windows.len();
        }
    }

    fn result(self, class: &str) -> OneVsRest {
        let hours = self.ambience_windows as f64 * HOP_SECONDS / 3_600.0;
        let (precision, recall, accuracy) = at_threshold(&self.clips, EVENT_ON);
        OneVsRest {
            class: class.to_owned(),
            clip_average_precision: average_precision(&self.clips),
            window_average_precision: average_precision(&self.windows),
            precision,
            recall,
            accuracy,
            event_recall: self.found as f64 / self.own.max(1) as f64,
            alarms_per_hour: self.ambience_alarms as f64 / hours.max(f64::MIN_POSITIVE),
            clips: self.own,
            others: self.clips.len() - self.own,
        }
    }
}

/// Returns the mean of each score and those before it.
fn smooth(scores: &[f32]) -> Vec<f32> {
    let mean = |last: usize| {
        let first = (last + 1).saturating_sub(SMOOTHED_WINDOWS);
        scores[first..=last].iter().sum::<f32>() / (last + 1 - first) as f32
    };
    (0..scores.len()).map(mean).collect()
}

fn onsets(smoothed: &[f32]) -> usize {
    let mut is_on = false;
    let begins = smoothed.iter().filter(|&&score| {
        let began = !is_on && score >= EVENT_ON;
        is_on = if is_on { score >= EVENT_OFF } else { began };
        began
    });
    begins.count()
}

/// Returns the weight of each sound, so that the class has a share of [`PREVALENCE`].
fn weights(scored: &[(f32, bool)]) -> (f64, f64) {
    let own = scored.iter().filter(|(_, is_class)| *is_class).count().max(1);
    let others = (scored.len() - own).max(1);
    (PREVALENCE / own as f64, (1.0 - PREVALENCE) / others as f64)
}

/// Computes scikit-learn's `average_precision_score`, with weights.
fn average_precision(scored: &[(f32, bool)]) -> f64 {
    let (own, other) = weights(scored);
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut hits, mut alarms, mut sum) = (0.0, 0.0, 0.0);
    for equal in sorted.chunk_by(|a, b| a.0 == b.0) {
        let positive = equal.iter().filter(|(_, is_class)| *is_class).count() as f64 * own;
        hits += positive;
        alarms += (equal.len() as f64 - positive / own) * other;
        sum += positive * hits / (hits + alarms);
    }
    sum / PREVALENCE
}

/// Returns precision (1 if nothing is found), recall and accuracy.
fn at_threshold(scored: &[(f32, bool)], threshold: f32) -> (f64, f64, f64) {
    let (own, other) = weights(scored);
    let high = scored.iter().filter(|(score, _)| *score >= threshold);
    let (mut hits, mut alarms) = (0.0, 0.0);
    high.for_each(|(_, is_class)| *(if *is_class { &mut hits } else { &mut alarms }) += 1.0);
    let (hits, alarms) = (hits * own, alarms * other);
    let precision = if hits + alarms > 0.0 { hits / (hits + alarms) } else { 1.0 };
    (precision, hits / PREVALENCE, hits + (1.0 - PREVALENCE - alarms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_hysteresis() {
        assert_eq!(onsets(&[0.1, 0.6, 0.4, 0.6, 0.3, 0.5, 0.2]), 2);
        assert_eq!(onsets(&[0.4, 0.49]), 0);
    }

    #[test]
    fn figures_are_weighted_to_the_prevalence() {
        // One of the two is above all others, the other one below half of them.
        let scored = [(0.9, true), (0.4, true), (0.5, false), (0.1, false)];
        let half = 0.01 / (0.01 + 0.99 / 2.0);
        assert!((average_precision(&scored) - (1.0 + half) / 2.0).abs() < 1e-12);
        let (precision, recall, accuracy) = at_threshold(&scored, 0.5);
        assert!((precision - 0.005 / (0.005 + 0.495)).abs() < 1e-12);
        assert_eq!(recall, 0.5);
        assert!((accuracy - (0.005 + 0.495)).abs() < 1e-12);
        assert!((average_precision(&[(0.5, true), (0.5, false)]) - 0.01).abs() < 1e-12);
    }
}
