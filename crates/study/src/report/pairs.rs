//! Lists the most frequent confusions, with the clips that the model gets most wrong.

use super::links::Links;
use crate::experiment::record::PredictionRow;
use sourcing_sound_train::metrics::Scores;
use sourcing_sound_train::publish::text::{counted, escape, label, percent};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How many confusions, and clips of each, are listed.
const PAIRS: usize = 6;
const CLIPS: usize = 3;

/// Clips of one label that were given another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Index of the true label.
    pub label: usize,
    /// Index of the given one.
    pub given: usize,
    /// How many.
    pub count: usize,
}

/// Returns the most frequent confusions, at most six, in falling order.
pub fn most_confused(scores: &Scores) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (label, counts) in scores.confusion.iter().enumerate() {
        for (given, &count) in counts.iter().enumerate() {
            if label != given && count > 0 {
                pairs.push(Pair { label, given, count });
            }
        }
    }
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count));
    pairs.truncate(PAIRS);
    pairs
}

/// Returns the clips of a pair with the highest wrong scores, at most three. Clips of one recording
/// are near-copies, so each recording occurs once.
pub fn worst_clips<'a>(pair: Pair, rows: &[&'a PredictionRow]) -> Vec<&'a PredictionRow> {
    let of_pair = |row: &&&PredictionRow| row.label == pair.label && row.predicted == pair.given;
    let wrong_score = |row: &PredictionRow| row.scores.get(pair.given).copied().unwrap_or(0.0);
    let mut clips: Vec<_> = rows.iter().filter(of_pair).copied().collect();
    clips.sort_by(|a, b| {
        wrong_score(b).total_cmp(&wrong_score(a)).then_with(|| a.path.cmp(&b.path))
    });
    let mut recordings = BTreeSet::new();
    clips.retain(|clip| recordings.insert(&clip.recording));
    clips.truncate(CLIPS);
    clips
}

/// Returns the list of confusions; `rows` are the tested clips of the same splits as `scores`, or
/// none. Clips can be played if `audio` has them.
pub fn list(scores: &Scores, rows: &[&PredictionRow], audio: Option<&Links>) -> String {
    let pairs = most_confused(scores);
    if pairs.is_empty() {
        return "<p>No tested clip was given a wrong label.</p>".to_owned();
    }
    let mut list = "<ol class=\"pairs\">".to_owned();
    for pair in pairs {
        let names = [pair.label, pair.given].map(|index| label(&scores.classes[index].label));
        let support: usize = scores.confusion[pair.label].iter().sum();
        let _ = write!(
            list,
            "<li><p><strong>{} → {}</strong> <span class=\"quiet\">{}, {} of the true label</span></p>",
            names[0],
            names[1],
            counted(pair.count, "clip"),
            percent(pair.count as f64 / support.max(1) as f64)
        );
        let clips = worst_clips(pair, rows);
        if !clips.is_empty() {
            let items: String = clips.iter().map(|clip| item(clip, pair, audio)).collect();
            let _ = write!(list, "<ul class=\"clips\">{items}</ul>");
        }
        list.push_str("</li>");
    }
    list.push_str("</ol>");
    list
}

fn item(clip: &PredictionRow, pair: Pair, audio: Option<&Links>) -> String {
    let path = escape(&clip.path);
    let name = clip.path.rsplit('/').next().map_or_else(String::new, escape);
    let player = audio.and_then(|audio| audio.link(&clip.path)).map_or(String::new(), |link| {
        let link = escape(&link);
        format!("<audio controls preload=\"none\" src=\"{link}\" aria-label=\"{name}\"></audio>")
    });
    let score = clip.scores.get(pair.given).copied().unwrap_or(0.0);
    format!(
        "<li><span class=\"name\" title=\"{path}\">{name}</span><span>score {score:.2}</span>{player}</li>"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use sourcing_sound_train::metrics::scores_of_confusion;

    fn clip(path: &str, recording: &str, predicted: usize, score: f32) -> PredictionRow {
        PredictionRow {
            split: "1".into(),
            path: path.into(),
            recording: recording.into(),
            fold: 1,
            label: 0,
            predicted,
            scores: vec![1.0 - score, score],
        }
    }

    fn scores() -> Scores {
        scores_of_confusion(vec![vec![5, 4], vec![0, 3]], &["<a>".to_owned(), "b".to_owned()])
    }

    #[test]
    fn confusions_come_by_frequency() {
        let matrix = vec![vec![9, 1, 3], vec![2, 9, 0], vec![0, 7, 9]];
        let scores = scores_of_confusion(matrix, &["a", "b", "c"].map(str::to_owned));
        let counts: Vec<_> = most_confused(&scores).iter().map(|pair| pair.count).collect();
        assert_eq!(counts, [7, 3, 2, 1]);
    }

    #[test]
    fn the_worst_clips_are_of_different_recordings() {
        let rows = [
            clip("a.wav", "r1", 1, 0.8),
            clip("b.wav", "r1", 1, 0.9),
            clip("c.wav", "r2", 1, 0.7),
            clip("right.wav", "r3", 0, 0.1),
        ];
        let pair = Pair { label: 0, given: 1, count: 3 };
        let worst = worst_clips(pair, &rows.iter().collect::<Vec<_>>());
        assert_eq!(
            worst.iter().map(|clip| clip.path.as_str()).collect::<Vec<_>>(),
            ["b.wav", "c.wav"]
        );
    }

    #[test]
    fn only_existing_clips_can_be_played() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("it's.wav"), "").unwrap();
        let audio = Links::new(root.path(), root.path()).unwrap();
        let rows = [clip("it's.wav", "r1", 1, 0.8), clip("x/<gone>.wav", "r2", 1, 0.7)];
        let rows: Vec<_> = rows.iter().collect();
        let list = list(&scores(), &rows, Some(&audio));
        assert!(
            list.contains("&lt;a&gt; → b</strong> <span class=\"quiet\">4 clips, 44.4%"),
            "{list}"
        );
        assert_eq!(list.matches("<audio controls preload=\"none\" src=\"it%27s.wav\"").count(), 1);
        assert_eq!(list.matches("<audio").count(), 1, "no player without a file");
        assert!(list.contains(">&lt;gone&gt;.wav<") && !list.contains("<gone>"));
        assert!(!self::list(&scores(), &rows, None).contains("<audio"));
    }

    #[test]
    fn a_perfect_matrix_is_reported() {
        let scores = scores_of_confusion(vec![vec![1, 0], vec![0, 1]], &["a".into(), "b".into()]);
        assert!(list(&scores, &[], None).contains("No tested clip"));
    }
}
