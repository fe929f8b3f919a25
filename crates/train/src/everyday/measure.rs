//! What training gained and what it cost: the checkpoint and the network that ships on the same
//! recordings, none of which were trained on.

use super::corrupt::{self, Corruption, EVALUATED};
use super::describe;
use super::layout::Layout;
use super::material::{Clip, Material, Role};
use super::network::run_one;
use super::synthesis::RATE;
use super::teacher::Answers;
use crate::data::sound::{amplitude, power};
use crate::nn::net::Array;
use crate::progress;
use crate::publish::text::percent;
use crate::random::generator;
use anyhow::Result;
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sourcing_sound::FrontEnd;
use std::collections::BTreeMap;

/// Windows that are much quieter than their clip (dB) are not what it is about.
const QUIET_DB: f32 = -20.0;

/// Weights under a name.
pub struct Network<'a> {
    /// As tables name it.
    pub name: &'static str,
    pub weights: &'a [Array],
}

/// How often the best label is the teacher's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// What was compared.
    pub what: String,
    /// Windows.
    pub n: usize,
    /// Recordings that they are of.
    pub recordings: usize,
    /// Share, by network in the order of [`Measured::networks`].
    pub shares: Vec<f64>,
    /// Last network minus first, in percentage points, with the 95% interval over recordings.
    pub gain: (f64, f64, f64),
}

/// Everything that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Names of the networks that were compared.
    pub networks: Vec<String>,
    /// Best label on clean windows of 4 s, compared with the teacher's on the same 4 s.
    pub clean: Agreement,
    /// Best label on windows, compared with the teacher's of the whole clip, up to 10 s.
    pub windows: Vec<Agreement>,
    /// Best label on spoilt windows of 4 s, compared with the teacher's on the same clean 4 s.
    pub corrupted: Vec<Agreement>,
    /// Sounds made from formulas without what they have above 11 kHz, compared with the same
    /// network's answer to the whole of them.
    pub top_octave: Agreement,
}

impl Measured {
    /// Mean over the corruptions, by network.
    pub fn mean_corrupted(&self) -> Vec<f64> {
        let n = self.corrupted.len().max(1) as f64;
        (0..self.networks.len())
            .map(|network| self.corrupted.iter().map(|row| row.shares[network]).sum::<f64>() / n)
            .collect()
    }
}

/// A piece of a clip with the label that is expected of it.
struct Item<'a> {
    recording: &'a str,
    samples: Vec<f32>,
    expected: Expected,
}

enum Expected {
    /// This label.
    Label(usize),
    /// Whatever label the same network gives these samples.
    Own(Vec<f32>),
}

/// The index of the greatest value.
pub fn best(values: &[f32]) -> usize {
    let pairs = values.iter().enumerate();
    pairs.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(index, _)| index)
}

/// Compares networks of one layout on the clips that were held out.
pub fn measure(
    layout: &Layout,
    networks: &[Network<'_>],
    material: &Material,
    answers: &[Answers],
) -> Result<Measured> {
    let formulas = material.formulas();
    let (made, recorded): (Vec<_>, Vec<_>) =
        material.with_role(Role::Test, answers).partition(|(clip, _)| clip.set == formulas);
    let judge = Judge { layout, networks };
    let clean = judge.agreement("4 s, as recorded", &four_seconds(&recorded, &[]))?;
    let mut windows = Vec::new();
    for seconds in [1.0, 2.0, 4.0, 10.0] {
        let items = of_whole(&recorded, seconds);
        windows.push(judge.agreement(&format!("{seconds} s"), &items)?);
    }
    let mut corrupted = Vec::new();
    for chain in EVALUATED {
        let items = four_seconds(&recorded, chain);
        corrupted.push(judge.agreement(&corrupt::name(chain), &items)?);
    }
    let items: Vec<_> = made.iter().map(|(clip, _)| without_top(clip)).collect();
    let top_octave = judge.agreement("formulas without what is above 11 kHz", &items)?;
    let networks = networks.iter().map(|network| network.name.to_owned()).collect();
    Ok(Measured { networks, clean, windows, corrupted, top_octave })
}

/// Shares of the way from the original's weights to the trained ones that are tried.
pub const SHARES: [f64; 7] = [0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0];

/// A share, with what it reaches on the recordings for validation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Of the way, 0 to 1.
    pub share: f64,
    /// Agreement on clean windows of 4 s.
    pub clean: f64,
    /// Agreement on windows of 1 s with the whole clip, and on spoilt ones of 4 s; the mean.
    pub hard: f64,
}

/// Tries weights between the original's and the trained ones on the recordings for validation, and
/// returns the index of the best ones, with all that was found: those that do best on short and
/// spoilt windows of all that agree on clean ones no less often than the first candidate, which is
/// the original as it would be stored.
pub fn choose(
    layout: &Layout,
    candidates: &[(f64, Vec<Array>)],
    material: &Material,
    answers: &[Answers],
) -> Result<(usize, Vec<Share>)> {
    let clips = material.with_role(Role::Validation, answers);
    let clips: Vec<_> = clips.filter(|(clip, _)| clip.set != material.formulas()).collect();
    let networks = candidates.iter().map(|(_, weights)| Network { name: "", weights });
    let networks: Vec<_> = networks.collect();
    let judge = Judge { layout, networks: &networks };
    let clean = judge.agreement("validation, 4 s", &four_seconds(&clips, &[]))?;
    let short = judge.agreement("validation, 1 s", &of_whole(&clips, 1.0))?;
    let spoilt = four_seconds(&clips, EVALUATED[EVALUATED.len() - 1]);
    let spoilt = judge.agreement("validation, 4 s, spoilt", &spoilt)?;
    let found = candidates.iter().enumerate().map(|(index, (share, _))| Share {
        share: *share,
        clean: clean.shares[index],
        hard: (short.shares[index] + spoilt.shares[index]) / 2.0,
    });
    let found: Vec<Share> = found.collect();
    let least = found.first().map_or(0.0, |share| share.clean);
    let fits = found.iter().enumerate().filter(|(_, share)| share.clean >= least);
    let best = fits.max_by(|a, b| a.1.hard.total_cmp(&b.1.hard));
    Ok((best.map_or(0, |(index, _)| index), found))
}

/// Windows one after another that are as loud as their clip, with where they begin.
fn cut(clip: &Clip, seconds: f64) -> Vec<(usize, Vec<f32>)> {
    let length = ((seconds * RATE as f64) as usize).min(clip.samples.len());
    let floor = power(&clip.samples) * amplitude(QUIET_DB).powi(2);
    let pieces = clip.samples.chunks_exact(length).enumerate();
    let pieces = pieces.filter(|(_, piece)| power(piece) >= floor);
    pieces.map(|(index, piece)| (index * length, piece.to_vec())).collect()
}

fn four_seconds<'a>(clips: &[(&'a Clip, &Answers)], chain: &[Corruption]) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    for (clip, answers) in clips {
        for (start, mut samples) in cut(clip, 4.0) {
            let middle = (start + samples.len() / 2) as f64 / RATE as f64;
            let expected = Expected::Label(best(&answers.around(middle).logits));
            let mut rng = generator(0, &format!("{} {start}", clip.name), &[]);
            for corruption in chain {
                corruption.apply(&mut samples, &mut rng);
            }
            items.push(Item { recording: &clip.recording, samples, expected });
        }
    }
    items
}

fn of_whole<'a>(clips: &[(&'a Clip, &Answers)], seconds: f64) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    for (clip, answers) in clips {
        let label = best(&answers.whole.logits);
        for (_, samples) in cut(clip, seconds) {
            let expected = Expected::Label(label);
            items.push(Item { recording: &clip.recording, samples, expected });
        }
    }
    items
}

fn without_top(clip: &Clip) -> Item<'_> {
    let whole = clip.samples[..clip.samples.len().min(4 * RATE)].to_vec();
    let mut samples = whole.clone();
    let mut rng = generator(0, &clip.name, &[]);
    Corruption::LowPass(11_000.0).apply(&mut samples, &mut rng);
    Item { recording: &clip.recording, samples, expected: Expected::Own(whole) }
}

struct Judge<'a> {
    layout: &'a Layout,
    networks: &'a [Network<'a>],
}

impl Judge<'_> {
    fn agreement(&self, what: &str, items: &[Item<'_>]) -> Result<Agreement> {
        let front_end = FrontEnd::new(describe::front_end())?;
        let one = |front_end: &mut FrontEnd, item: &Item<'_>| -> Result<Vec<bool>> {
            let mut label = |network: &Network<'_>, samples: &[f32]| {
                let columns = describe::columns(front_end, samples)?;
                run_one(self.layout, network.weights, &columns).map(|output| best(&output.logits))
            };
            let right = self.networks.iter().map(|network| {
                let expected = match &item.expected {
                    Expected::Label(label) => *label,
                    Expected::Own(samples) => label(network, samples)?,
                };
                Ok(label(network, &item.samples)? == expected)
            });
            right.collect()
        };
        let rows: Result<Vec<_>> = items.par_iter().map_init(|| front_end.clone(), one).collect();
        let rows = rows?;
        let mut by_recording: BTreeMap<&str, Vec<&[bool]>> = BTreeMap::new();
        for (item, row) in items.iter().zip(&rows) {
            by_recording.entry(item.recording).or_default().push(row);
        }
        let n = rows.len();
        let share = |network: usize| {
            rows.iter().filter(|row| row[network]).count() as f64 / n.max(1) as f64
        };
        let shares: Vec<f64> = (0..self.networks.len()).map(share).collect();
        let agreement = Agreement {
            what: what.to_owned(),
            n,
            recordings: by_recording.len(),
            gain: gain(&by_recording),
            shares,
        };
        let shares: Vec<_> = agreement.shares.iter().map(|&share| percent(share)).collect();
        let (gain, low, high) = agreement.gain;
        progress::line(&format!(
            "{what}: {} (n = {n}), gain {gain:+.1} points [{low:+.1}, {high:+.1}]",
            shares.join(", "),
        ));
        Ok(agreement)
    }
}

/// Last minus first in points, and its 95% bootstrap interval over recordings.
fn gain(by_recording: &BTreeMap<&str, Vec<&[bool]>>) -> (f64, f64, f64) {
    const ROUNDS: usize = 1_000;
    let sums: Vec<(f64, f64)> = by_recording
        .values()
        .map(|rows| {
            let difference = |row: &&[bool]| {
                let value = |side: Option<&bool>| f64::from(u8::from(side == Some(&true)));
                value(row.last()) - value(row.first())
            };
            (rows.iter().map(difference).sum(), rows.len() as f64)
        })
        .collect();
    let points = |chosen: &mut dyn Iterator<Item = usize>| {
        let (sum, n) = chosen.fold((0.0, 0.0), |(s, n), i| (s + sums[i].0, n + sums[i].1));
        100.0 * sum / f64::max(n, 1.0)
    };
    if sums.is_empty() {
        return (0.0, 0.0, 0.0);
    }
    let mut rng = generator(0, "gain", &[]);
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| points(&mut (0..sums.len()).map(|_| rng.random_range(0..sums.len()))))
        .collect();
    rounds.sort_by(f64::total_cmp);
    let at = |share: f64| rounds[((ROUNDS - 1) as f64 * share).round() as usize];
    (points(&mut (0..sums.len())), at(0.025), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_is_paired() {
        let (won, lost, same) = ([false, true], [true, false], [true, true]);
        let rows = BTreeMap::from([("a", vec![&won[..], &same]), ("b", vec![&won, &lost])]);
        let (gain, low, high) = gain(&rows);
        assert_eq!(gain, 25.0);
        assert!(low >= 0.0 && high <= 50.0 && low <= gain && gain <= high);
    }

    #[test]
    fn quiet_windows_are_left_out() {
        let mut samples = vec![0.5; 2 * RATE];
        samples.extend(vec![0.001; RATE]);
        let clip = Clip::new(0, "x".into(), "x".into(), samples);
        let starts: Vec<_> = cut(&clip, 1.0).into_iter().map(|(start, _)| start).collect();
        assert_eq!(starts, [0, RATE]);
        assert_eq!(cut(&clip, 10.0).len(), 1, "a short clip is one window");
    }
}
