//! Processes excerpts of a long stream again: by a stream that gets all of it in one push, and
//! segment by segment as a recording. The results must equal those of the long stream bit by bit.

use std::error::Error;

use sourcing_sound::{Classifier, Pcm, SampleRate, SoundEvent, StreamConfig, Update};

/// Length of an excerpt.
const SECONDS: f64 = 60.0;
/// The most excerpts of a run.
const MOST: u64 = 200;
/// A stream's grid of samples, columns and hops repeats only after a whole number of these; the
/// resampler works on blocks of this length.
const BLOCKS_PER_SECOND: u32 = 25;
/// At both ends of an excerpt, the front end and the resampler see silence instead of what was
/// there.
const EDGE_SECONDS: f64 = 1.0;
/// Times are sums of floating-point numbers of very different sizes.
const SAME_TIME: f64 = 1e-6;

/// How many results were compared.
#[derive(Default)]
pub struct Compared {
    pub excerpts: u64,
    /// Scores of updates, and of segments of recordings.
    pub scores: u64,
    pub events: u64,
    /// How many of all these differed.
    pub different: u64,
}

impl Compared {
    pub fn add(&mut self, more: Compared) {
        self.excerpts += more.excerpts;
        self.scores += more.scores;
        self.events += more.events;
        self.different += more.different;
    }

    fn expect(&mut self, same: bool) {
        self.different += u64::from(!same);
    }
}

/// Keeps the excerpts of a stream, one at a time.
pub struct Excerpts {
    classifier: Classifier,
    rate: SampleRate,
    /// An excerpt begins at every multiple of this, in samples.
    period: u64,
    length: usize,
    samples: Vec<f32>,
    updates: Vec<Update>,
}

impl Excerpts {
    /// Creates it for a stream of `total` samples, of which [`Self::take`] gets at most `piece` at
    /// a time.
    pub fn new(
        classifier: Classifier,
        rate: SampleRate,
        total: u64,
        piece: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let metadata = classifier.metadata();
        let front_end = &metadata.front_end;
        let column = front_end.column_seconds();
        let step = metadata.patch.map_or(1, |patch| patch.hop_frames);
        let steps = (metadata.decision.hop_seconds / (column * step as f64)).round().max(1.0);
        let hop = steps as u64 * (step * front_end.hop_length) as u64;
        if !front_end.sample_rate.is_multiple_of(BLOCKS_PER_SECOND)
            || !rate.hz().is_multiple_of(BLOCKS_PER_SECOND)
        {
            return Err("excerpts need rates that are multiples of 25 Hz".into());
        }
        let block = u64::from(front_end.sample_rate / BLOCKS_PER_SECOND);
        let blocks = hop / greatest_divisor(hop, block);
        let grid = blocks * u64::from(rate.hz() / BLOCKS_PER_SECOND);
        let length = (SECONDS * f64::from(rate.hz())) as usize;
        // The piece that completes an excerpt does not reach into the next one.
        let least = (total / MOST).max((length + piece) as u64);
        let period = least.div_ceil(grid) * grid;
        let samples = Vec::with_capacity(length);
        Ok(Excerpts { classifier, rate, period, length, samples, updates: Vec::new() })
    }

    /// Returns whether no excerpt is being kept.
    pub fn is_idle(&self) -> bool {
        self.samples.is_empty()
    }

    /// Takes what the stream got from sample `at` on, and its results; compares an excerpt that
    /// this completes.
    pub fn take(
        &mut self,
        at: u64,
        piece: &[f32],
        updates: &[Update],
    ) -> Result<Compared, Box<dyn Error>> {
        let start = (at + piece.len() as u64) / self.period * self.period;
        // The first one would begin where the stream does, and be compared with itself.
        if start == 0 || at >= start + self.length as u64 {
            return Ok(Compared::default());
        }
        let skipped = start.saturating_sub(at) as usize;
        let wanted = self.length - self.samples.len();
        self.samples.extend(piece.iter().skip(skipped).take(wanted));
        self.updates.extend_from_slice(updates);
        if self.samples.len() < self.length {
            return Ok(Compared::default());
        }
        let compared = self.compare(start as f64 / f64::from(self.rate.hz()));
        self.samples.clear();
        self.updates.clear();
        compared
    }

    /// Compares the excerpt that begins after `start` seconds.
    fn compare(&mut self, start: f64) -> Result<Compared, Box<dyn Error>> {
        let mut compared = Compared { excerpts: 1, ..Compared::default() };
        let metadata = self.classifier.metadata();
        let (hop, segment_columns) = (metadata.decision.hop_seconds, metadata.segment_frames);
        let (n_mels, column_seconds) =
            (metadata.front_end.n_mels, metadata.front_end.column_seconds());
        let settled =
            metadata.segment_seconds() + metadata.decision.smoothing_seconds + EDGE_SECONDS;
        let mut stream = self.classifier.stream(self.rate, StreamConfig::default())?;
        let again = stream.push(&self.samples)?;
        let mut calm = false;
        let (mut ends, mut befores) = (Vec::new(), Vec::new());
        for update in again.iter().filter(|update| update.time >= settled) {
            let Some(before) = self.at(start + update.time, hop) else { continue };
            ends.push((update.time / column_seconds).round() as usize);
            befores.push(before.raw_scores.clone());
            compared.scores += 1;
            compared.expect(
                same_scores(before, update)
                    && (before.time - start - update.time).abs() < SAME_TIME,
            );
            // An event that was already open has another onset for the stream that came later.
            calm = calm || (before.events.is_empty() && update.events.is_empty());
            if calm {
                compared.events += update.events.len() as u64;
                compared.expect(same_events(&before.events, &update.events, start));
            }
        }
        compared.expect(!ends.is_empty());
        let columns = self.classifier.columns(Pcm::new(&self.samples, self.rate)?)?;
        for (end, before) in ends.into_iter().zip(befores) {
            let segment = &columns[(end - segment_columns) * n_mels..end * n_mels];
            let scores = self.classifier.score_columns(segment)?;
            compared.scores += 1;
            compared.expect(before == scores);
        }
        Ok(compared)
    }

    /// Returns the result of the long stream at a time, unless that was after the excerpt.
    fn at(&self, time: f64, hop: f64) -> Option<&Update> {
        self.updates.iter().find(|update| (update.time - time).abs() < hop / 4.0)
    }
}

fn same_scores(one: &Update, other: &Update) -> bool {
    one.raw_scores == other.raw_scores
        && one.prediction.scores() == other.prediction.scores()
        && one.prediction.rejected() == other.prediction.rejected()
}

/// Returns whether the events of a stream equal those of another one that began `later` seconds
/// after it.
fn same_events(one: &[SoundEvent], other: &[SoundEvent], later: f64) -> bool {
    let same_time = |one: f64, other: f64| (one - later - other).abs() < SAME_TIME;
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            let ends = match (one.offset, other.offset) {
                (Some(one), Some(other)) => same_time(one, other),
                (one, other) => one == other,
            };
            one.label == other.label
                && one.score == other.score
                && same_time(one.onset, other.onset)
                && ends
        })
}

fn greatest_divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { greatest_divisor(other, one % other) }
}
