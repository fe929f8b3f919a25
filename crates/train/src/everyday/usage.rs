//! Measures choices of window length and hop: which labels each gives, how soon, and at what cost,
//! through the stream of the product.

use super::describe::{COLUMNS_PER_SECOND, Use};
use super::layout::{Layout, N_MELS};
use super::material::{Clip, Material, Role};
use super::synthesis::{RATE, coloured};
use crate::data::sound::{amplitude, power};
use crate::progress;
use crate::random::{generator, short_hash};
use anyhow::{Context, Result};
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sourcing_sound::{Classifier, Model, Pcm, SampleRate, StreamConfig};

/// Windows in seconds.
pub const WINDOWS: [f64; 4] = [1.0, 2.0, 4.0, 10.0];
/// Hops in seconds.
pub const HOPS: [f64; 3] = [0.25, 0.5, 1.0];
/// Level of the faint noise around events, in dB relative to full scale.
pub const FLOOR_DB: f32 = -70.0;
/// Quiet seconds before an event.
const BEFORE: f64 = 4.0;
/// Seconds of an event that are played, after which labels do not count any more.
const EVENT: f64 = 3.0;
/// Seconds of a brief event.
const BRIEF: f64 = 0.3;
/// Events of each kind.
const EVENTS: usize = 40;
/// Places of a brief event within a hop.
const PLACES: usize = 8;

/// What a choice of window and hop achieves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Seconds in one input of the network.
    pub window: f64,
    /// Seconds from one update to the next.
    pub hop: f64,
    /// Number of loud events after quiet.
    pub n_events: usize,
    /// Median seconds from an event's onset to the update that names its group.
    pub median_delay: f64,
    /// Nine in ten are named within this many seconds; 3 if they are not.
    pub delay_90: f64,
    /// Share of the events named within 1.2 s.
    pub within_1_2: f64,
    /// Share of the events named within 3 s.
    pub named: f64,
    /// Number of events cut to 0.3 s, placed in 4 s of quiet.
    pub n_brief: usize,
    /// Share of the brief events with their group named.
    pub brief_named: f64,
    /// Millions of multiply-adds per second of audio.
    pub million_multiply_adds: f64,
}

/// Whether the position of a brief event in the grid of windows matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anywhere {
    pub n_events: usize,
    /// Places at which each event was tried, evenly over a hop.
    pub places: usize,
    /// Events named in at least one place.
    pub named_somewhere: usize,
    /// Share of these events' places at which they were named.
    pub named: f64,
}

/// A sound, and the group of its whole clip.
struct Event {
    samples: Vec<f32>,
    onset: f64,
    group: String,
}

/// A brief event before it is placed.
struct Brief<'a> {
    name: &'a str,
    samples: &'a [f32],
    before: f64,
    group: String,
}

impl Brief<'_> {
    fn event(&self, later: f64) -> Event {
        let before = self.before + later;
        placed(self.samples, before, 2.0 * BEFORE + EVENT, &self.group, self.name)
    }
}

/// Measures every choice. `build` creates a model with the given use.
pub fn table(
    layout: &Layout,
    material: &Material,
    used: Use,
    build: impl Fn(Use) -> Result<Model>,
) -> Result<Vec<Usage>> {
    let whole = build(Use { window_frames: 10 * COLUMNS_PER_SECOND, ..used })?;
    let (loud, brief) = events(material, &whole)?;
    let brief: Vec<Event> = brief.iter().map(|brief| brief.event(0.0)).collect();
    let mut rows = Vec::new();
    for window in WINDOWS {
        for hop in HOPS {
            let frames = |seconds: f64| (seconds * COLUMNS_PER_SECOND as f64).round() as usize;
            let used = Use { window_frames: frames(window), hop_frames: frames(hop), ..used };
            let model = build(used)?;
            let delays = each(&loud, |event| delay(&model, event))?;
            let named = each(&brief, |event| delay(&model, event))?;
            let row = Usage {
                window,
                hop,
                n_events: delays.len(),
                median_delay: quantile(&delays, 0.5),
                delay_90: quantile(&delays, 0.9),
                within_1_2: share(&delays, 1.2),
                named: share(&delays, EVENT - 1e-9),
                n_brief: named.len(),
                brief_named: share(&named, EVENT - 1e-9),
                million_multiply_adds: multiply_adds(layout, used.window_frames) / hop / 1e6,
            };
            progress::line(&format!(
                "window {window} s, hop {hop} s: named after {:.2} s (median), {:.2} s (nine in \
                 ten), {:.0}% within 1.2 s; brief events {:.0}%; {:.0} M multiply-adds/s",
                row.median_delay,
                row.delay_90,
                100.0 * row.within_1_2,
                100.0 * row.brief_named,
                row.million_multiply_adds
            ));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Tries brief events at several places within a hop. `build` is as for [`table`].
pub fn anywhere(
    material: &Material,
    used: Use,
    build: impl Fn(Use) -> Result<Model>,
) -> Result<Anywhere> {
    let whole = build(Use { window_frames: 10 * COLUMNS_PER_SECOND, ..used })?;
    let model = build(used)?;
    let (_, brief) = events(material, &whole)?;
    let step = used.hop_frames as f64 / COLUMNS_PER_SECOND as f64 / PLACES as f64;
    let named = |brief: &Brief<'_>| -> Result<usize> {
        let mut count = 0;
        for place in 0..PLACES {
            count += usize::from(delay(&model, &brief.event(place as f64 * step))? < EVENT);
        }
        Ok(count)
    };
    let counts: Vec<usize> = brief.par_iter().map(named).collect::<Result<_>>()?;
    let somewhere = counts.iter().filter(|&&count| count > 0).count();
    let places = (somewhere * PLACES).max(1);
    let found = Anywhere {
        n_events: counts.len(),
        places: PLACES,
        named_somewhere: somewhere,
        named: counts.iter().sum::<usize>() as f64 / places as f64,
    };
    progress::line(&format!("brief events: {found:?}"));
    Ok(found)
}

fn each(events: &[Event], one: impl Fn(&Event) -> Result<f64> + Send + Sync) -> Result<Vec<f64>> {
    let mut values: Vec<f64> = events.par_iter().map(one).collect::<Result<_>>()?;
    values.sort_by(f64::total_cmp);
    Ok(values)
}

/// Returns the lowest value that at least this share of the values does not exceed.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let count = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(count.saturating_sub(1)).copied().unwrap_or(EVENT)
}

fn share(sorted: &[f64], limit: f64) -> f64 {
    sorted.iter().filter(|&&delay| delay <= limit).count() as f64 / sorted.len().max(1) as f64
}

/// Returns the seconds from an event's onset to the first update that names its group; 3 if none
/// does.
fn delay(model: &Model, event: &Event) -> Result<f64> {
    let classifier = Classifier::new(model.clone())?;
    let mut stream = classifier.stream(SampleRate::new(RATE as u32)?, StreamConfig::default())?;
    let mut updates = stream.push(&event.samples)?;
    updates.extend(stream.finish()?);
    let named = updates.iter().filter(|update| update.time > event.onset).find(|update| {
        let top = update.prediction.top(1);
        !update.prediction.rejected()
            && top.first().is_some_and(|c| c.group.as_deref() == Some(&event.group))
    });
    Ok(named.map_or(EVENT, |update| (update.time - event.onset).min(EVENT)))
}

/// Returns loud events and brief ones: held-out clips that rise out of quiet and are named with
/// confidence as a whole.
fn events<'a>(material: &'a Material, whole: &Model) -> Result<(Vec<Event>, Vec<Brief<'a>>)> {
    let (mut loud, mut brief) = (Vec::new(), Vec::new());
    let mut clips: Vec<&Clip> = material
        .clips
        .iter()
        .filter(|clip| clip.role == Role::Test && clip.set != material.formulas())
        .collect();
    clips.sort_by_key(|clip| short_hash(&clip.name));
    let mut classifier = Classifier::new(whole.clone())?;
    for clip in clips {
        if loud.len() >= EVENTS && brief.len() >= EVENTS {
            break;
        }
        let rate = SampleRate::new(RATE as u32)?;
        let predictions = classifier.classify(Pcm::new(&clip.samples, rate)?)?;
        let top = predictions.first().context("no prediction")?.top(1);
        let Some(best) = top.first().filter(|best| best.score >= 0.4) else { continue };
        let Some(group) = best.group.clone() else { continue };
        let mut rng = generator(0, &clip.name, &[]);
        let start = onset(&clip.samples);
        if loud.len() < EVENTS {
            let end = clip.samples.len().min(start + (EVENT * RATE as f64) as usize);
            let before = BEFORE + rng.random_range(0.0..1.0);
            let piece = &clip.samples[start..end];
            loud.push(placed(piece, before, before + EVENT, &group, &clip.name));
        }
        if brief.len() < EVENTS && is_brief(&clip.samples) {
            let length = (BRIEF * RATE as f64) as usize;
            let at = loudest(&clip.samples, length);
            let before = BEFORE + rng.random_range(0.0..4.0 - BRIEF);
            let samples = &clip.samples[at..at + length];
            brief.push(Brief { name: &clip.name, samples, before, group });
        }
    }
    Ok((loud, brief))
}

/// Places a piece in faint noise.
fn placed(piece: &[f32], before: f64, seconds: f64, group: &str, name: &str) -> Event {
    let mut samples = coloured(&mut generator(0, name, &[]), (seconds * RATE as f64) as usize, 0.5);
    samples.iter_mut().for_each(|x| *x *= amplitude(FLOOR_DB));
    let peak = piece.iter().fold(1e-9f32, |peak, x| peak.max(x.abs()));
    let at = (before * RATE as f64) as usize;
    samples[at..].iter_mut().zip(piece).for_each(|(x, piece)| *x += 0.3 * piece / peak);
    Event { samples, onset: before, group: group.to_owned() }
}

/// Returns the first sample from which a clip is within 20 dB of its loudest part.
fn onset(samples: &[f32]) -> usize {
    const FRAME: usize = RATE / 50;
    let frames: Vec<f32> = samples.chunks(FRAME).map(power).collect();
    let loudest = frames.iter().copied().fold(0.0, f32::max);
    frames.iter().position(|&frame| frame >= 0.01 * loudest).unwrap_or(0) * FRAME
}

/// Returns where the loudest `length` samples begin.
pub fn loudest(samples: &[f32], length: usize) -> usize {
    let last = samples.len().saturating_sub(length);
    let level = |start: usize| power(&samples[start..(start + length).min(samples.len())]);
    let starts = (0..=last).step_by(RATE / 100).map(|start| (start, level(start)));
    starts.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(start, _)| start)
}

/// Returns whether its loudest 0.3 s are 10 dB louder than half of the others.
fn is_brief(samples: &[f32]) -> bool {
    let length = (BRIEF * RATE as f64) as usize;
    let mut levels: Vec<f32> = samples.chunks_exact(length).map(power).collect();
    levels.sort_by(f32::total_cmp);
    match (levels.get(levels.len() / 2), levels.last()) {
        (Some(middle), Some(loudest)) => *loudest >= 10.0 * middle && levels.len() > 2,
        _ => false,
    }
}

/// Counts the multiply-adds of one run of the network on `frames` columns.
pub fn multiply_adds(layout: &Layout, frames: usize) -> f64 {
    let mut extent = (N_MELS, frames);
    let mut sum = 0.0;
    for layer in layout.convolutions() {
        extent = (extent.0.div_ceil(layer.stride), extent.1.div_ceil(layer.stride));
        let inputs = if layer.depthwise { 1 } else { layer.inputs };
        let each = inputs * layer.kernel * layer.kernel * layer.outputs;
        sum += (each * extent.0 * extent.1) as f64;
    }
    let squeezed = layout.blocks.iter().filter_map(|block| block.squeeze_excite.as_ref());
    sum += squeezed.map(|layer| (2 * layer.channels * layer.hidden) as f64).sum::<f64>();
    sum + (layout.hidden * (layout.embedding() + layout.labels)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onset_and_loudest_part_are_found() {
        let mut samples = vec![0.0001; RATE];
        samples.extend(vec![0.4; RATE / 4]);
        samples.extend(vec![0.0001; 2 * RATE]);
        assert_eq!(onset(&samples), RATE);
        let at = loudest(&samples, RATE / 10);
        assert!((RATE..RATE + RATE / 4).contains(&at), "{at}");
        assert!(is_brief(&samples));
        assert!(!is_brief(&vec![0.1; RATE]));
    }

    #[test]
    fn delays_are_summed_up() {
        let delays = [0.2, 0.4, 0.6, 0.9, 3.0];
        assert_eq!(quantile(&delays, 0.5), 0.6);
        assert_eq!(quantile(&delays, 0.9), 3.0);
        assert_eq!(share(&delays, 1.2), 0.8);
        assert_eq!(quantile(&[], 0.5), EVENT);
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!((quantile(&ten, 0.5), quantile(&ten, 0.9)), (5.0, 9.0), "nine of ten");
    }
}
