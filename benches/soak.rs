//! Runs hours or days of live sound through one stream, as fast as possible. Reads one request per
//! line from standard input, a JSON object `{"model": path, "hours": n, "rate": hz}`, and answers
//! each with one line of JSON, [`Outcome::json`]. `cargo xtask bench soak` calls it.
//!
//! It looks for what only a long run shows: memory that grows, times that drift away from the
//! samples, and results that depend on how long the stream has run. It prints only answers, so a
//! run without input ends immediately.

mod excerpt;
mod scene;

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::time::Instant;

use serde_json::{Value, json};
use sourcing_sound::{Classifier, Model, SampleRate, Stream, StreamConfig, Update};

use excerpt::{Compared, Excerpts};
use scene::{Placed, Scene};

/// Samples per push, the same as in the page's worklet.
const PIECE: usize = 2_048;
/// How often memory is read in a run, at equal distances.
const READINGS: u64 = 400;
/// The share of the run after which memory counts, because caches are filled.
const WARM_UP: f64 = 0.05;
/// It also counts only after this many excerpts, each of which is kept and processed again.
const WARM_UP_EXCERPTS: u64 = 2;
/// The shares of the run at both ends that are compared to find a drift.
const ENDS: f64 = 0.1;
/// A sound is found if an event begins at most this many seconds after it.
const FOUND_SECONDS: f64 = 6.0;

fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let model = request["model"].as_str().ok_or("no \"model\" in the request")?;
        let hours = request["hours"].as_f64().ok_or("no \"hours\" in the request")?;
        let rate = request["rate"].as_u64().ok_or("no \"rate\" in the request")?;
        let outcome = Soak::open(&fs::read(model)?, hours, u32::try_from(rate)?)?.run()?;
        writeln!(io::stdout(), "{}", outcome.json())?;
    }
    Ok(())
}

/// A run and its results so far.
struct Soak {
    stream: Stream,
    scene: Scene,
    excerpts: Excerpts,
    rate: f64,
    total: u64,
    last: Option<Placed>,
    outcome: Outcome,
}

/// The results of a run.
#[derive(Default)]
struct Outcome {
    seconds: f64,
    wall_seconds: f64,
    hop_seconds: f64,
    updates: u64,
    sounds: u64,
    found: u64,
    /// Between an update's time and that of the last sample, in seconds.
    lag: Range,
    /// For each kind of sound, the seconds from its first sample to its event.
    delays: [Delays; Scene::KINDS],
    memory: Memory,
    compared: Compared,
}

impl Soak {
    fn open(model: &[u8], hours: f64, hz: u32) -> Result<Self, Box<dyn Error>> {
        let classifier = Classifier::new(Model::from_onnx(model)?)?;
        let rate = SampleRate::new(hz)?;
        let total = (hours * 3_600.0 * f64::from(hz)) as u64;
        let stream = classifier.stream(rate, StreamConfig::default())?;
        let hop_seconds = classifier.metadata().decision.hop_seconds;
        Ok(Soak {
            stream,
            scene: Scene::new(hz),
            excerpts: Excerpts::new(classifier, rate, total, PIECE)?,
            rate: f64::from(hz),
            total,
            last: None,
            outcome: Outcome { hop_seconds, ..Outcome::default() },
        })
    }

    fn run(mut self) -> Result<Outcome, Box<dyn Error>> {
        let start = Instant::now();
        let mut piece = vec![0.0; PIECE];
        let every = (self.total / READINGS).max(1);
        let mut pushed = 0;
        while pushed < self.total {
            let mut begun = Vec::new();
            self.scene.fill(&mut piece, |placed| begun.push(placed));
            let updates = self.stream.push(&piece)?;
            self.stream.take_columns();
            for placed in begun {
                self.outcome.sounds += 1;
                self.last = Some(placed);
            }
            for update in &updates {
                self.take(update, pushed + PIECE as u64);
            }
            self.outcome.compared.add(self.excerpts.take(pushed, &piece, &updates)?);
            if pushed / every != (pushed + PIECE as u64) / every {
                let warm = pushed as f64 >= WARM_UP * self.total as f64;
                let compared = self.outcome.compared.excerpts >= WARM_UP_EXCERPTS;
                self.outcome.memory.read(warm && compared && self.excerpts.is_idle());
            }
            pushed += PIECE as u64;
        }
        self.outcome.seconds = pushed as f64 / self.rate;
        self.outcome.wall_seconds = start.elapsed().as_secs_f64();
        Ok(self.outcome)
    }

    fn take(&mut self, update: &Update, pushed: u64) {
        self.outcome.updates += 1;
        self.outcome.lag.take(pushed as f64 / self.rate - update.time);
        let Some(Placed { kind, start }) = self.last else { return };
        let begun = start as f64 / self.rate;
        let onsets = update.events.iter().map(|event| event.onset);
        let first =
            onsets.filter(|&onset| onset >= begun - self.outcome.hop_seconds).reduce(f64::min);
        let Some(delay) = first.map(|onset| onset - begun) else { return };
        // Counted once; later events belong to the same sound.
        self.last = None;
        if delay <= FOUND_SECONDS {
            self.outcome.found += 1;
            self.outcome.delays[kind].take(delay, start as f64 / self.total as f64);
        }
    }
}

/// The least and the greatest value.
#[derive(Clone, Copy)]
struct Range {
    least: f64,
    greatest: f64,
}

impl Default for Range {
    fn default() -> Self {
        Range { least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Range {
    fn take(&mut self, value: f64) {
        (self.least, self.greatest) = (self.least.min(value), self.greatest.max(value));
    }
}

/// The delays of the events of one kind of sound.
#[derive(Clone, Copy, Default)]
struct Delays {
    range: Range,
    /// Sum and number at the beginning of the run, and at its end.
    ends: [(f64, u32); 2],
}

impl Delays {
    /// `share`: where in the run the sound is, 0 to 1.
    fn take(&mut self, delay: f64, share: f64) {
        self.range.take(delay);
        for (end, is_there) in self.ends.iter_mut().zip([share < ENDS, share >= 1.0 - ENDS]) {
            if is_there {
                *end = (end.0 + delay, end.1 + 1);
            }
        }
    }

    /// Returns by how many seconds the mean delay changed from the beginning of the run to its end.
    fn drift(&self) -> Option<f64> {
        let [first, last] =
            self.ends.map(|(sum, count)| (count > 0).then(|| sum / f64::from(count)));
        Some((last? - first?).abs())
    }
}

/// Resident memory in bytes, once the run has warmed up.
#[derive(Default)]
struct Memory {
    first: Option<u64>,
    last: u64,
    most: u64,
}

impl Memory {
    /// Reads it if the run is warm, on systems that report it.
    fn read(&mut self, warm: bool) {
        let Some(bytes) = resident_bytes().filter(|_| warm) else { return };
        self.first.get_or_insert(bytes);
        self.last = bytes;
        self.most = self.most.max(bytes);
    }
}

/// Returns the resident memory of this process, on Linux.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1_024)
}

impl Outcome {
    /// Returns the answer: lengths and times in seconds, memory in bytes; `null` for what was not
    /// measured.
    fn json(&self) -> Value {
        let delays = self.delays.iter().filter(|delays| delays.range.least.is_finite());
        let spread = delays.clone().map(|delays| delays.range.greatest - delays.range.least);
        let from = |value: u64| self.memory.first.map(|first| value as i64 - first as i64);
        json!({
            "seconds": self.seconds,
            "wall_seconds": self.wall_seconds,
            "hop_seconds": self.hop_seconds,
            "updates": self.updates,
            "sounds": self.sounds,
            "found": self.found,
            "lag_least": self.lag.least,
            "lag_greatest": self.lag.greatest,
            "delay_spread": spread.reduce(f64::max),
            "delay_drift": delays.filter_map(Delays::drift).reduce(f64::max),
            "memory_bytes": self.memory.first,
            "memory_growth_bytes": from(self.memory.last),
            "memory_most_growth_bytes": from(self.memory.most),
            "excerpts": self.compared.excerpts,
            "compared_scores": self.compared.scores,
            "compared_events": self.compared.events,
            "different": self.compared.different,
        })
    }
}
