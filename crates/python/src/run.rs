//! Turns blocks of samples into predictions and events, on the same path as the command line.

use sourcing_sound::Classifier;
use sourcing_sound_decode::Channel;

use crate::error::{Failure, Result};
use crate::scored::{Columns, Outcome, event_row};
use crate::source::Input;
use crate::work::Signals;

/// Seconds of sound that several threads get at a time.
const PUSH_SECONDS: f64 = 8.0;

/// The channels to classify.
#[derive(Clone, Copy)]
pub(crate) enum Channels {
    One(Channel),
    /// All of them, one by one.
    Each,
}

impl Channels {
    /// Reads the channels: 0 is the mix, −1 each channel, and other numbers are channels, counted
    /// from 1.
    pub(crate) fn new(number: i64) -> Result<Self> {
        match (number, usize::try_from(number)) {
            (-1, _) => Ok(Channels::Each),
            (0, _) => Ok(Channels::One(Channel::Mix)),
            (_, Ok(number)) => Ok(Channels::One(Channel::Number(number - 1))),
            _ => Err(Failure::config(format!("channel is {number}, expected 1 or more"))),
        }
    }

    /// # Errors
    /// `config` if each channel is requested where one is expected.
    pub(crate) fn one(self) -> Result<Channel> {
        match self {
            Channels::One(channel) => Ok(channel),
            Channels::Each => {
                Err(Failure::config("channel is \"each\", which only classify takes"))
            }
        }
    }
}

/// How to classify a recording.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) channels: Channels,
    /// Seconds from one segment to the next; the model's own if `None`.
    pub(crate) hop_seconds: Option<f64>,
    /// Where to begin and to end, in seconds.
    pub(crate) start: f64,
    pub(crate) end: Option<f64>,
    pub(crate) threads: usize,
}

/// Classifies every requested channel.
///
/// # Errors
/// If the input cannot be read or analysed, or a signal arrived.
pub(crate) fn classify(
    classifier: &Classifier,
    input: &Input<'_>,
    plan: Plan,
) -> Result<Vec<Outcome>> {
    match plan.channels {
        Channels::One(channel) => Ok(vec![one(classifier, input, plan, channel)?]),
        Channels::Each => (0..input.channels()?)
            .map(|number| {
                let outcome = one(classifier, input, plan, Channel::Number(number))?;
                Ok(Outcome { channel: Some(number + 1), ..outcome })
            })
            .collect(),
    }
}

fn one(
    classifier: &Classifier,
    input: &Input<'_>,
    plan: Plan,
    channel: Channel,
) -> Result<Outcome> {
    let mut source = input.open(channel, plan.start)?;
    let rate = source.rate();
    let hz = f64::from(rate.hz());
    let hop = plan.hop_seconds.unwrap_or(classifier.metadata().decision.hop_seconds);
    let mut segments = classifier.segments(rate, hop)?.with_threads(plan.threads);
    let mut events = classifier.events()?;
    events.restart(plan.start);
    let mut found = Vec::new();
    let mut columns = Columns::default();
    let mut take = |predictions: Vec<sourcing_sound::Prediction>| {
        for prediction in predictions {
            let prediction = prediction.later(plan.start);
            found.extend(events.push(&prediction));
            columns.push(&prediction);
        }
    };
    let most = plan.end.map_or(u64::MAX, |end| ((end - plan.start) * hz).round() as u64);
    // One thread takes blocks as they come; several threads need more to share.
    let least = if plan.threads > 1 { (PUSH_SECONDS * hz) as usize } else { 0 };
    let mut gathered: Vec<f32> = Vec::new();
    let mut signals = Signals::new();
    let mut samples = 0;
    while let Some(block) = source.next_block()? {
        let wanted = (most - samples).min(block.len() as u64);
        samples += wanted;
        let block = &block[..wanted as usize];
        if least == 0 {
            take(segments.push(block)?);
        } else {
            gathered.extend_from_slice(block);
            if gathered.len() >= least {
                take(segments.push(&gathered)?);
                gathered.clear();
            }
        }
        signals.check()?;
        if samples == most {
            break;
        }
    }
    take(segments.push(&gathered)?);
    take(segments.finish()?.0);
    let end = plan.start + samples as f64 / hz;
    found.extend(events.finish(end));
    Ok(Outcome {
        columns,
        events: found.into_iter().map(event_row).collect(),
        warnings: source.warnings(),
        end,
        sample_rate: rate.hz(),
        channel: None,
    })
}
