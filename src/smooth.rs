//! Turns scores over time into steady scores and events.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::metadata::Decision;
use crate::vocabulary::{Scored, Vocabulary};
use std::collections::VecDeque;

/// A stretch of time in which a label was detected.
#[derive(Clone, Debug, PartialEq)]
pub struct SoundEvent {
    /// The label.
    pub label: String,
    /// When it started, in seconds; exact to one hop.
    pub onset: f64,
    /// When it ended, in seconds; `None` while it continues.
    pub offset: Option<f64>,
    /// Its highest smoothed score so far.
    pub score: f32,
}

/// Averages the last scores. It is a plain mean, so nothing older than its window counts.
pub(crate) struct Smoother {
    length: usize,
    window: VecDeque<Scored>,
}

impl Smoother {
    /// Averages over `length` predictions; 0 and 1 leave scores unchanged.
    pub(crate) fn new(length: usize) -> Self {
        let length = length.max(1);
        Smoother { length, window: VecDeque::with_capacity(length) }
    }

    /// Takes the newest scores and returns the mean of the window; `none_of_base` follows the
    /// majority in the window.
    pub(crate) fn push(&mut self, scored: Scored) -> Scored {
        if self.window.len() == self.length {
            self.window.pop_front();
        }
        self.window.push_back(scored);
        let n = self.window.len();
        let mut scores = vec![0.0; self.window[n - 1].scores.len()];
        for past in &self.window {
            for (sum, score) in scores.iter_mut().zip(&past.scores) {
                *sum += score;
            }
        }
        // Because the division comes last, the mean of scores of at most 1 is at most 1.
        scores.iter_mut().for_each(|sum| *sum /= n as f32);
        let presence = self.window.iter().map(|past| past.presence).sum::<f32>() / n as f32;
        let none_of_base = self.window.iter().filter(|past| past.none_of_base).count();
        Scored { scores, presence, none_of_base: 2 * none_of_base > n }
    }
}

/// Turns smoothed scores into events with hysteresis: a label's event starts at the upper threshold
/// and ends below the lower one. A label has no event while a more specific one is detected
/// (`Animal` while `Cat` is).
#[derive(Clone)]
pub(crate) struct EventDetector {
    vocabulary: Vocabulary,
    /// For each label, the upper and the lower threshold.
    on_off: Vec<(f32, f32)>,
    open: Vec<Option<SoundEvent>>,
}

impl EventDetector {
    /// Creates a detector; `on` and `off` replace the thresholds of all labels.
    ///
    /// # Errors
    /// `config` for a threshold outside of 0 to 1, or an `off` above a label's upper threshold.
    pub(crate) fn new(vocabulary: Vocabulary, on: Option<f32>, off: Option<f32>) -> Result<Self> {
        Decision::check_number("event_on", on)?;
        Decision::check_number("event_off", off)?;
        let labels = vocabulary.labels().len();
        let mut on_off = Vec::with_capacity(labels);
        for thresholds in (0..labels).map(|label| vocabulary.thresholds(label)) {
            let on = on.unwrap_or(thresholds.on);
            let off = off.unwrap_or(thresholds.off.min(on));
            if off > on {
                let (on, off) = (Decimal::from(on), Decimal::from(off));
                return Err(Error::config("event_off", off, format!("at most {on} (event_on)")));
            }
            on_off.push((on, off));
        }
        Ok(EventDetector { open: vec![None; labels], vocabulary, on_off })
    }

    /// Takes the smoothed scores of the hop from `start` to `now` (seconds) and returns the events
    /// that are open or have just ended. A rejected hop ends all events.
    pub(crate) fn push(
        &mut self,
        (start, now): (f64, f64),
        scores: &[f32],
        rejected: bool,
    ) -> Vec<SoundEvent> {
        let reach = scores.iter().zip(&self.on_off).zip(&self.open);
        let reach = reach.map(|((&score, &(on, off)), open)| {
            !rejected && score >= if open.is_some() { off } else { on }
        });
        let reach: Vec<bool> = reach.collect();
        let mut events = Vec::new();
        for (i, &score) in scores.iter().enumerate() {
            let sounds = reach[i] && !self.vocabulary.is_outdone(scores, &reach, i);
            match (&mut self.open[i], sounds) {
                (Some(event), true) => event.score = event.score.max(score),
                (slot @ None, true) => {
                    *slot = Some(SoundEvent {
                        label: self.vocabulary.labels().get(i).unwrap_or_default().to_owned(),
                        onset: start,
                        offset: None,
                        score,
                    });
                }
                (slot @ Some(_), false) => events.extend(slot.take().map(|e| ended(e, start))),
                (None, false) => {}
            }
            debug_assert!(now >= start);
            events.extend(self.open[i].clone());
        }
        events
    }

    /// Returns the events that are open, in the order of the labels.
    pub(crate) fn open(&self) -> impl Iterator<Item = &SoundEvent> {
        self.open.iter().flatten()
    }

    /// Returns whether any event is open.
    pub(crate) fn any_open(&self) -> bool {
        self.open.iter().any(Option::is_some)
    }

    /// Ends all open events.
    pub(crate) fn finish(&mut self, now: f64) -> Vec<SoundEvent> {
        self.open.iter_mut().filter_map(|slot| slot.take()).map(|event| ended(event, now)).collect()
    }
}

fn ended(mut event: SoundEvent, at: f64) -> SoundEvent {
    event.offset = Some(at);
    event
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::*;
    use crate::labels::Labels;
    use crate::taxonomy::{Group, Taxonomy};
    use crate::vocabulary::Thresholds;

    fn labels(names: &[&str]) -> Labels {
        Labels::new(names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
    }

    fn scored(scores: &[f32], none_of_base: bool) -> Scored {
        Scored { scores: scores.to_vec(), presence: scores[0], none_of_base }
    }

    #[test]
    fn old_scores_leave_the_window() {
        let mut smoother = Smoother::new(2);
        assert_eq!(smoother.push(scored(&[1.0, 0.0], true)).scores, [1.0, 0.0]);
        let mean = smoother.push(scored(&[0.0, 1.0], false));
        assert_eq!((mean.scores, mean.presence), (vec![0.5, 0.5], 0.5));
        assert!(!mean.none_of_base);
        assert_eq!(smoother.push(scored(&[0.0, 1.0], false)).scores, [0.0, 1.0]);
    }

    #[test]
    fn events_have_hysteresis() {
        let thresholds = Thresholds { rejection: 0.0, on: 0.6, off: 0.4 };
        let vocabulary = Vocabulary::of_base(labels(&["siren"]), None, thresholds);
        let mut detector = EventDetector::new(vocabulary, None, None).unwrap();
        let mut hop = 0.0;
        let mut push = |score: f32, rejected: bool| {
            let events = detector.push((hop, hop + 0.5), &[score], rejected);
            hop += 0.5;
            events
        };
        assert!(push(0.5, false).is_empty());
        assert_eq!(push(0.7, false)[0].onset, 0.5);
        assert_eq!(push(0.5, false)[0].offset, None);
        let end = push(0.3, false);
        assert_eq!((end.len(), end[0].offset, end[0].score), (1, Some(1.5), 0.7));
        assert!(push(0.5, false).is_empty());
        assert_eq!(push(0.9, false).len(), 1);
        assert_eq!(push(0.9, true)[0].offset, Some(3.0));
    }

    #[test]
    fn the_specific_label_has_the_event() {
        let groups = vec![Group { name: "Animals".into(), icon: "animals".into() }];
        let taxonomy = Taxonomy::new(groups, vec![0, 0], vec![vec![], vec![0]]).unwrap();
        let thresholds = Thresholds { rejection: 0.0, on: 0.3, off: 0.2 };
        let labels = labels(&["animal", "cat"]);
        let vocabulary = Vocabulary::of_base(labels, Some(taxonomy), thresholds);
        let mut detector = EventDetector::new(vocabulary, None, None).unwrap();
        assert_eq!(detector.push((0.0, 0.5), &[0.9, 0.1], false)[0].label, "animal");
        let events = detector.push((0.5, 1.0), &[0.9, 0.8], false);
        let ends: Vec<_> = events.iter().map(|e| (e.label.as_str(), e.offset)).collect();
        assert_eq!(ends, [("animal", Some(0.5)), ("cat", None)]);
    }

    #[test]
    fn a_general_label_gives_way_to_a_specific_one_that_has_an_event() {
        let groups = vec![Group { name: "Animals".into(), icon: "animals".into() }];
        let taxonomy = Taxonomy::new(groups, vec![0, 0], vec![vec![], vec![0]]).unwrap();
        let thresholds = Thresholds { rejection: 0.1, on: 0.3, off: 0.15 };
        let vocabulary =
            Vocabulary::of_base(labels(&["animal", "cat"]), Some(taxonomy), thresholds);
        let open = |on: Option<f32>, hops: &[[f32; 2]]| {
            let mut detector = EventDetector::new(vocabulary.clone(), on, None).unwrap();
            for (hop, scores) in (0u8..).zip(hops) {
                let start = f64::from(hop);
                detector.push((start, start + 1.0), scores, false);
            }
            detector.open().map(|event| event.label.clone()).collect::<Vec<_>>()
        };
        assert_eq!(open(None, &[[0.9, 0.5]]), ["cat"]);
        // The cat does not reach the given threshold, so it does not replace the animal.
        assert_eq!(open(Some(0.7), &[[0.9, 0.5]]), ["animal"]);
        assert_eq!(open(Some(0.15), &[[0.3, 0.2]]), ["cat"]);
        // The event lasts until the score is below the lower threshold.
        assert_eq!(open(None, &[[0.4, 0.36], [0.4, 0.22]]), ["cat"]);
        assert_eq!(open(None, &[[0.4, 0.36], [0.4, 0.22], [0.4, 0.1]]), ["animal"]);
    }

    #[test]
    fn a_mean_of_scores_is_never_above_one() {
        for length in 1..=120 {
            let mut smoother = Smoother::new(length);
            let means = (0..2 * length).map(|_| smoother.push(scored(&[1.0], false)).scores[0]);
            assert!(means.into_iter().all(|mean| mean == 1.0), "{length}");
        }
    }

    #[test]
    fn each_source_has_its_own_thresholds_unless_one_is_given() {
        let head = Thresholds { rejection: 0.0, on: 0.8, off: 0.7 };
        let base = Thresholds { rejection: 0.0, on: 0.3, off: 0.2 };
        let vocabulary = Vocabulary::joint((labels(&["bark", "Dog"]), 1, vec![]), None, head, base);
        let detected = |on, off| {
            let mut detector = EventDetector::new(vocabulary.clone(), on, off).unwrap();
            let events = detector.push((0.0, 0.5), &[0.5, 0.5], false);
            events.into_iter().map(|event| event.label).collect::<Vec<_>>()
        };
        assert_eq!(detected(None, None), ["Dog"]);
        assert_eq!(detected(Some(0.4), None), ["bark", "Dog"]);
        assert_eq!(detected(Some(0.6), None), [] as [&str; 0]);
        let refused = EventDetector::new(vocabulary, None, Some(0.5)).map(|_| ()).unwrap_err();
        assert!(refused.to_string().contains("event_off"), "above the base's event_on");
    }
}
