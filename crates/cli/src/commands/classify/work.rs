//! Produces the output for one input.

use std::io;

use sourcing_sound::{Classifier, SoundEvent};
use sourcing_sound_decode::{Channel, DecodeError, Decoder, Warning};

use crate::clock::Moment;
use crate::files::Found;
use crate::outcome::Failure;
use crate::parallel::Results;

use super::args::{Channels, ClassifyOptions};
use super::clips::{self, ClipOptions, Names, Source};
use super::feed::Feed;
use super::part::Part;
use super::pipeline::{self, Ended, Plan, Stop};
use super::report::Subject;
use super::taking::Taking;

/// Classifies recordings one after another.
pub(super) struct Worker<'a> {
    classifier: Classifier,
    options: &'a ClassifyOptions,
    threads: usize,
    /// The labels' names in names of clips.
    names: Names,
}

/// A channel, or the mix, with its number if it is reported.
pub(super) type Lane = (Channel, Option<usize>);

/// Facts about a pass over a recording that are known at its end.
struct Passed {
    warnings: Vec<Warning>,
    /// The events of each lane that must still become clips.
    events: Vec<(Lane, Vec<SoundEvent>)>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        classifier: Classifier,
        options: &'a ClassifyOptions,
        threads: usize,
    ) -> Self {
        let names = Names::new(&classifier.metadata().labels);
        Worker { classifier, options, threads, names }
    }

    /// Classifies a recording, and passes on its output. Reports the share that was done since its
    /// last call to `progress`.
    pub(super) fn classify(
        &mut self,
        input: &Found,
        results: &Results<Part>,
        progress: &mut dyn FnMut(f64),
    ) -> Result<(), Failure> {
        let first = self.open(input).map_err(Failure::Decode)?;
        let length = length(&first);
        let passes = self.passes(input, &first)?;
        let recorded = self.recorded(input, &first);
        let mut warnings: Vec<Warning> = Vec::new();
        let mut found = Vec::new();
        let (count, mut decoder) = (passes.len() as f64, Some(first));
        for lanes in passes {
            let decoder = match decoder.take() {
                Some(decoder) => decoder,
                None => self.open(input).map_err(Failure::Decode)?,
            };
            let mut progress = |share: f64| progress(share / count);
            match self.pass(input, decoder, lanes, recorded, results, &mut progress) {
                Ok(passed) => {
                    found.extend(passed.events);
                    // Every channel has the warnings of the file.
                    let new = passed.warnings.into_iter().filter(|one| !warnings.contains(one));
                    warnings.extend(new.collect::<Vec<_>>());
                }
                // If printing has failed, nothing is left to do.
                Err(Stop::Unwanted) => return Ok(()),
                Err(stop) => return Err(self.failure(input, length, stop)),
            }
        }
        if let Some(warning) = warnings.iter().find(|warning| warning.is_loss())
            && self.options.strict
        {
            let (path, warning) = (input.path.clone(), warning.clone());
            return Err(Failure::Incomplete { path, warning });
        }
        if let Some(options) = &self.options.clips {
            for (lane, events) in found {
                clips::save(options, &self.names, input, lane, &events)?;
            }
        }
        let _ = results.send(Part::Done(input.clone(), warnings));
        Ok(())
    }

    /// Returns the passes over the recording, each with its lanes. A recording that can be read
    /// only once has its channels in parallel.
    fn passes(&self, input: &Found, decoder: &Decoder) -> Result<Vec<Vec<Lane>>, Failure> {
        let count = decoder.channels();
        let each = (0..count).map(|n| (Channel::Number(n), Some(n + 1)));
        match self.options.channels {
            Channels::One(Channel::Number(number)) if number >= count => {
                let channels = match count {
                    1 => "it has one channel".to_owned(),
                    _ => format!("its channels are 1 to {count}"),
                };
                let message = format!("--channel asks for channel {}, but {channels}", number + 1);
                Err(Failure::Usage { path: input.path.clone(), message })
            }
            Channels::One(channel) => Ok(vec![vec![(channel, None)]]),
            Channels::Each if input.is_read_once() => Ok(vec![each.collect()]),
            Channels::Each => Ok(each.map(|lane| vec![lane]).collect()),
        }
    }

    /// Explains why a recording could not be classified to its end. It should be `length` seconds
    /// long.
    fn failure(&self, input: &Found, length: Option<f64>, stop: Stop) -> Failure {
        let path = input.path.clone();
        match stop {
            Stop::Decode(error) => Failure::Decode(error),
            Stop::Usage(message) => Failure::Usage { path, message },
            Stop::Clip(error) => {
                let folder = self.options.clips.as_ref().map(|options| options.folder(input));
                Failure::Clip { path, folder: folder.unwrap_or_default(), error }
            }
            Stop::Analyse(error) if error.code() == "audio-too-short" && self.is_part() => {
                let length = length.map(|seconds| format!(" (the recording has {seconds:.1} s)"));
                let length = length.unwrap_or_default();
                let message =
                    format!("too little sound between --start and --end{length}: {error}");
                Failure::Usage { path, message }
            }
            Stop::Analyse(error) => Failure::Analyse { path, error },
            Stop::Unwanted => {
                Failure::Usage { path, message: "the results are no longer read".to_owned() }
            }
        }
    }

    /// Classifies the lanes of one pass over a recording.
    fn pass(
        &self,
        input: &Found,
        mut decoder: Decoder,
        lanes: Vec<Lane>,
        recorded: Option<Moment>,
        results: &Results<Part>,
        progress: &mut dyn FnMut(f64),
    ) -> Result<Passed, Stop> {
        let start = self.options.start;
        if start > 0.0 {
            decoder.skip_to(start)?;
        }
        let hop_seconds = self.options.hop_seconds;
        let plan = Plan {
            hop_seconds: hop_seconds.unwrap_or(self.classifier.metadata().decision.hop_seconds),
            threads: self.threads,
            most_seconds: self.options.end.map(|end| end - start),
        };
        let source = Source {
            input,
            sample_rate: decoder.sample_rate(),
            channels: decoder.channels(),
            lanes: lanes.clone(),
            start,
            end: self.options.end,
            hop_seconds: plan.hop_seconds,
        };
        let length = length(&decoder);
        let mut taking = Taking::new(results, progress, &source, length);
        if let Some(clips) = &self.options.clips {
            taking.clip((clips, &self.names, &self.options.filter), &self.classifier, source)?;
        }
        for (lane, &(_, channel)) in lanes.iter().enumerate() {
            let path = input.path.clone();
            let is_part = self.is_part();
            let subject = Subject { path, lane, channel, length, start, is_part, recorded };
            taking.send(Part::Begin(input.clone(), subject))?;
        }
        let feed = match lanes.as_slice() {
            [(channel, _)] => Feed::mono(decoder, *channel)?,
            _ => Feed::each(decoder),
        };
        let feed = feed.keeping(taking.needs_recorded());
        let Ended { duration, warnings } =
            pipeline::run(&self.classifier, feed, plan, &mut taking)?;
        let per_label = self.options.clips.as_ref().and_then(ClipOptions::per_label);
        let events = taking.finish(start + duration, per_label)?;
        Ok(Passed { warnings, events: lanes.into_iter().zip(events).collect() })
    }

    /// Returns whether only a part of each recording is classified.
    fn is_part(&self) -> bool {
        self.options.start > 0.0 || self.options.end.is_some()
    }

    /// Returns when the recording began, if times of day are requested.
    fn recorded(&self, input: &Found, decoder: &Decoder) -> Option<Moment> {
        let offset = self.options.utc_offset?;
        let from_header = decoder.start_time().and_then(|time| Moment::from_iso(time, offset));
        from_header.or_else(|| Moment::from_name(&input.path, offset))
    }

    fn open(&self, input: &Found) -> Result<Decoder, DecodeError> {
        match self.options.raw {
            _ if !input.is_standard_input() => Decoder::open(&input.path),
            None => Decoder::from_reader("-", io::stdin()),
            Some(raw) => Decoder::from_raw("-", io::stdin(), raw),
        }
    }
}

/// Returns the length that a recording states, in seconds.
fn length(decoder: &Decoder) -> Option<f64> {
    decoder.promised_frames().map(|frames| frames as f64 / f64::from(decoder.sample_rate()))
}
