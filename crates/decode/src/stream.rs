//! From the bytes of a container to mono samples.

use std::io::ErrorKind;

use symphonia::core::codecs::audio::well_known::{CODEC_ID_AC3, CODEC_ID_OPUS, CODEC_ID_SPEEX};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{
    FORMAT_ID_AIFF, FORMAT_ID_FLAC, FORMAT_ID_ISOMP4, FORMAT_ID_WAVE,
};
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;

use crate::error::{DecodeErrorKind, Result};
use crate::mono::Mono;
use crate::recording::{MAX_SAMPLES, Recording};

const READABLE: &str = "wav, aiff, flac, mp3, ogg vorbis, or m4a with AAC or ALAC";

/// Decodes all of `source`, at most `max_samples` samples per channel.
pub(crate) fn read(
    source: Box<dyn MediaSource>,
    extension: Option<&str>,
    max_samples: u64,
) -> Result<Recording> {
    let mut format = open(source, extension)?;
    let mut track_decoder = TrackDecoder::of(format.as_ref())?;
    let declared = declared_samples(format.as_ref());
    let mut mono = Mono::new(max_samples.min(MAX_SAMPLES));
    if let Some(samples) = declared {
        mono.check_length(samples)?;
    }
    let end = loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == track_decoder.track_id => {
                track_decoder.decode(&packet, &mut mono)?;
            }
            Ok(Some(_)) => {}
            Ok(None) => break End::Regular,
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                break End::Abrupt;
            }
            // A chained ogg file: the next stream has its own headers.
            Err(Error::ResetRequired) => track_decoder = TrackDecoder::of(format.as_ref())?,
            Err(error) => return Err(container_error(error)),
        }
    };
    check_complete(format.as_ref(), end, declared, &mono)?;
    mono.finish()
}

/// How the container's packets ended.
#[derive(PartialEq)]
enum End {
    Regular,
    Abrupt,
}

fn open(source: Box<dyn MediaSource>, extension: Option<&str>) -> Result<Box<dyn FormatReader>> {
    let mut hint = Hint::new();
    if let Some(extension) = extension {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(source, Default::default());
    symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(container_error)
}

/// The number of samples per channel that the container states, if that number is reliable: for mp3
/// it is an estimate, and for ogg it comes from the last page.
fn declared_samples(format: &dyn FormatReader) -> Option<u64> {
    let promises = [FORMAT_ID_WAVE, FORMAT_ID_AIFF, FORMAT_ID_FLAC];
    if !promises.contains(&format.format_info().format) {
        return None;
    }
    format.default_track(TrackType::Audio)?.num_frames.filter(|&samples| samples > 0)
}

/// Refuses a file that ends before the length its container states.
fn check_complete(
    format: &dyn FormatReader,
    end: End,
    declared: Option<u64>,
    mono: &Mono,
) -> Result<()> {
    let info = format.format_info();
    let found = mono.length();
    match declared {
        Some(declared) if found < declared => Err(DecodeErrorKind::Corrupt {
            expected: format!(
                "{declared} samples per channel, as the {} header says",
                info.short_name
            ),
            actual: format!("the file cut off after {found}"),
        }),
        // The index of an m4a points beyond the end. A stream without a stated length may end
        // anywhere: if a recording was interrupted, nothing shows what is missing.
        None if end == End::Abrupt && info.format == FORMAT_ID_ISOMP4 => {
            Err(DecodeErrorKind::Corrupt {
                expected: "all packets that the index lists".to_owned(),
                actual: format!("the file cut off after {found} samples"),
            })
        }
        _ => Ok(()),
    }
}

/// The decoder of the one audio track that is read.
struct TrackDecoder {
    track_id: u32,
    /// Seconds per unit of a packet's times.
    tick: f64,
    /// Where the next packet should begin.
    next: Option<Timestamp>,
    decoder: Box<dyn AudioDecoder>,
}

impl TrackDecoder {
    fn of(format: &dyn FormatReader) -> Result<Self> {
        let unsupported =
            |actual: String| DecodeErrorKind::Unsupported { expected: READABLE.to_owned(), actual };
        let container = format.format_info().long_name;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or_else(|| unsupported(format!("{container} without an audio track")))?;
        let parameters = audio_parameters(track)
            .ok_or_else(|| unsupported(format!("{container} with an unknown codec")))?;
        // Symphonia divides by the number of channels.
        if parameters.channels.as_ref().is_some_and(|channels| channels.count() == 0) {
            return Err(DecodeErrorKind::Corrupt {
                expected: "at least one channel".to_owned(),
                actual: "0 channels".to_owned(),
            });
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|error| match error {
                Error::Unsupported(_) => {
                    unsupported(format!("{container} with {}", codec_name(parameters.codec)))
                }
                other => container_error(other),
            })?;
        let tick = track
            .time_base
            .map_or(0.0, |base| f64::from(base.numer.get()) / f64::from(base.denom.get()));
        Ok(TrackDecoder { track_id: track.id, tick, next: None, decoder })
    }

    /// Appends the samples of `packet`, or a gap if they are damaged. Packets that the container
    /// lost before it also become a gap.
    fn decode(&mut self, packet: &Packet, mono: &mut Mono) -> Result<()> {
        let lost = self.next.and_then(|next| packet.pts.duration_from(next));
        if let Some(lost) = lost.filter(|lost| !lost.is_zero()) {
            mono.skip(lost.get() as f64 * self.tick, "lost packets");
        }
        self.next = packet.pts.checked_add(packet.block_dur());
        let seconds = packet.dur.get() as f64 * self.tick;
        match self.decoder.decode(packet) {
            Ok(buffer) => return mono.append(buffer),
            Err(Error::DecodeError(reason)) => mono.skip(seconds, reason),
            Err(Error::IoError(_)) => mono.skip(seconds, "a packet too short"),
            Err(Error::ResetRequired) => self.decoder.reset(),
            Err(error) => return Err(container_error(error)),
        }
        Ok(())
    }
}

fn audio_parameters(track: &Track) -> Option<&AudioCodecParameters> {
    track.codec_params.as_ref()?.audio()
}

fn codec_name(codec: AudioCodecId) -> String {
    match codec {
        CODEC_ID_OPUS => "the Opus codec".to_owned(),
        CODEC_ID_SPEEX => "the Speex codec".to_owned(),
        CODEC_ID_AC3 => "the AC-3 codec".to_owned(),
        other => format!("the codec {other}"),
    }
}

/// Converts an error of the container, or one that ends decoding, to an error about the file.
fn container_error(error: Error) -> DecodeErrorKind {
    let corrupt =
        |actual: String| DecodeErrorKind::Corrupt { expected: READABLE.to_owned(), actual };
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            corrupt("the end of the file before its first sound".to_owned())
        }
        Error::IoError(error) => DecodeErrorKind::Io(error),
        // A known container without a required part, such as an m4a that was cut off before its
        // index.
        Error::Unsupported(what) if what.contains("missing") => corrupt(format!("damage ({what})")),
        Error::Unsupported(what) => DecodeErrorKind::Unsupported {
            expected: READABLE.to_owned(),
            actual: format!("bytes that are none of them ({what})"),
        },
        Error::DecodeError(what) | Error::LimitError(what) => corrupt(format!("damage ({what})")),
        other => corrupt(other.to_string()),
    }
}
