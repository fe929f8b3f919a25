//! Measures what training gained and cost: the checkpoint and the network that ships, on the same
//! recordings, none of which were trained on.

use super::corrupt::ACROSS_A_ROOM;
use super::describe;
use super::items::{
    AS_RECORDED, EVALUATED, Expected, Item, Spoiling, best, four_seconds, of_whole, without_top,
};
use super::layout::Layout;
use super::material::{Material, Role};
use super::network::run_one;
use super::teacher::Answers;
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

/// Named weights.
pub struct Network<'a> {
    /// The name in tables.
    pub name: &'static str,
    pub weights: &'a [Array],
}

/// How often the best label is the teacher's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// What was compared.
    pub what: String,
    /// Number of windows.
    pub n: usize,
    /// Number of recordings that the windows are from.
    pub recordings: usize,
    /// Share for each network, in the order of [`Measured::networks`].
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
    /// Best label on windows, compared with the teacher's on the whole clip, up to 10 s.
    pub windows: Vec<Agreement>,
    /// Best label on degraded windows of 4 s, compared with the teacher's on the same 4 s as
    /// recorded.
    pub corrupted: Vec<Agreement>,
    /// Best label on synthesised sounds without their part above 11 kHz, compared with the same
    /// network's best label on the complete sounds.
    pub top_octave: Agreement,
}

impl Measured {
    /// Returns the mean over the degradations, for each network.
    pub fn mean_corrupted(&self) -> Vec<f64> {
        let n = self.corrupted.len().max(1) as f64;
        (0..self.networks.len())
            .map(|network| self.corrupted.iter().map(|row| row.shares[network]).sum::<f64>() / n)
            .collect()
    }
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
    let clean = judge.agreement("4 s, as recorded", &four_seconds(&recorded, AS_RECORDED))?;
    let mut windows = Vec::new();
    for seconds in [1.0, 2.0, 4.0, 10.0] {
        let items = of_whole(&recorded, seconds);
        windows.push(judge.agreement(&format!("{seconds} s"), &items)?);
    }
    let mut corrupted = Vec::new();
    for spoiling in EVALUATED {
        let items = four_seconds(&recorded, spoiling);
        corrupted.push(judge.agreement(&spoiling.name(), &items)?);
    }
    // Nothing can be mixed in if there is one recording, or shifted if all clips are short.
    corrupted.retain(|row| row.n > 0);
    let items: Vec<_> = made.iter().map(|(clip, _)| without_top(clip)).collect();
    let top_octave = judge.agreement("formulas without what is above 11 kHz", &items)?;
    let networks = networks.iter().map(|network| network.name.to_owned()).collect();
    Ok(Measured { networks, clean, windows, corrupted, top_octave })
}

/// Shares of the way from the original's weights to the trained ones to try.
pub const SHARES: [f64; 7] = [0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0];

/// A share, with its results on the recordings for validation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Share of the way, 0 to 1.
    pub share: f64,
    /// Agreement on clean windows of 4 s.
    pub clean: f64,
    /// Mean of two agreements: windows of 1 s with the whole clip, and degraded windows of 4 s.
    pub hard: f64,
}

impl Share {
    /// The mean of the three agreements.
    fn mean(&self) -> f64 {
        (self.clean + 2.0 * self.hard) / 3.0
    }
}

/// Tries weights between the original's and the trained ones on the recordings for validation.
pub fn shares(
    layout: &Layout,
    candidates: &[(f64, Vec<Array>)],
    material: &Material,
    answers: &[Answers],
) -> Result<Vec<Share>> {
    let clips = material.with_role(Role::Validation, answers);
    let clips: Vec<_> = clips.filter(|(clip, _)| clip.set != material.formulas()).collect();
    let networks = candidates.iter().map(|(_, weights)| Network { name: "", weights });
    let networks: Vec<_> = networks.collect();
    let judge = Judge { layout, networks: &networks };
    let clean = judge.agreement("validation, 4 s", &four_seconds(&clips, AS_RECORDED))?;
    let short = judge.agreement("validation, 1 s", &of_whole(&clips, 1.0))?;
    let spoilt = four_seconds(&clips, Spoiling::Chain(ACROSS_A_ROOM));
    let spoilt = judge.agreement("validation, 4 s, spoilt", &spoilt)?;
    let found = candidates.iter().enumerate().map(|(index, (share, _))| Share {
        share: *share,
        clean: clean.shares[index],
        hard: (short.shares[index] + spoilt.shares[index]) / 2.0,
    });
    Ok(found.collect())
}

/// Returns the index of the weights with the highest mean of the three agreements. It is a sum, so
/// that a few windows more or less of one kind do not decide alone.
pub fn best_share(shares: &[Share]) -> usize {
    let best = shares.iter().enumerate().max_by(|a, b| a.1.mean().total_cmp(&b.1.mean()));
    best.map_or(0, |(index, _)| index)
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

/// Returns last minus first in points, and its 95% bootstrap interval over recordings.
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
    fn one_window_does_not_choose_the_weights() {
        let share = |share, clean, hard| Share { share, clean, hard };
        let clear = [share(0.0, 0.95, 0.31), share(0.2, 0.96, 0.32), share(0.8, 0.94, 0.38)];
        assert_eq!(best_share(&clear), 2);
        let mut one_less = clear;
        one_less[2].clean -= 1.0 / 89.0;
        assert_eq!(best_share(&one_less), 2);
        // But weights that are wrong about clean sound are not worth what they win elsewhere.
        one_less[2].clean = 0.8;
        assert_eq!(best_share(&one_less), 1);
    }

    #[test]
    fn the_gain_is_paired() {
        let (won, lost, same) = ([false, true], [true, false], [true, true]);
        let rows = BTreeMap::from([("a", vec![&won[..], &same]), ("b", vec![&won, &lost])]);
        let (gain, low, high) = gain(&rows);
        assert_eq!(gain, 25.0);
        assert!(low >= 0.0 && high <= 50.0 && low <= gain && gain <= high);
    }
}
