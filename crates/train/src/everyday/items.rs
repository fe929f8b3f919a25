//! Windows of held-out clips, as recorded and degraded, each with the expected label.

use super::corrupt::{self, ACROSS_A_ROOM, Corruption, lay, mix};
use super::material::Clip;
use super::synthesis::RATE;
use super::teacher::Answers;
use super::usage::{FLOOR_DB, loudest};
use crate::data::sound::{amplitude, power};
use crate::random::generator;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Windows that are this much quieter than their clip (dB) do not represent it.
const QUIET_DB: f32 = -20.0;

/// A piece of a clip with its expected label.
pub struct Item<'a> {
    pub recording: &'a str,
    pub samples: Vec<f32>,
    pub expected: Expected,
}

pub enum Expected {
    /// This label.
    Label(usize),
    /// Whatever label the same network gives these samples.
    Own(Vec<f32>),
}

/// How a window of 4 s is degraded; levels in dB.
#[derive(Clone, Copy, Debug)]
pub enum Spoiling {
    /// Degradations, one after another.
    Chain(&'static [Corruption]),
    /// Mixed with another recording, this far below.
    Mixed(f32),
    /// Begins this many seconds later, or earlier if the clip would end first.
    Shifted(f64),
    /// Keeps only its loudest seconds, placed somewhere in faint noise.
    Brief(f64),
}

/// No degradation.
pub const AS_RECORDED: Spoiling = Spoiling::Chain(&[]);

/// The rows of the evaluation.
pub const EVALUATED: [Spoiling; 17] = [
    Spoiling::Chain(&[Corruption::Gain(-20.0)]),
    Spoiling::Chain(&[Corruption::Gain(10.0)]),
    Spoiling::Chain(&[Corruption::Noise(20.0, 0.0)]),
    Spoiling::Chain(&[Corruption::Noise(10.0, 0.0)]),
    Spoiling::Chain(&[Corruption::Noise(10.0, 1.0)]),
    Spoiling::Chain(&[Corruption::LowPass(8_000.0)]),
    Spoiling::Chain(&[Corruption::LowPass(4_000.0), Corruption::HighPass(300.0)]),
    Spoiling::Chain(&[Corruption::TopOctave(20.0)]),
    Spoiling::Chain(&[Corruption::TopOctave(40.0)]),
    Spoiling::Chain(&[Corruption::Room(0.5, 0.0)]),
    Spoiling::Chain(ACROSS_A_ROOM),
    Spoiling::Mixed(12.0),
    Spoiling::Mixed(6.0),
    Spoiling::Shifted(0.25),
    Spoiling::Shifted(1.0),
    Spoiling::Brief(0.9),
    Spoiling::Brief(0.3),
];

impl Spoiling {
    /// Returns its name in a row of a table.
    pub fn name(self) -> String {
        match self {
            Self::Chain(chain) => corrupt::name(chain),
            Self::Mixed(below) => format!("another recording {below} dB below"),
            Self::Shifted(seconds) => format!("time shift of {seconds} s"),
            Self::Brief(seconds) => format!("only the loudest {seconds} s, in faint noise"),
        }
    }

    /// Returns the degraded samples of one of `windows`; `None` if it cannot be degraded like this.
    fn apply(
        self,
        window: &Window<'_>,
        windows: &[Window<'_>],
        rng: &mut Xoshiro256PlusPlus,
    ) -> Option<Vec<f32>> {
        let mut samples = window.samples.to_vec();
        match self {
            Self::Chain(chain) => chain.iter().for_each(|step| step.apply(&mut samples, rng)),
            Self::Mixed(below) => {
                let is_other = |other: &&Window<'_>| other.clip.recording != window.clip.recording;
                let others: Vec<_> = windows.iter().filter(is_other).collect();
                let place = (!others.is_empty()).then(|| rng.random_range(0..others.len()))?;
                mix(&mut samples, others[place].samples, -below);
            }
            Self::Shifted(seconds) => {
                let (all, shift) = (&window.clip.samples, (seconds * RATE as f64) as usize);
                let later = window.start + shift;
                let is_within = later + samples.len() <= all.len();
                let start = if is_within { later } else { window.start.checked_sub(shift)? };
                samples.copy_from_slice(&all[start..start + window.samples.len()]);
            }
            Self::Brief(seconds) => {
                let length = ((seconds * RATE as f64) as usize).min(samples.len());
                let start = loudest(&samples, length);
                let piece = &window.samples[start..start + length];
                samples = lay(piece, 4 * RATE, Some((0.5, FLOOR_DB)), rng);
            }
        }
        Some(samples)
    }
}

/// A part of a clip.
struct Window<'a> {
    clip: &'a Clip,
    start: usize,
    samples: &'a [f32],
}

/// Returns the index of the greatest value.
pub fn best(values: &[f32]) -> usize {
    let pairs = values.iter().enumerate();
    pairs.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(index, _)| index)
}

/// Cuts consecutive windows that are as loud as their clip.
fn cut(clip: &Clip, seconds: f64) -> impl Iterator<Item = Window<'_>> {
    let length = ((seconds * RATE as f64) as usize).min(clip.samples.len());
    let floor = power(&clip.samples) * amplitude(QUIET_DB).powi(2);
    let pieces = clip.samples.chunks_exact(length).enumerate();
    let pieces = pieces.filter(move |(_, piece)| power(piece) >= floor);
    pieces.map(move |(index, samples)| Window { clip, start: index * length, samples })
}

/// Returns degraded windows of 4 s; the expected label is the teacher's for them as recorded.
pub fn four_seconds<'a>(clips: &[(&'a Clip, &Answers)], spoiling: Spoiling) -> Vec<Item<'a>> {
    let (mut windows, mut labels) = (Vec::new(), Vec::new());
    for (clip, answers) in clips {
        for window in cut(clip, 4.0) {
            let middle = (window.start + window.samples.len() / 2) as f64 / RATE as f64;
            labels.push(best(&answers.around(middle).logits));
            windows.push(window);
        }
    }
    let item = |(window, &label): (&Window<'a>, &usize)| {
        let name = format!("{} {}", window.clip.name, window.start);
        let samples = spoiling.apply(window, &windows, &mut generator(0, &name, &[]))?;
        let expected = Expected::Label(label);
        Some(Item { recording: &window.clip.recording, samples, expected })
    };
    windows.iter().zip(&labels).filter_map(item).collect()
}

/// Returns windows; the expected label is the teacher's for the whole clip.
pub fn of_whole<'a>(clips: &[(&'a Clip, &Answers)], seconds: f64) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    for (clip, answers) in clips {
        let label = best(&answers.whole.logits);
        items.extend(cut(clip, seconds).map(|window| Item {
            recording: &window.clip.recording,
            samples: window.samples.to_vec(),
            expected: Expected::Label(label),
        }));
    }
    items
}

/// Returns up to 4 s without the part above 11 kHz; the expected label is the network's own for the
/// complete samples.
pub fn without_top(clip: &Clip) -> Item<'_> {
    let whole = clip.samples[..clip.samples.len().min(4 * RATE)].to_vec();
    let mut samples = whole.clone();
    let mut rng = generator(0, &clip.name, &[]);
    Corruption::LowPass(11_000.0).apply(&mut samples, &mut rng);
    Item { recording: &clip.recording, samples, expected: Expected::Own(whole) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::everyday::network::Output;

    /// Returns a clip at this level in which every sample shows its position.
    fn clip(recording: &str, seconds: f32, level: f32) -> Clip {
        let length = (seconds * RATE as f32) as usize;
        let samples = (0..length).map(|i| level * (1.0 + i as f32 / length as f32)).collect();
        Clip::new(0, format!("{recording}.wav"), recording.into(), samples)
    }

    fn answers() -> Answers {
        let output = |label: usize| Output {
            logits: (0..3).map(|index| f32::from(u8::from(index == label))).collect(),
            embedding: Vec::new(),
        };
        Answers { whole: output(0), windows: vec![output(1), output(2)] }
    }

    fn items<'a>(clips: &'a [Clip], answers: &Answers, spoiling: Spoiling) -> Vec<Item<'a>> {
        let pairs: Vec<_> = clips.iter().map(|clip| (clip, answers)).collect();
        four_seconds(&pairs, spoiling)
    }

    fn label(item: &Item<'_>) -> usize {
        match item.expected {
            Expected::Label(label) => label,
            Expected::Own(_) => 3,
        }
    }

    #[test]
    fn quiet_windows_are_left_out() {
        let mut samples = vec![0.5; 2 * RATE];
        samples.extend(vec![0.001; RATE]);
        let clip = Clip::new(0, "x".into(), "x".into(), samples);
        let starts: Vec<_> = cut(&clip, 1.0).map(|window| window.start).collect();
        assert_eq!(starts, [0, RATE]);
        assert_eq!(cut(&clip, 10.0).count(), 1, "a short clip is one window");
    }

    #[test]
    fn another_recording_is_mixed_in_at_its_level() {
        let same = clip("a", 4.0, 0.3);
        let clips = [clip("a", 4.0, 0.1), same, clip("b", 4.0, 0.2)];
        let found = items(&clips, &answers(), Spoiling::Mixed(6.0));
        assert_eq!(found.len(), 3);
        for (item, (clip, other)) in found.iter().zip([(0, 2), (1, 2), (2, 0)]) {
            let (own, other) = (&clips[clip].samples, &clips[other].samples);
            let added: Vec<f32> = item.samples.iter().zip(own).map(|(x, own)| x - own).collect();
            let below = 10.0 * (power(own) / power(&added)).log10();
            assert!((below - 6.0).abs() < 0.01, "{below}");
            // The other sound keeps its shape.
            assert!((added[9] / other[9] - added[RATE] / other[RATE]).abs() < 1e-4);
            assert_eq!(label(item), 1);
        }
        assert!(items(&clips[..2], &answers(), Spoiling::Mixed(6.0)).is_empty(), "no other one");
    }

    #[test]
    fn what_is_mixed_in_is_never_of_the_same_recording() {
        // Only samples of `b` are negative.
        let mut other = clip("b", 4.0, 0.1);
        other.samples.iter_mut().for_each(|x| *x = -*x);
        let mut clips: Vec<Clip> = (0..20).map(|_| clip("a", 4.0, 0.1)).collect();
        clips.push(other);
        for item in &items(&clips, &answers(), Spoiling::Mixed(12.0))[..20] {
            assert!(item.samples.iter().zip(&clips[0].samples).all(|(x, own)| x < own));
        }
    }

    #[test]
    fn a_shifted_window_begins_elsewhere_and_keeps_its_label() {
        let clips = [clip("a", 9.0, 0.1), clip("b", 8.5, 0.1), clip("c", 4.5, 0.1)];
        let starts = |seconds| -> Vec<(f64, usize)> {
            let found = items(&clips, &answers(), Spoiling::Shifted(seconds));
            let start = |item: &Item<'_>| {
                let all = &clips.iter().find(|clip| clip.recording == item.recording).unwrap();
                let place = all.samples.iter().position(|&x| x == item.samples[0]).unwrap();
                assert_eq!(item.samples, all.samples[place..place + 4 * RATE]);
                (place as f64 / RATE as f64, label(item))
            };
            found.iter().map(start).collect()
        };
        // The second window of `b` can only begin 1 s earlier; `c` cannot be shifted.
        assert_eq!(starts(1.0), [(1.0, 1), (5.0, 2), (1.0, 1), (3.0, 2)]);
        assert_eq!(starts(0.25), [(0.25, 1), (4.25, 2), (0.25, 1), (4.25, 2), (0.25, 1)]);
    }

    #[test]
    fn the_loudest_part_alone_lies_in_faint_noise() {
        let mut samples = vec![0.01; 5 * RATE];
        samples[2 * RATE..2 * RATE + RATE / 2].fill(0.5);
        let clips = [Clip::new(0, "x".into(), "x".into(), samples), clip("short", 0.6, 0.5)];
        for (item, loud) in items(&clips, &answers(), Spoiling::Brief(0.9)).iter().zip([0.5, 0.6]) {
            assert_eq!((item.samples.len(), label(item)), (4 * RATE, 1));
            let is_loud = |x: &&f32| x.abs() > 0.4;
            let count = item.samples.iter().filter(is_loud).count() as f64 / RATE as f64;
            assert!((count - loud).abs() < 0.01, "{count}");
            let is_faint = |x: &&f32| x.abs() < 0.002;
            let count = item.samples.iter().filter(is_faint).count() as f64 / RATE as f64;
            assert!(count > 3.0 && item.samples.iter().all(|&x| x != 0.0), "{count}");
        }
    }

    #[test]
    fn rows_differ_in_name_and_come_again() {
        let names: std::collections::BTreeSet<_> = EVALUATED.map(Spoiling::name).into();
        assert_eq!(names.len(), EVALUATED.len());
        let clips = [clip("a", 9.0, 0.1), clip("b", 5.0, 0.2)];
        for spoiling in EVALUATED {
            let [first, second] = [0; 2].map(|_| items(&clips, &answers(), spoiling));
            assert!(!first.is_empty() && first.iter().all(|x| x.samples.len() == 4 * RATE));
            for (first, second) in first.iter().zip(&second) {
                assert_eq!(first.samples, second.samples, "{}", spoiling.name());
            }
        }
    }
}
