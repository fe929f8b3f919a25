//! One recording → its predictions, as they become known.

use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use sourcing_sound::{Classifier, Prediction, SampleRate, Segments};
use sourcing_sound_decode::{DecodeError, Mono, Warning};

/// Seconds of sound that are pushed at a time if they are there: enough to keep several threads
/// busy, and some megabytes.
const PUSH_SECONDS: f64 = 8.0;

/// Blocks that may be decoded ahead.
const BLOCKS_AHEAD: usize = 64;

/// Why a recording could not be classified to its end.
pub(super) enum Stop {
    Decode(DecodeError),
    Analyse(sourcing_sound::Error),
    /// Nobody takes predictions any more.
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

/// What is known at the end.
pub(super) struct Ended {
    /// Seconds that were classified.
    pub(super) duration: f64,
    pub(super) warnings: Vec<Warning>,
}

/// How a recording is to be classified.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Seconds from one segment to the next.
    pub(super) hop_seconds: f64,
    /// Threads for the network. With more than one, another one decodes.
    pub(super) threads: usize,
    /// Stop after so many seconds.
    pub(super) most_seconds: Option<f64>,
}

/// Decodes, measures and scores a recording. `take` gets its predictions, in order.
///
/// # Errors
/// If it cannot be read or analysed, or `take` fails.
pub(super) fn run(
    classifier: &Classifier,
    mut mono: Mono,
    plan: Plan,
    mut take: impl FnMut(Vec<Prediction>) -> Result<(), Stop>,
) -> Result<Ended, Stop> {
    let hz = mono.sample_rate();
    let rate = SampleRate::new(hz)?;
    let segments = classifier.segments(rate, plan.hop_seconds)?.with_threads(plan.threads);
    let most = plan.most_seconds.map_or(u64::MAX, |most| (most * f64::from(hz)).round() as u64);
    let mut run = Run { segments, samples: 0, most };
    let mono = if plan.threads <= 1 {
        while let Some(block) = mono.next_block()? {
            if !run.push(block, &mut take)? {
                break;
            }
        }
        mono
    } else {
        beside(mono, (PUSH_SECONDS * f64::from(hz)) as usize, |block| run.push(block, &mut take))?
    };
    let duration = run.samples as f64 / f64::from(hz);
    let (last, _) = run.segments.finish()?;
    take(last)?;
    Ok(Ended { duration, warnings: mono.warnings() })
}

struct Run {
    segments: Segments,
    samples: u64,
    most: u64,
}

impl Run {
    /// Scores a block; false once no more is wanted.
    fn push(
        &mut self,
        block: &[f32],
        take: &mut impl FnMut(Vec<Prediction>) -> Result<(), Stop>,
    ) -> Result<bool, Stop> {
        let wanted = (self.most - self.samples).min(block.len() as u64);
        self.samples += wanted;
        let predictions = self.segments.push(&block[..wanted as usize])?;
        if !predictions.is_empty() {
            take(predictions)?;
        }
        Ok(self.samples < self.most)
    }
}

/// Decodes on another thread while `push` takes what is there, up to `most` samples at a time.
/// Live sound comes in small blocks, and none waits for another.
fn beside(
    mut mono: Mono,
    most: usize,
    mut push: impl FnMut(&[f32]) -> Result<bool, Stop>,
) -> Result<Mono, Stop> {
    let (blocks, received) = mpsc::sync_channel(BLOCKS_AHEAD);
    thread::scope(|scope| {
        let decoding = scope.spawn(move || {
            loop {
                match mono.next_block() {
                    // Without a receiver, no more is wanted.
                    Ok(Some(block)) if blocks.send(block.to_vec()).is_ok() => {}
                    Ok(_) => return Ok(mono),
                    Err(error) => return Err(error),
                }
            }
        });
        let pushed = push_all(received, most, &mut push);
        let decoded = match decoding.join() {
            Ok(decoded) => decoded,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        pushed?;
        Ok(decoded?)
    })
}

fn push_all(
    received: Receiver<Vec<f32>>,
    most: usize,
    push: &mut impl FnMut(&[f32]) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    loop {
        let mut samples = match received.try_recv() {
            Ok(block) => block,
            Err(TryRecvError::Disconnected) => return Ok(()),
            Err(TryRecvError::Empty) => {
                // Predictions of the last push would wait for the next one, which may be far.
                push(&[])?;
                let Ok(block) = received.recv() else { return Ok(()) };
                block
            }
        };
        while samples.len() < most {
            let Ok(block) = received.try_recv() else { break };
            samples.extend(block);
        }
        if !push(&samples)? {
            return Ok(());
        }
    }
}
