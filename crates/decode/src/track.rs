//! Decodes the packets of one track to samples.

use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_AC3, CODEC_ID_ALAC, CODEC_ID_EAC3, CODEC_ID_MP1, CODEC_ID_MP2,
    CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_PCM_F32BE, CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F64BE,
    CODEC_ID_PCM_F64LE, CODEC_ID_PCM_S24BE, CODEC_ID_PCM_S24LE, CODEC_ID_PCM_S32BE,
    CODEC_ID_PCM_S32LE, CODEC_ID_SPEEX, CODEC_ID_VORBIS, CODEC_ID_WAVPACK,
};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, CODEC_ID_NULL_AUDIO,
};
use symphonia::core::errors::Error;
use symphonia::core::formats::well_known::FORMAT_ID_ISOMP4;
use symphonia::core::formats::{FormatInfo, FormatReader, Track, TrackType};
use symphonia::core::packet::Packet;

use crate::READABLE;
use crate::error::{DecodeErrorKind, Result};
use crate::mp4::Facts;
use crate::opus::{self, OpusPackets};
use crate::pcm;

/// Symphonia's message for a packet of MPEG audio with another number of channels or another rate
/// than those before it.
const OTHER_SPEC: &str = "invalid audio buffer signal spec";

/// The decoder of the one audio track that is read.
pub(crate) struct TrackDecoder {
    pub(crate) track_id: u32,
    /// Seconds per unit of a packet's times.
    pub(crate) tick: f64,
    codec: Codec,
    /// From which the decoder was made.
    parameters: AudioCodecParameters,
}

enum Codec {
    Opus(Box<OpusPackets>),
    Other(Box<dyn AudioDecoder>),
}

/// The result of decoding a packet.
pub(crate) enum Decoded {
    /// Samples were appended: the rate in Hz and the number of channels.
    Samples { rate: u32, channels: usize },
    /// It is damaged.
    Damaged(String),
    /// It holds no samples.
    Nothing,
}

impl TrackDecoder {
    /// Creates the decoder of the first audio track that has one. `facts` are those of the index of
    /// an mp4.
    ///
    /// # Errors
    /// `audio-unsupported` if there is none; `audio-corrupt` for a track without channels.
    pub(crate) fn of(format: &dyn FormatReader, facts: &Facts) -> Result<Self> {
        let container = format.format_info();
        let tracks = format.tracks().iter();
        let is_audio = |track: &&Track| track.track_type() == Some(TrackType::Audio);
        let preferred = format.default_track(TrackType::Audio).into_iter();
        let mut refused = None;
        for track in preferred.chain(tracks.filter(is_audio)) {
            match Self::new(track, container, facts) {
                Ok(decoder) => return Ok(decoder),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or_else(|| {
            let container = container.long_name;
            // Symphonia knows nothing about a track whose codec it does not know.
            unsupported(match &facts.codec {
                Some(codec) => format!("{container} with the codec {codec}, which is not read"),
                None => format!("{container} without an audio track"),
            })
        }))
    }

    fn new(track: &Track, container: &FormatInfo, facts: &Facts) -> Result<Self> {
        let is_mp4 = container.format == FORMAT_ID_ISOMP4;
        let container = container.long_name;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters =
            parameters.ok_or_else(|| unsupported(format!("{container} with an unknown codec")))?;
        let channels = parameters.channels.as_ref().map(|channels| channels.count());
        // Symphonia divides by the number of channels.
        if channels == Some(0) {
            return Err(DecodeErrorKind::Corrupt {
                expected: "at least one channel".to_owned(),
                actual: "0 channels".to_owned(),
            });
        }
        check_vorbis(parameters)?;
        let facts = facts.of(track.id);
        let tick = track
            .time_base
            .map_or(0.0, |base| f64::from(base.numer.get()) / f64::from(base.denom.get()));
        let codec = if parameters.codec == CODEC_ID_OPUS {
            let header = parameters.extra_data.as_deref().unwrap_or_default();
            let opus = if is_mp4 {
                OpusPackets::new(&opus::little_endian(header), channels.unwrap_or(1))
            } else {
                OpusPackets::new(header, channels.unwrap_or(1))
            };
            Codec::Opus(Box::new(opus?))
        } else if let (CODEC_ID_NULL_AUDIO, Some(alac)) = (parameters.codec, facts.alac) {
            let extra_data = Some(alac);
            let parameters =
                AudioCodecParameters { codec: CODEC_ID_ALAC, extra_data, ..parameters.clone() };
            Codec::Other(registered(&parameters, container)?)
        } else if facts.is_big_endian {
            let codec = big_endian(parameters.codec);
            let parameters = AudioCodecParameters { codec, ..parameters.clone() };
            Codec::Other(registered(&parameters, container)?)
        } else {
            Codec::Other(registered(parameters, container)?)
        };
        let parameters = parameters.clone();
        Ok(TrackDecoder { track_id: track.id, tick, codec, parameters })
    }

    /// Returns the samples per channel to drop at the start, according to the stream's own header.
    pub(crate) fn pre_skip(&self) -> Option<u64> {
        match &self.codec {
            Codec::Opus(opus) => Some(opus.pre_skip()),
            Codec::Other(_) => None,
        }
    }

    /// Appends the samples of `packet` to `output`, channels interleaved.
    ///
    /// # Errors
    /// The error of the file's source, and none for damage.
    pub(crate) fn decode(&mut self, packet: &Packet, output: &mut Vec<f32>) -> Result<Decoded> {
        let decoder = match &mut self.codec {
            Codec::Opus(opus) => {
                return Ok(if opus.decode(&packet.data, output) {
                    Decoded::Samples { rate: opus::RATE, channels: opus.channels() }
                } else {
                    Decoded::Damaged("an Opus packet that cannot be decoded".to_owned())
                });
            }
            Codec::Other(decoder) => decoder,
        };
        let decoded = decode(decoder.as_mut(), packet, output);
        if let Decoded::Damaged(reason) = &decoded
            && let Some((mut other, parameters)) = self.for_other_channels(packet, reason)
        {
            let again = decode(other.as_mut(), packet, output);
            if matches!(again, Decoded::Samples { .. }) {
                (self.codec, self.parameters) = (Codec::Other(other), parameters);
                return Ok(again);
            }
        }
        Ok(decoded)
    }

    /// Returns a decoder for a packet that the present one refuses because it has another number of
    /// channels, as in a recording that was joined from several.
    fn for_other_channels(
        &self,
        packet: &Packet,
        reason: &str,
    ) -> Option<(Box<dyn AudioDecoder>, AudioCodecParameters)> {
        let mut parameters = self.parameters.clone();
        match parameters.codec {
            CODEC_ID_MP1 | CODEC_ID_MP2 | CODEC_ID_MP3 if reason.contains(OTHER_SPEC) => {}
            // Only without a container are channels stated in the packets.
            CODEC_ID_AAC if parameters.extra_data.is_none() => {
                let is_pair = parameters.channels.as_ref().is_some_and(|all| all.count() == 2);
                // The first element is a single channel, a pair or something else.
                if packet.data.first()? >> 5 == u8::from(is_pair) {
                    return None;
                }
                let single = Position::FRONT_LEFT;
                let channels = if is_pair { single } else { single | Position::FRONT_RIGHT };
                parameters.channels = Some(Channels::Positioned(channels));
            }
            _ => return None,
        }
        Some((registered(&parameters, "").ok()?, parameters))
    }
}

/// Appends the samples of `packet` to `output`, channels interleaved.
fn decode(decoder: &mut dyn AudioDecoder, packet: &Packet, output: &mut Vec<f32>) -> Decoded {
    match decoder.decode(packet) {
        Ok(buffer) if buffer.num_planes() == 0 || buffer.frames() == 0 => Decoded::Nothing,
        Ok(buffer) => {
            let (rate, channels) = (buffer.spec().rate(), buffer.num_planes());
            pcm::append(&buffer, output);
            Decoded::Samples { rate, channels }
        }
        Err(Error::IoError(_)) => Decoded::Damaged("a packet too short".to_owned()),
        Err(Error::ResetRequired) => {
            decoder.reset();
            Decoded::Nothing
        }
        Err(error) => Decoded::Damaged(error.to_string()),
    }
}

/// Refuses Vorbis with more than two channels: Symphonia undoes the coupling of channels in the
/// wrong order, so that their sound would be distorted.
fn check_vorbis(parameters: &AudioCodecParameters) -> Result<()> {
    if parameters.codec != CODEC_ID_VORBIS {
        return Ok(());
    }
    // Containers may state another number than the stream itself, which is the one that counts.
    let header = parameters.extra_data.as_deref().unwrap_or_default();
    let channels = header.strip_prefix(b"\x01vorbis").and_then(|header| header.get(4));
    match channels {
        Some(&channels) if channels > 2 => Err(DecodeErrorKind::Unsupported {
            expected: "Vorbis with one or two channels".to_owned(),
            actual: format!("{channels} channels; convert it, for example to flac or wav"),
        }),
        _ => Ok(()),
    }
}

/// Returns the codec of the same samples with the highest byte first.
fn big_endian(codec: AudioCodecId) -> AudioCodecId {
    match codec {
        CODEC_ID_PCM_S24LE => CODEC_ID_PCM_S24BE,
        CODEC_ID_PCM_S32LE => CODEC_ID_PCM_S32BE,
        CODEC_ID_PCM_F32LE => CODEC_ID_PCM_F32BE,
        CODEC_ID_PCM_F64LE => CODEC_ID_PCM_F64BE,
        other => other,
    }
}

fn registered(parameters: &AudioCodecParameters, container: &str) -> Result<Box<dyn AudioDecoder>> {
    let codecs = symphonia::default::get_codecs();
    codecs.make_audio_decoder(parameters, &AudioDecoderOptions::default()).map_err(|error| {
        let codec = codec_name(parameters.codec);
        match error {
            Error::Unsupported(why) => unsupported(format!("{container} with {codec} ({why})")),
            other => DecodeErrorKind::Corrupt {
                expected: READABLE.to_owned(),
                actual: format!("damage ({other})"),
            },
        }
    })
}

fn unsupported(actual: String) -> DecodeErrorKind {
    DecodeErrorKind::Unsupported { expected: READABLE.to_owned(), actual }
}

fn codec_name(codec: AudioCodecId) -> String {
    match codec {
        CODEC_ID_AAC => "a kind of AAC other than LC with one or two channels".to_owned(),
        CODEC_ID_ALAC => "a kind of ALAC that is not read".to_owned(),
        CODEC_ID_SPEEX => "the Speex codec".to_owned(),
        CODEC_ID_AC3 | CODEC_ID_EAC3 => "the AC-3 codec".to_owned(),
        CODEC_ID_WAVPACK => "the WavPack codec".to_owned(),
        CODEC_ID_NULL_AUDIO => "a codec that is not known".to_owned(),
        other => format!("the codec {other}"),
    }
}
