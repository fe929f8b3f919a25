//! Scores over time → steady scores and events.

use crate::prediction::Labels;
use crate::scorer::Scored;
use crate::taxonomy::Ranking;
use std::collections::VecDeque;

/// A stretch of time in which a label was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct SoundEvent {
    /// What was heard.
    pub label: String,
    /// When it was first heard, in seconds; exact to one hop.
    pub onset: f64,
    /// When it was last heard, in seconds; `None` while it sounds.
    pub offset: Option<f64>,
    /// Its highest smoothed score so far.
    pub score: f32,
}

/// Averages the last scores: a plain mean, so that nothing older than its window counts.
pub(crate) struct Smoother {
    length: usize,
    window: VecDeque<Scored>,
}

impl Smoother {
    /// Averages over `length` predictions; 0 and 1 leave scores as they are.
    pub(crate) fn new(length: usize) -> Self {
        let length = length.max(1);
        Smoother { length, window: VecDeque::with_capacity(length) }
    }

    /// Takes the newest scores and returns the mean, and whether most of the window was
    /// rejected by the network itself.
    pub(crate) fn push(&mut self, scored: Scored) -> Scored {
        if self.window.len() == self.length {
            self.window.pop_front();
        }
        self.window.push_back(scored);
        let n = self.window.len();
        let mut scores = vec![0.0; self.window[n - 1].scores.len()];
        for past in &self.window {
            for (sum, score) in scores.iter_mut().zip(&past.scores) {
                *sum += score / n as f32;
            }
        }
        let others = self.window.iter().filter(|past| past.other).count();
        Scored { scores, other: 2 * others > n }
    }
}

/// Turns smoothed scores into events with hysteresis: a label's event starts at the
/// upper threshold and ends below the lower one. A label that a more special one outdoes
/// (`Animal` where a `Cat` is heard) has no event.
pub(crate) struct EventDetector {
    labels: Labels,
    ranking: Ranking,
    on: f32,
    off: f32,
    open: Vec<Option<SoundEvent>>,
}

impl EventDetector {
    pub(crate) fn new(labels: Labels, ranking: Ranking, on: f32, off: f32) -> Self {
        let open = vec![None; labels.len()];
        EventDetector { labels, ranking, on, off, open }
    }

    /// Takes the smoothed scores of the hop from `start` to `now` (seconds) and returns
    /// events that sound now or have just ended. A rejected hop ends all events.
    pub(crate) fn push(
        &mut self,
        (start, now): (f64, f64),
        scores: &[f32],
        rejected: bool,
    ) -> Vec<SoundEvent> {
        let mut events = Vec::new();
        for (i, &score) in scores.iter().enumerate() {
            let threshold = if self.open[i].is_some() { self.off } else { self.on };
            let sounds = !rejected && score >= threshold && !self.ranking.is_outdone(scores, i);
            match (&mut self.open[i], sounds) {
                (Some(event), true) => event.score = event.score.max(score),
                (slot @ None, true) => {
                    *slot = Some(SoundEvent {
                        label: self.labels.get(i).unwrap_or_default().to_owned(),
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

    /// Whether anything sounds.
    pub(crate) fn any_open(&self) -> bool {
        self.open.iter().any(Option::is_some)
    }

    /// Ends everything that still sounds.
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
    use crate::taxonomy::{Group, Taxonomy};

    fn scored(scores: &[f32], other: bool) -> Scored {
        Scored { scores: scores.to_vec(), other }
    }

    #[test]
    fn smoother_forgets_what_left_its_window() {
        let mut smoother = Smoother::new(2);
        assert_eq!(smoother.push(scored(&[1.0, 0.0], true)).scores, [1.0, 0.0]);
        let mean = smoother.push(scored(&[0.0, 1.0], false));
        assert_eq!((mean.scores, mean.other), (vec![0.5, 0.5], false));
        assert_eq!(smoother.push(scored(&[0.0, 1.0], false)).scores, [0.0, 1.0]);
    }

    #[test]
    fn events_have_hysteresis() {
        let labels = Labels::new(vec!["siren".into()]).unwrap();
        let mut detector = EventDetector::new(labels, Ranking::default(), 0.6, 0.4);
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
    fn the_special_label_has_the_event() {
        let labels = Labels::new(vec!["animal".into(), "cat".into()]).unwrap();
        let groups = vec![Group { name: "Animals".into(), icon: "animals".into() }];
        let taxonomy = Taxonomy::new(groups, vec![0, 0], vec![vec![], vec![0]]).unwrap();
        let ranking = Ranking { taxonomy: Some(taxonomy), heard: 0.3 };
        let mut detector = EventDetector::new(labels, ranking, 0.3, 0.2);
        assert_eq!(detector.push((0.0, 0.5), &[0.9, 0.1], false)[0].label, "animal");
        let events = detector.push((0.5, 1.0), &[0.9, 0.8], false);
        let ends: Vec<_> = events.iter().map(|e| (e.label.as_str(), e.offset)).collect();
        assert_eq!(ends, [("animal", Some(0.5)), ("cat", None)]);
    }
}
