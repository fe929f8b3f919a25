//! One input → what is printed about it.

use std::io;

use sourcing_sound::{Classifier, Prediction, SoundEvent};
use sourcing_sound_decode::{Channel, DecodeError, Decoder, Warning};

use crate::clock::Moment;
use crate::files::Found;
use crate::outcome::Failure;
use crate::parallel::Results;

use super::args::{Channels, ClassifyOptions};
use super::clips::{self, ClipOptions, Finder, Names};
use super::pipeline::{self, Ended, Plan, Stop};
use super::report::Subject;

/// Something to print, in order.
pub(super) enum Part {
    /// A recording begins; its result is named after the input.
    Begin(Found, Subject),
    Segments(Vec<Prediction>),
    /// It is over, after so many seconds of it.
    End(f64),
    /// All channels of an input are over.
    Done(Found, Vec<Warning>),
}

/// Classifies recordings one after another.
pub(super) struct Worker<'a> {
    classifier: Classifier,
    options: &'a ClassifyOptions,
    threads: usize,
    /// What labels are called in the names of clips.
    names: Names,
}

/// What is known of a channel at its end.
struct Channelled {
    warnings: Vec<Warning>,
    /// The events that become clips.
    events: Vec<SoundEvent>,
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

    /// Classifies a recording, and passes on what is to be printed. `progress` gets the share that
    /// was done since its last call.
    pub(super) fn classify(
        &mut self,
        input: &Found,
        results: &Results<Part>,
        progress: &mut dyn FnMut(f64),
    ) -> Result<(), Failure> {
        let first = self.open(input).map_err(Failure::Decode)?;
        let channels = self.channels(input, &first)?;
        let recorded = self.recorded(input, &first);
        let mut warnings: Vec<Warning> = Vec::new();
        let mut found = Vec::new();
        let (count, mut decoder) = (channels.len() as f64, Some(first));
        for (channel, number) in channels {
            let decoder = match decoder.take() {
                Some(decoder) => decoder,
                None => self.open(input).map_err(Failure::Decode)?,
            };
            let subject = Subject {
                path: input.path.clone(),
                channel: number,
                start: self.options.start,
                recorded,
            };
            let mut progress = |share: f64| progress(share / count);
            match self.channel(input, decoder, (channel, subject), results, &mut progress) {
                Ok(ended) => {
                    found.push(((channel, number), ended.events));
                    // Every channel has those of the file.
                    let new = ended.warnings.into_iter().filter(|one| !warnings.contains(one));
                    warnings.extend(new.collect::<Vec<_>>());
                }
                // If nobody prints, there is nothing left to do.
                Err(Stop::Unwanted) => return Ok(()),
                Err(Stop::Decode(error)) => return Err(Failure::Decode(error)),
                Err(Stop::Analyse(error)) => return Err(self.unfit(input, error)),
            }
        }
        if let Some(warning) = warnings.iter().find(|warning| warning.is_loss())
            && self.options.strict
        {
            let (path, warning) = (input.path.clone(), warning.clone());
            return Err(Failure::Incomplete { path, warning });
        }
        if let Some(options) = &self.options.clips {
            for (channel, events) in found {
                clips::save(options, &self.names, input, channel, &events)?;
            }
        }
        let _ = results.send(Part::Done(input.clone(), warnings));
        Ok(())
    }

    /// The channels to classify one after the other, each with its number if it is to be reported.
    fn channels(
        &self,
        input: &Found,
        decoder: &Decoder,
    ) -> Result<Vec<(Channel, Option<usize>)>, Failure> {
        let count = decoder.channels();
        let refuse = |message| Err(Failure::Usage { path: input.path.clone(), message });
        match self.options.channels {
            Channels::One(Channel::Number(number)) if number >= count => {
                let number = number + 1;
                refuse(format!("--channel {number}, but its channels are 1 to {count}"))
            }
            Channels::One(channel) => Ok(vec![(channel, None)]),
            Channels::Each if count > 1 && input.is_standard_input() => refuse(
                "--channel each reads a recording once per channel, which standard input does \
                 not allow; choose one channel"
                    .to_owned(),
            ),
            Channels::Each => Ok((0..count).map(|n| (Channel::Number(n), Some(n + 1))).collect()),
        }
    }

    /// Sound that cannot be analysed.
    fn unfit(&self, input: &Found, error: sourcing_sound::Error) -> Failure {
        let path = input.path.clone();
        if error.code() == "audio-too-short" && self.is_part() {
            let message = format!("too little sound between --start and --end: {error}");
            return Failure::Usage { path, message };
        }
        Failure::Analyse { path, error }
    }

    fn channel(
        &self,
        input: &Found,
        mut decoder: Decoder,
        (channel, subject): (Channel, Subject),
        results: &Results<Part>,
        progress: &mut dyn FnMut(f64),
    ) -> Result<Channelled, Stop> {
        let start = self.options.start;
        if start > 0.0 {
            decoder.skip_to(start)?;
        }
        let rate = f64::from(decoder.sample_rate());
        let end = decoder.promised_frames().map(|frames| frames as f64 / rate);
        let end = [end, self.options.end].into_iter().flatten().reduce(f64::min);
        let mono = decoder.mono(channel)?;
        let plan = Plan {
            hop_seconds: self
                .options
                .hop_seconds
                .unwrap_or(self.classifier.metadata().decision.hop_seconds),
            threads: self.threads,
            most_seconds: self.options.end.map(|end| end - start),
        };
        send(results, Part::Begin(input.clone(), subject))?;
        let clips = self.options.clips.as_ref();
        let finder = clips.map(|_| Finder::new(&self.classifier, &self.options.filter, start));
        let mut finder = finder.transpose()?;
        let mut done = 0.0;
        let ended = pipeline::run(&self.classifier, mono, plan, |predictions| {
            if let Some((last, end)) = predictions.last().zip(end) {
                let share = (last.end() / (end - start)).clamp(done, 1.0);
                progress(share - done);
                done = share;
            }
            let later = predictions.into_iter().map(|prediction| prediction.later(start));
            let predictions: Vec<Prediction> = later.collect();
            if let Some(finder) = &mut finder {
                finder.push(&predictions);
            }
            send(results, Part::Segments(predictions))
        })?;
        progress(1.0 - done);
        let Ended { duration, warnings } = ended;
        send(results, Part::End(start + duration))?;
        let per_label = clips.and_then(ClipOptions::per_label);
        let events = finder.map(|finder| finder.finish(start + duration, per_label));
        Ok(Channelled { warnings, events: events.unwrap_or_default() })
    }

    /// Whether only a part of each recording is classified.
    fn is_part(&self) -> bool {
        self.options.start > 0.0 || self.options.end.is_some()
    }

    /// When the recording began, if times of day are wanted.
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

fn send(results: &Results<Part>, part: Part) -> Result<(), Stop> {
    results.send(part).map_err(|_| Stop::Unwanted)
}
