//! One open recording, decoded block by block.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use symphonia::core::io::{MediaSource, ReadOnlySource};

use crate::container::ContainerReader;
use crate::error::{DecodeError, DecodeErrorKind, Result};
use crate::foreign;
use crate::input::Input;
use crate::piece::Piece;
use crate::plain::{self, Format, PlainReader, RawFormat};
use crate::seekable::Seekable;
use crate::source::{Source, guarded};
use crate::warning::Warning;

/// The most samples per channel of a block of silence.
const SILENCE_FRAMES: u64 = 16_384;

/// A recording that is decoded in pieces, in constant memory no matter how long it is.
///
/// ```no_run
/// use sourcing_sound_decode::Decoder;
///
/// let mut decoder = Decoder::open("night.wav")?;
/// let channels = decoder.channels();
/// let mut frames = 0;
/// while let Some(block) = decoder.next_block()? {
///     frames += block.len() / channels;
/// }
/// println!("{:.1} s", frames as f64 / f64::from(decoder.sample_rate()));
/// # Ok::<(), sourcing_sound_decode::DecodeError>(())
/// ```
pub struct Decoder {
    name: PathBuf,
    source: Source,
    sample_rate: u32,
    channels: usize,
    block: Vec<f32>,
    /// A block of silence.
    quiet: Vec<f32>,
    /// Whether `block` has not been returned yet.
    is_ready: bool,
    /// Samples per channel of silence that come before anything else.
    silence: u64,
    /// Samples per channel that are dropped before anything else.
    skip: u64,
    has_ended: bool,
    warnings: Vec<Warning>,
}

impl Decoder {
    /// Opens the file at `path`. The content determines the format; the extension is only a hint.
    ///
    /// # Errors
    /// `io` if the file cannot be read, `audio-unsupported` if its format or codec is unknown,
    /// `audio-corrupt` if nothing in it can be decoded, `audio-empty` if it has no samples.
    pub fn open(path: impl AsRef<Path>) -> std::result::Result<Self, DecodeError> {
        let path = path.as_ref();
        let fail = |kind| DecodeError::new(path, kind);
        let file = File::open(path).map_err(|error| fail(error.into()))?;
        let metadata = file.metadata().map_err(|error| fail(error.into()))?;
        if metadata.is_dir() {
            let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
            return Err(fail(error.into()));
        }
        Self::from_source(path, Box::new(file))
    }

    /// Opens a file that is in memory. `name` has the extension and appears in errors.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_bytes(
        name: impl AsRef<Path>,
        bytes: Vec<u8>,
    ) -> std::result::Result<Self, DecodeError> {
        Self::from_source(name.as_ref(), Box::new(Cursor::new(bytes)))
    }

    /// Opens a source that is neither a file nor in memory, but can be read at any position.
    /// `bytes` is its length.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_seekable(
        name: impl AsRef<Path>,
        reader: impl Read + Seek + Send + Sync + 'static,
        bytes: u64,
    ) -> std::result::Result<Self, DecodeError> {
        Self::from_source(name.as_ref(), Box::new(Seekable::new(reader, bytes)))
    }

    /// Opens a pipe or a connection. An mp4 with its index at the end cannot be read from one.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_reader(
        name: impl AsRef<Path>,
        reader: impl Read + Send + Sync + 'static,
    ) -> std::result::Result<Self, DecodeError> {
        Self::from_source(name.as_ref(), Box::new(ReadOnlySource::new(reader)))
    }

    /// Reads samples without a header.
    ///
    /// # Errors
    /// `audio-corrupt` for a format without channels or rate; otherwise as [`Self::open`].
    pub fn from_raw(
        name: impl AsRef<Path>,
        reader: impl Read + Send + Sync + 'static,
        format: RawFormat,
    ) -> std::result::Result<Self, DecodeError> {
        let name = name.as_ref();
        let input = Input::new(Box::new(ReadOnlySource::new(reader)));
        let decoder = Format::raw(format).and_then(|format| {
            Self::new(name, Source::Plain(PlainReader::new(input, format).into()))
        });
        decoder.map_err(|kind| DecodeError::new(name, kind))
    }

    fn from_source(
        name: &Path,
        source: Box<dyn MediaSource>,
    ) -> std::result::Result<Self, DecodeError> {
        let extension = name.extension().and_then(|extension| extension.to_str());
        let decoder = guarded(|| {
            Self::source(Input::new(source), extension).and_then(|source| Self::new(name, source))
        });
        decoder.map_err(|kind| DecodeError::new(name, kind))
    }

    fn source(mut input: Input, extension: Option<&str>) -> Result<Source> {
        if input.peek(1)?.is_empty() {
            return Err(DecodeErrorKind::Empty);
        }
        Ok(match plain::open(&mut input)? {
            Some(format) => Source::Plain(PlainReader::new(input, format).into()),
            None => {
                if let Some(name) = foreign::format(input.peek(foreign::START_BYTES)?) {
                    let (expected, actual) = (crate::READABLE.to_owned(), name.to_owned());
                    return Err(DecodeErrorKind::Unsupported { expected, actual });
                }
                Source::Container(ContainerReader::open(input, extension)?.into())
            }
        })
    }

    /// Decodes up to the first samples, because only they show what a file actually contains.
    fn new(name: &Path, mut source: Source) -> Result<Self> {
        let (mut block, mut silence) = (Vec::new(), 0);
        loop {
            match source.next(&mut block)? {
                Piece::Sound => break,
                Piece::Gap(frames) => silence += frames,
                Piece::End(end) => {
                    return Err(match end.0.first() {
                        Some(Warning::CutOff { promised, .. }) => DecodeErrorKind::Corrupt {
                            expected: format!("{promised} samples per channel"),
                            actual: "the end of the file before the first".to_owned(),
                        },
                        Some(Warning::BrokenOff { reason, .. }) => DecodeErrorKind::Corrupt {
                            expected: crate::READABLE.to_owned(),
                            actual: reason.clone(),
                        },
                        _ => DecodeErrorKind::Empty,
                    });
                }
            }
        }
        let (sample_rate, channels) = source.spec();
        Ok(Decoder {
            name: name.to_owned(),
            source,
            sample_rate,
            channels,
            block,
            quiet: Vec::new(),
            is_ready: true,
            silence,
            skip: 0,
            has_ended: false,
            warnings: Vec::new(),
        })
    }

    #[cfg(feature = "mono")]
    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    /// Returns the sample rate in Hz, the same throughout a recording.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Returns the number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the samples per channel of the whole recording, estimated from its header and size;
    /// for mp3 possibly a rough estimate. The recording may turn out to be longer or shorter.
    pub fn promised_frames(&self) -> Option<u64> {
        match &self.source {
            Source::Plain(reader) => reader.promised_frames(),
            Source::Container(reader) => reader.promised_frames(),
        }
    }

    /// Returns the local time at which the recording began, as `2023-02-14T06:30:00`, if it is a
    /// wav with a `bext` chunk that states it.
    pub fn start_time(&self) -> Option<&str> {
        match &self.source {
            Source::Plain(reader) => reader.format().start_time.as_deref(),
            Source::Container(_) => None,
        }
    }

    /// Skips everything before `seconds` from the start. Call it before the first block.
    /// Uncompressed files are seeked; others are decoded up to that point, and [`Self::next_block`]
    /// returns an empty block for each skipped one, so that the caller can stop.
    ///
    /// # Errors
    /// `io` if the file cannot be read.
    pub fn skip_to(&mut self, seconds: f64) -> std::result::Result<(), DecodeError> {
        let frame = (seconds.max(0.0) * f64::from(self.sample_rate)).round() as u64;
        self.skip = frame;
        if let Source::Plain(reader) = &mut self.source {
            let first = (self.block.len() / self.channels) as u64;
            if frame > first {
                let reached =
                    reader.seek(frame).map_err(|kind| DecodeError::new(&self.name, kind))?;
                if let Some(reached) = reached {
                    self.is_ready = false;
                    self.skip = frame - reached;
                }
            }
        }
        Ok(())
    }

    /// Returns the next samples, channels interleaved (`[frames][channels]`), full scale ±1; `None`
    /// at the end. Blocks may be empty only after [`Self::skip_to`]. Samples are returned as
    /// stored: a float file may contain NaN.
    ///
    /// # Errors
    /// `io` if the file cannot be read any further.
    pub fn next_block(&mut self) -> std::result::Result<Option<&[f32]>, DecodeError> {
        loop {
            if self.silence > 0 {
                let frames = self.silence.min(SILENCE_FRAMES);
                self.silence -= frames;
                let kept = frames - self.drop_from(frames);
                self.quiet.resize(kept as usize * self.channels, 0.0);
                return Ok(Some(&self.quiet));
            }
            if self.is_ready {
                self.is_ready = false;
                let frames = (self.block.len() / self.channels) as u64;
                let dropped = self.drop_from(frames);
                if frames > 0 {
                    return Ok(Some(&self.block[dropped as usize * self.channels..]));
                }
            }
            if !self.advance()? {
                return Ok(None);
            }
        }
    }

    /// Returns how many of the next `frames` are skipped.
    fn drop_from(&mut self, frames: u64) -> u64 {
        let dropped = self.skip.min(frames);
        self.skip -= dropped;
        dropped
    }

    /// Decodes the next block, or silence; returns false at the end.
    fn advance(&mut self) -> std::result::Result<bool, DecodeError> {
        if self.has_ended {
            return Ok(false);
        }
        self.block.clear();
        let piece = self.source.next(&mut self.block);
        match piece.map_err(|kind| DecodeError::new(&self.name, kind))? {
            Piece::Sound => self.is_ready = true,
            Piece::Gap(frames) => self.silence = frames,
            Piece::End(end) => {
                self.has_ended = true;
                self.warnings.extend(end.0);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns what was wrong with the recording; complete once [`Self::next_block`] has returned
    /// `None`.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}
