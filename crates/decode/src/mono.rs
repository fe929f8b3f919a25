//! A recording as one channel.

use sourcing_sound::Downmix;

use crate::decoder::Decoder;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::warning::Warning;

/// How several channels become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// All of them, mixed by [`Downmix`].
    #[default]
    Mix,
    /// One of them, counted from 0.
    Number(usize),
}

/// A recording as one channel, decoded in pieces.
pub struct Mono {
    decoder: Decoder,
    channel: Channel,
    mix: Downmix,
    has_ended: bool,
    samples: Vec<f32>,
}

impl Decoder {
    /// Returns one channel of the recording, or the mix of all.
    ///
    /// # Errors
    /// `audio-unsupported` for a channel that the recording does not have, or more channels than
    /// can be mixed.
    pub fn mono(self, channel: Channel) -> Result<Mono, DecodeError> {
        let channels = self.channels();
        let fail = |expected: String| {
            let actual = format!("{channels} channels");
            DecodeError::new(self.name(), DecodeErrorKind::Unsupported { expected, actual })
        };
        if let Channel::Number(number) = channel
            && number >= channels
        {
            return Err(fail(format!("a recording with a channel {}", number + 1)));
        }
        let most = sourcing_sound::MAX_CHANNELS;
        let mix = Downmix::new(channels).map_err(|_| fail(format!("at most {most} channels")))?;
        Ok(Mono { decoder: self, channel, mix, has_ended: false, samples: Vec::new() })
    }
}

impl Mono {
    /// Returns the sample rate in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.decoder.sample_rate()
    }

    /// Returns the number of channels of the recording.
    pub fn channels(&self) -> usize {
        self.decoder.channels()
    }

    /// Returns the same as [`Decoder::promised_frames`].
    pub fn promised_frames(&self) -> Option<u64> {
        self.decoder.promised_frames()
    }

    /// Returns the next samples, as [`Decoder::next_block`]; `None` at the end.
    ///
    /// # Errors
    /// As [`Decoder::next_block`].
    pub fn next_block(&mut self) -> Result<Option<&[f32]>, DecodeError> {
        self.next_block_of(|_| {})
    }

    /// Returns the next samples as [`Self::next_block`], and passes the decoded samples to `all`,
    /// channels interleaved. A mix comes some samples after those.
    ///
    /// # Errors
    /// As [`Decoder::next_block`].
    pub fn next_block_of(
        &mut self,
        mut all: impl FnMut(&[f32]),
    ) -> Result<Option<&[f32]>, DecodeError> {
        self.samples.clear();
        let channels = self.decoder.channels();
        while self.samples.is_empty() && !self.has_ended {
            let Some(block) = self.decoder.next_block()? else {
                self.has_ended = true;
                self.mix.finish(&mut self.samples);
                break;
            };
            if block.is_empty() {
                return Ok(Some(&[]));
            }
            all(block);
            match self.channel {
                Channel::Number(number) => {
                    self.samples.extend(block.chunks_exact(channels).map(|frame| frame[number]));
                }
                // Blocks are whole frames, so they divide into the channels.
                Channel::Mix => drop(self.mix.push(block, &mut self.samples)),
            }
        }
        Ok((!self.samples.is_empty()).then_some(&self.samples[..]))
    }

    /// Returns what was wrong with the recording, and whether a channel was used instead of the
    /// mix; complete once [`Self::next_block`] has returned `None`.
    pub fn warnings(&self) -> Vec<Warning> {
        let sample_rate = self.sample_rate();
        let taken = self.mix.taken().map(|taken| Warning::ChannelTaken { taken, sample_rate });
        self.decoder.warnings().iter().cloned().chain(taken).collect()
    }
}
