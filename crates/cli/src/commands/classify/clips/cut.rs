//! Cuts stretches of a recording into WAV files, in one pass over the recording.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};
use sourcing_sound_decode::{Channel, DecodeError, Decoder};

use crate::interrupt::Temporary;

/// Bits per sample, enough to keep the samples of recordings of up to 24 bits unchanged.
const BITS: u16 = 24;

/// Bytes of samples that fit into a WAV file.
const MOST_BYTES: u64 = u32::MAX as u64 - 1_024;

/// The most clips that are written at the same time. Each is an open file.
pub(super) const MOST_AT_A_TIME: usize = 64;

/// A stretch to cut out, and the name of its clip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    /// Seconds from the start of the recording.
    pub(super) from: f64,
    pub(super) to: f64,
    /// The name without its extension.
    pub(super) name: String,
}

/// Why a stretch could not be cut out.
pub(super) enum Uncut {
    Decode(DecodeError),
    /// A file could not be written.
    Write(io::Error),
}

impl From<DecodeError> for Uncut {
    fn from(error: DecodeError) -> Self {
        Uncut::Decode(error)
    }
}

impl From<io::Error> for Uncut {
    fn from(error: io::Error) -> Self {
        Uncut::Write(error)
    }
}

/// Cuts out `stretches`, sorted by their start, of which at most [`MOST_AT_A_TIME`] overlap. Passes
/// each file with its name to `done`.
pub(super) fn cut(
    mut decoder: Decoder,
    channel: Channel,
    stretches: &[Stretch],
    folder: &Path,
    mut done: impl FnMut(Temporary, &str) -> io::Result<()>,
) -> Result<(), Uncut> {
    let shape = Shape::new(decoder.sample_rate(), decoder.channels(), channel);
    let mut waiting = stretches.iter().map(|stretch| (shape.frames(stretch), stretch)).peekable();
    let Some(((first, _), _)) = waiting.peek() else { return Ok(()) };
    decoder.skip_to(*first as f64 / f64::from(shape.sample_rate))?;
    let (mut position, mut open) = (*first, Vec::<Clip>::new());
    while let Some(block) = decoder.next_block()? {
        let end = position + (block.len() / shape.channels) as u64;
        while let Some(((from, to), stretch)) = waiting.next_if(|((from, _), _)| *from < end) {
            open.push(Clip::new(folder, shape, (from, to), stretch.name.clone())?);
        }
        for clip in &mut open {
            clip.write(block, position)?;
        }
        position = end;
        for clip in open.extract_if(.., |clip| clip.to <= position) {
            let (file, name) = clip.finish()?;
            done(file, &name)?;
        }
        if open.is_empty() && waiting.peek().is_none() {
            break;
        }
    }
    // The recording ends before their padding does.
    for clip in open {
        let (file, name) = clip.finish()?;
        done(file, &name)?;
    }
    Ok(())
}

/// The format of the recording, and the channels to cut out.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// In Hz.
    pub(super) sample_rate: u32,
    pub(super) channels: usize,
    channel: Channel,
}

impl Shape {
    pub(super) fn new(sample_rate: u32, channels: usize, channel: Channel) -> Shape {
        Shape { sample_rate, channels, channel }
    }

    /// Returns the channels of the clip.
    fn kept(self) -> usize {
        match self.channel {
            Channel::Mix => self.channels,
            Channel::Number(_) => 1,
        }
    }

    /// Returns where a stretch begins and ends, in samples per channel.
    pub(super) fn frames(self, stretch: &Stretch) -> (u64, u64) {
        let frame = |seconds: f64| (seconds * f64::from(self.sample_rate)).round() as u64;
        let from = frame(stretch.from);
        let most = MOST_BYTES / (u64::from(BITS / 8) * self.kept() as u64);
        (from, frame(stretch.to).min(from + most))
    }
}

/// A clip that is being written.
pub(super) struct Clip {
    file: Temporary,
    writer: WavWriter<BufWriter<File>>,
    shape: Shape,
    /// In samples per channel.
    pub(super) from: u64,
    pub(super) to: u64,
    name: String,
}

impl Clip {
    pub(super) fn new(
        folder: &Path,
        shape: Shape,
        (from, to): (u64, u64),
        name: String,
    ) -> io::Result<Clip> {
        let file = Temporary::new_in(folder)?;
        let spec = WavSpec {
            // A recording has at most 256 channels.
            channels: shape.kept() as u16,
            sample_rate: shape.sample_rate,
            bits_per_sample: BITS,
            sample_format: SampleFormat::Int,
        };
        let writer = WavWriter::new(BufWriter::new(file.handle()?), spec).map_err(io_error)?;
        Ok(Clip { file, writer, shape, from, to, name })
    }

    /// Writes the clip's part of a block that begins at `position`.
    pub(super) fn write(&mut self, block: &[f32], position: u64) -> io::Result<()> {
        let channels = self.shape.channels;
        let frames = (block.len() / channels) as u64;
        let within = |frame: u64| frame.saturating_sub(position).min(frames) as usize * channels;
        let (from, to) = (within(self.from), within(self.to));
        match self.shape.channel {
            Channel::Mix => self.samples(block[from..to].iter()),
            Channel::Number(number) => {
                self.samples(block[from..to].iter().skip(number).step_by(channels))
            }
        }
    }

    fn samples<'s>(&mut self, samples: impl Iterator<Item = &'s f32>) -> io::Result<()> {
        let full = f64::from(1u32 << (BITS - 1));
        for &sample in samples {
            let sample = (f64::from(sample) * full).round().clamp(-full, full - 1.0);
            self.writer.write_sample(sample as i32).map_err(io_error)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<(Temporary, String)> {
        self.writer.finalize().map_err(io_error)?;
        Ok((self.file, self.name))
    }
}

fn io_error(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        error => io::Error::other(error),
    }
}
