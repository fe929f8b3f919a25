//! Turns the decoded samples of a recording into the samples to classify: of the mix, one channel,
//! or each.

use sourcing_sound_decode::{Channel, DecodeError, Decoder, Mono, Warning};

/// Samples that were decoded in one step.
#[derive(Clone, Default)]
pub(super) struct Chunk {
    /// The samples to classify, lanes interleaved.
    pub(super) samples: Vec<f32>,
    /// All channels as they were recorded, interleaved; empty unless they are kept.
    pub(super) recorded: Vec<f32>,
}

/// A recording that is read once. Its lanes are classified in parallel.
pub(super) struct Feed {
    source: Source,
    keeps: bool,
}

enum Source {
    /// One lane.
    Mono(Mono),
    /// A lane for each channel.
    Each(Decoder),
}

impl Feed {
    /// Feeds the mix of all channels, or one of them.
    ///
    /// # Errors
    /// As [`Decoder::mono`].
    pub(super) fn mono(decoder: Decoder, channel: Channel) -> Result<Feed, DecodeError> {
        Ok(Feed { source: Source::Mono(decoder.mono(channel)?), keeps: false })
    }

    /// Feeds all channels, each in its own lane.
    pub(super) fn each(decoder: Decoder) -> Feed {
        Feed { source: Source::Each(decoder), keeps: false }
    }

    /// Keeps the samples as recorded, in addition to those to classify.
    pub(super) fn keeping(mut self, keeps: bool) -> Feed {
        self.keeps = keeps;
        self
    }

    pub(super) fn lanes(&self) -> usize {
        match &self.source {
            Source::Mono(_) => 1,
            Source::Each(decoder) => decoder.channels(),
        }
    }

    /// Returns the samples per second, in Hz.
    pub(super) fn sample_rate(&self) -> u32 {
        match &self.source {
            Source::Mono(mono) => mono.sample_rate(),
            Source::Each(decoder) => decoder.sample_rate(),
        }
    }

    /// Returns whether the samples as recorded are kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }

    /// Replaces `chunk` by the next samples; returns false at the end.
    ///
    /// # Errors
    /// If the recording cannot be read any further.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> Result<bool, DecodeError> {
        let (Chunk { samples, recorded }, keeps) = (chunk, self.keeps);
        samples.clear();
        recorded.clear();
        let mut keep = |block: &[f32]| {
            if keeps {
                recorded.extend_from_slice(block);
            }
        };
        let block = match &mut self.source {
            Source::Mono(mono) => mono.next_block_of(&mut keep)?,
            Source::Each(decoder) => decoder.next_block()?.inspect(|block| keep(block)),
        };
        samples.extend_from_slice(block.unwrap_or_default());
        Ok(block.is_some())
    }

    /// Returns what was wrong with the recording; complete at its end.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        match &self.source {
            Source::Mono(mono) => mono.warnings(),
            Source::Each(decoder) => decoder.warnings().to_vec(),
        }
    }
}
