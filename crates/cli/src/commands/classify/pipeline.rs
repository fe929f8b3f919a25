//! Turns one recording into predictions, as they become known.

use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::{io, thread};

use sourcing_sound::{Classifier, Error, ErrorKind, Prediction, SampleRate, Segments};
use sourcing_sound_decode::{DecodeError, Warning};

use super::feed::{Chunk, Feed};

/// Seconds of sound that are pushed at a time if they are available: enough to keep several threads
/// busy until the end of a push, at a few megabytes.
const PUSH_SECONDS: f64 = 16.0;
/// The same if the recording is kept too.
pub(super) const KEPT_PUSH_SECONDS: f64 = 8.0;

/// Blocks that may be decoded ahead.
const BLOCKS_AHEAD: usize = 64;

/// Why a recording could not be classified to its end.
pub(super) enum Stop {
    Decode(DecodeError),
    Analyse(sourcing_sound::Error),
    /// A clip could not be written.
    Clip(io::Error),
    /// The options do not fit the recording.
    Usage(String),
    /// Predictions are not accepted any more.
    Unwanted,
}

impl From<DecodeError> for Stop {
    fn from(error: DecodeError) -> Self {
        Stop::Decode(error)
    }
}

impl From<sourcing_sound::Error> for Stop {
    fn from(error: sourcing_sound::Error) -> Self {
        Stop::Analyse(error)
    }
}

/// Receives the results.
pub(super) trait Take {
    /// Takes all channels as they were recorded, interleaved, if the feed keeps them. Called before
    /// the predictions for them.
    fn recorded(&mut self, block: &[f32]);

    /// Takes the next predictions of a lane.
    fn predictions(&mut self, lane: usize, predictions: Vec<Prediction>) -> Result<(), Stop>;
}

/// Facts that are known at the end.
pub(super) struct Ended {
    /// Seconds that were classified.
    pub(super) duration: f64,
    pub(super) warnings: Vec<Warning>,
}

/// How to classify a recording.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Seconds from one segment to the next.
    pub(super) hop_seconds: f64,
    /// Threads for the network. With more than one, another thread decodes.
    pub(super) threads: usize,
    /// Stop after this many seconds.
    pub(super) most_seconds: Option<f64>,
}

/// Decodes, measures and scores a recording. Passes the predictions of each lane to `take`, in
/// order.
///
/// # Errors
/// If it cannot be read or analysed, or `take` fails.
pub(super) fn run(
    classifier: &Classifier,
    mut feed: Feed,
    plan: Plan,
    take: &mut impl Take,
) -> Result<Ended, Stop> {
    let hz = feed.sample_rate();
    let rate = SampleRate::new(hz)?;
    let mut lanes = Vec::new();
    for _ in 0..feed.lanes() {
        lanes.push(classifier.segments(rate, plan.hop_seconds)?.with_threads(plan.threads));
    }
    let most = plan.most_seconds.map_or(u64::MAX, |most| (most * f64::from(hz)).round() as u64);
    let mut run = Run { lanes, lane: Vec::new(), frames: 0, most };
    let feed = if plan.threads <= 1 {
        let mut chunk = Chunk::default();
        while feed.next(&mut chunk)? {
            if !run.push(&chunk, take)? {
                break;
            }
        }
        feed
    } else {
        let seconds = if feed.keeps() { KEPT_PUSH_SECONDS } else { PUSH_SECONDS };
        let at_once = (seconds * f64::from(hz)) as usize * feed.lanes();
        beside(feed, most, at_once, |chunk| run.push(chunk, take))?
    };
    let duration = run.frames as f64 / f64::from(hz);
    for (lane, segments) in run.lanes.into_iter().enumerate() {
        take.predictions(lane, segments.finish()?.0)?;
    }
    Ok(Ended { duration, warnings: feed.warnings() })
}

struct Run {
    lanes: Vec<Segments>,
    /// The samples of one lane.
    lane: Vec<f32>,
    /// Samples per lane so far, and at most.
    frames: u64,
    most: u64,
}

impl Run {
    /// Scores a chunk; returns false once no more are needed.
    fn push(&mut self, chunk: &Chunk, take: &mut impl Take) -> Result<bool, Stop> {
        take.recorded(&chunk.recorded);
        let count = self.lanes.len();
        let frames = (chunk.samples.len() / count) as u64;
        let wanted = (self.most - self.frames).min(frames);
        self.frames += wanted;
        let before = (self.frames - wanted) as usize;
        let from_start = |error| shifted(error, before);
        let samples = &chunk.samples[..wanted as usize * count];
        for (number, segments) in self.lanes.iter_mut().enumerate() {
            let predictions = if count == 1 {
                segments.push(samples).map_err(from_start)?
            } else {
                self.lane.clear();
                self.lane.extend(samples.iter().skip(number).step_by(count));
                segments.push(&self.lane).map_err(from_start)?
            };
            if !predictions.is_empty() {
                take.predictions(number, predictions)?;
            }
        }
        Ok(self.frames < self.most)
    }
}

/// Corrects the position in an error about samples that were pushed after `before` others.
fn shifted(error: Error, before: usize) -> Error {
    match error.kind() {
        ErrorKind::AudioNonFinite { index } => {
            ErrorKind::AudioNonFinite { index: before + index }.into()
        }
        _ => error,
    }
}

/// Decodes on another thread while `push` takes the samples so far, up to `at_once` at a time. Live
/// sound comes in small blocks, which are pushed without delay. After `most` samples per lane,
/// nothing more is read, because a pipe may be silent forever.
fn beside(
    mut feed: Feed,
    most: u64,
    at_once: usize,
    mut push: impl FnMut(&Chunk) -> Result<bool, Stop>,
) -> Result<Feed, Stop> {
    let (chunks, received) = mpsc::sync_channel(BLOCKS_AHEAD);
    thread::scope(|scope| {
        let decoding = scope.spawn(move || {
            let mut frames = 0;
            while frames < most {
                let mut chunk = Chunk::default();
                if !feed.next(&mut chunk)? {
                    break;
                }
                frames += (chunk.samples.len() / feed.lanes()) as u64;
                // Without a receiver, no more are needed.
                if chunks.send(chunk).is_err() {
                    break;
                }
            }
            Ok::<_, DecodeError>(feed)
        });
        let pushed = push_all(received, at_once, &mut push);
        let decoded = match decoding.join() {
            Ok(decoded) => decoded,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        pushed?;
        Ok(decoded?)
    })
}

fn push_all(
    received: Receiver<Chunk>,
    at_once: usize,
    push: &mut impl FnMut(&Chunk) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    loop {
        let mut chunk = match received.try_recv() {
            Ok(chunk) => chunk,
            Err(TryRecvError::Disconnected) => return Ok(()),
            Err(TryRecvError::Empty) => {
                // Predictions of the last push would wait for the next one, which may come much
                // later.
                push(&Chunk::default())?;
                let Ok(chunk) = received.recv() else { return Ok(()) };
                chunk
            }
        };
        while chunk.samples.len() < at_once {
            let Ok(more) = received.try_recv() else { break };
            chunk.samples.extend(more.samples);
            chunk.recorded.extend(more.recorded);
        }
        if !push(&chunk)? {
            return Ok(());
        }
    }
}
