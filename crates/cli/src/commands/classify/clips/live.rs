//! Cuts clips while a recording that can be read only once is read: its last seconds stay in memory
//! as long as necessary, and a clip is written while its sound continues.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use sourcing_sound::{Classifier, Events, Prediction, SoundEvent};
use sourcing_sound_decode::Channel;

use crate::files::Found;
use crate::interrupt::Temporary;

use super::super::filter::Filter;
use super::super::pipeline::{KEPT_PUSH_SECONDS, Stop};
use super::cut::{Clip, MOST_AT_A_TIME, Shape, Stretch};
use super::names::Names;
use super::options::ClipOptions;
use super::save::{publish, stretch};
use super::tape::Tape;

/// The most bytes of sound that are kept in memory.
const MOST_BYTES: f64 = 67_108_864.0;

/// The longest block that a decoder returns, in samples per channel.
const BLOCK_FRAMES: f64 = 65_536.0;

/// A recording that can be read only once.
pub(crate) struct Source<'a> {
    pub(crate) input: &'a Found,
    /// In Hz.
    pub(crate) sample_rate: u32,
    pub(crate) channels: usize,
    /// For each lane, what is classified, and its number if it is reported.
    pub(crate) lanes: Vec<(Channel, Option<usize>)>,
    /// Where it begins and ends, in seconds.
    pub(crate) start: f64,
    pub(crate) end: Option<f64>,
    /// Seconds from one segment to the next.
    pub(crate) hop_seconds: f64,
}

/// Cuts out the sounds of a recording while it is read.
pub(crate) struct Live<'a> {
    options: &'a ClipOptions,
    names: &'a Names,
    filter: &'a Filter,
    source: Source<'a>,
    folder: PathBuf,
    tape: Tape,
    events: Vec<Events>,
    sounds: Vec<Sound>,
    /// The clips per lane and label, if their number is limited.
    best: HashMap<(usize, String), Vec<Saved>>,
    left_out: u64,
}

/// The score of a clip, and its path unless it existed before.
type Saved = (f32, Option<PathBuf>);

/// A sound that continues, or that has ended while its clip waits for the padding.
struct Sound {
    lane: usize,
    label: String,
    /// Its highest score, once it has ended.
    score: Option<f32>,
    /// The frame up to which its clip is written.
    written: u64,
    /// `None` if there are too many clips at a time.
    clip: Option<Clip>,
}

impl<'a> Live<'a> {
    /// # Errors
    /// If the classifier's thresholds contradict each other, or the sound to keep does not fit into
    /// memory: the message states how much it is.
    pub(crate) fn new(
        (options, names, filter): (&'a ClipOptions, &'a Names, &'a Filter),
        classifier: &Classifier,
        source: Source<'a>,
    ) -> Result<Live<'a>, Stop> {
        let rate = f64::from(source.sample_rate);
        // Predictions come up to two pushes after the sound, and an event begins between the
        // centres of two segments.
        let late = source.hop_seconds
            + classifier.metadata().segment_seconds()
            + 2.0 * (KEPT_PUSH_SECONDS + BLOCK_FRAMES / rate);
        let frames = ((options.padding + late) * rate).ceil();
        // The tape holds up to a quarter more.
        let bytes = 1.25 * 4.0 * frames * source.channels as f64;
        if bytes > MOST_BYTES {
            return Err(Stop::Usage(format!(
                "--save-clips would keep {:.0} MB of a recording that can be read only once, for \
                 --clip-padding and --hop, and keeps at most {:.0} MB: choose smaller ones or one \
                 --channel, or name a file",
                bytes / 1e6,
                MOST_BYTES / 1e6
            )));
        }
        let first = (source.start * rate).round() as u64;
        let mut events = Vec::new();
        for _ in &source.lanes {
            let mut lane = classifier.events()?;
            lane.restart(source.start);
            events.push(lane);
        }
        Ok(Live {
            folder: options.folder(source.input),
            tape: Tape::new(source.channels, first, frames as u64),
            options,
            names,
            filter,
            source,
            events,
            sounds: Vec::new(),
            best: HashMap::new(),
            left_out: 0,
        })
    }

    /// Takes all channels as they were recorded.
    pub(crate) fn recorded(&mut self, block: &[f32]) {
        self.tape.push(block);
    }

    /// Takes the predictions for what was recorded.
    ///
    /// # Errors
    /// If a clip cannot be written.
    pub(crate) fn predictions(
        &mut self,
        lane: usize,
        predictions: &[Prediction],
    ) -> io::Result<()> {
        for prediction in predictions {
            for event in self.events[lane].push(prediction) {
                self.end(lane, &event);
            }
            let open: Vec<SoundEvent> = self.events[lane].open().cloned().collect();
            for event in open {
                if self.filter.wants(&event.label) && self.sounding(lane, &event.label).is_none() {
                    self.begin(lane, event)?;
                }
            }
            // A sound that continues does not end before the centre of this segment.
            let centre = (prediction.start() + prediction.end()) / 2.0;
            let sure = self.frame(centre + self.options.padding - 0.001);
            self.write(lane, sure)?;
        }
        self.save(self.tape.end())
    }

    /// Ends the recording, `end` seconds from its start.
    ///
    /// # Errors
    /// If a clip cannot be written, or sounds were left out.
    pub(crate) fn finish(mut self, end: f64) -> io::Result<()> {
        for lane in 0..self.events.len() {
            for event in self.events[lane].finish(end) {
                self.end(lane, &event);
            }
        }
        self.save(u64::MAX)?;
        if self.left_out > 0 {
            return Err(io::Error::other(format!(
                "{} sounds were left out, because {MOST_AT_A_TIME} others went on; choose some with \
                 --labels, or name a file",
                self.left_out
            )));
        }
        Ok(())
    }

    /// A part of a recording has no sound before it.
    fn stretch(&self, number: Option<usize>, event: &SoundEvent) -> Stretch {
        let Source { input, start, .. } = self.source;
        stretch(self.options, self.names, input, number, event, start)
    }

    fn frame(&self, seconds: f64) -> u64 {
        (seconds * f64::from(self.source.sample_rate)).round().max(0.0) as u64
    }

    /// Returns the frame after the last one that a clip may have.
    fn last(&self) -> u64 {
        self.source.end.map_or(u64::MAX, |end| self.frame(end))
    }

    /// Returns the sound of a label that continues.
    fn sounding(&mut self, lane: usize, label: &str) -> Option<&mut Sound> {
        let goes_on = |sound: &&mut Sound| sound.lane == lane && sound.score.is_none();
        self.sounds.iter_mut().filter(goes_on).find(|sound| sound.label == label)
    }

    /// Begins a sound: until its end is known, its clip has the maximum length.
    fn begin(&mut self, lane: usize, event: SoundEvent) -> io::Result<()> {
        let (channel, number) = self.source.lanes[lane];
        let longest = SoundEvent { offset: Some(f64::MAX), ..event };
        let shape = Shape::new(self.source.sample_rate, self.source.channels, channel);
        let stretch = self.stretch(number, &longest);
        let (from, to) = shape.frames(&stretch);
        let from = from.max(self.tape.start());
        let open = self.sounds.iter().filter(|sound| sound.clip.is_some()).count();
        let clip = if open < MOST_AT_A_TIME {
            let frames = (from, to.min(self.last()));
            Some(Clip::new(&self.folder, shape, frames, stretch.name)?)
        } else {
            None
        };
        self.sounds.push(Sound { lane, label: longest.label, score: None, written: from, clip });
        Ok(())
    }

    /// Ends a sound, which determines the end of its clip.
    fn end(&mut self, lane: usize, event: &SoundEvent) {
        let (channel, number) = self.source.lanes[lane];
        let shape = Shape::new(self.source.sample_rate, self.source.channels, channel);
        let stretch = self.stretch(number, event);
        let to = shape.frames(&stretch).1.min(self.last());
        if let Some(sound) = self.sounding(lane, &event.label) {
            sound.score = Some(event.score);
            if let Some(clip) = &mut sound.clip {
                clip.to = to;
            }
        }
    }

    /// Writes the clips of sounds that continue, up to a frame.
    fn write(&mut self, lane: usize, sure: u64) -> io::Result<()> {
        let goes_on = |sound: &&mut Sound| sound.lane == lane && sound.score.is_none();
        for sound in self.sounds.iter_mut().filter(goes_on) {
            sound.write(&self.tape, sure)?;
        }
        Ok(())
    }

    /// Finishes the clips that end before frame `end`.
    fn save(&mut self, end: u64) -> io::Result<()> {
        let is_whole = |sound: &mut Sound| {
            sound.score.is_some() && sound.clip.as_ref().is_none_or(|clip| clip.to <= end)
        };
        let whole: Vec<Sound> = self.sounds.extract_if(.., is_whole).collect();
        for mut sound in whole {
            let score = sound.score.unwrap_or_default();
            if !self.filter.passes(&sound.label, score) {
                continue;
            }
            sound.write(&self.tape, u64::MAX)?;
            match sound.clip {
                None => self.left_out += 1,
                Some(clip) => {
                    let (file, name) = clip.finish()?;
                    self.keep((sound.lane, sound.label), score, file, &name)?;
                }
            }
        }
        Ok(())
    }

    /// Gives a clip its name, unless its label has enough better ones.
    fn keep(
        &mut self,
        label: (usize, String),
        score: f32,
        file: Temporary,
        name: &str,
    ) -> io::Result<()> {
        let Some(most) = self.options.per_label() else {
            return publish(file, &self.folder, name).map(drop);
        };
        let best = self.best.entry(label).or_default();
        let worst = (0..best.len()).rev().min_by(|&a, &b| best[a].0.total_cmp(&best[b].0));
        if let Some(worst) = worst.filter(|_| best.len() >= most.get()) {
            // Of two equally good clips, the first one stays.
            if score <= best[worst].0 {
                return Ok(());
            }
            if let (_, Some(path)) = best.remove(worst) {
                fs::remove_file(path)?;
            }
        }
        best.push((score, publish(file, &self.folder, name)?));
        Ok(())
    }
}

impl Sound {
    /// Writes its clip up to a frame.
    fn write(&mut self, tape: &Tape, upto: u64) -> io::Result<()> {
        let Some(clip) = &mut self.clip else { return Ok(()) };
        let upto = upto.min(clip.to).min(tape.end());
        if upto > self.written {
            clip.write(tape.between(self.written, upto), self.written)?;
            self.written = upto;
        }
        Ok(())
    }
}
