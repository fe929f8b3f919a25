//! What a user should know about a recording that was decoded anyway.

use std::fmt;

#[cfg(feature = "mono")]
use sourcing_sound::Taken;

/// Something about a recording that is not an error, but may explain a result.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The recording ends before the length that its header states.
    CutOff {
        /// Samples per channel that the header states.
        promised: u64,
        /// Samples per channel that were found.
        found: u64,
        /// Rate in Hz.
        sample_rate: u32,
    },
    /// Parts could not be decoded, or were missing. Silence of the same length replaces them.
    Damaged {
        /// How many parts.
        parts: u64,
        /// Where the first one is, in seconds.
        first: f64,
    },
    /// The data after this point could not be read at all.
    BrokenOff {
        /// Where that is, in seconds.
        time: f64,
        /// The reason.
        reason: String,
    },
    #[cfg(feature = "mono")]
    /// The mean of the channels was too weak, and one channel was used instead.
    ChannelTaken {
        /// Which channel, how much weaker the mean was, and where.
        taken: Taken,
        /// Rate in Hz.
        sample_rate: u32,
    },
}

impl Warning {
    /// Returns the stable code: `audio-cut-off`, `audio-damaged`, `audio-broken-off` or
    /// `channel-taken`.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::CutOff { .. } => "audio-cut-off",
            Warning::Damaged { .. } => "audio-damaged",
            Warning::BrokenOff { .. } => "audio-broken-off",
            #[cfg(feature = "mono")]
            Warning::ChannelTaken { .. } => "channel-taken",
        }
    }

    /// Returns whether part of the recording is missing.
    pub fn is_loss(&self) -> bool {
        self.code() != "channel-taken"
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |samples: u64, rate: u32| samples as f64 / f64::from(rate);
        match self {
            Warning::CutOff { promised, found, sample_rate } => write!(
                f,
                "the recording breaks off after {:.3} s; its header says {:.3} s",
                seconds(*found, *sample_rate),
                seconds(*promised, *sample_rate)
            ),
            Warning::Damaged { parts: 1, first } => {
                write!(f, "a damaged part at {first:.3} s was replaced by silence")
            }
            Warning::Damaged { parts, first } => {
                write!(
                    f,
                    "{parts} damaged parts, the first at {first:.3} s, were replaced by silence"
                )
            }
            Warning::BrokenOff { time, reason } => {
                write!(f, "nothing can be read after {time:.3} s ({reason})")
            }
            #[cfg(feature = "mono")]
            Warning::ChannelTaken { taken, sample_rate } => {
                let time = seconds(taken.frame, *sample_rate);
                let number = taken.channel + 1;
                if taken.loss_db.is_finite() {
                    let loss = taken.loss_db;
                    write!(
                        f,
                        "channel {number} is used from {time:.1} s on: the mean of the channels \
                         is {loss:.0} dB weaker"
                    )
                } else {
                    write!(
                        f,
                        "channel {number} is used from {time:.1} s on: the channels cancel each \
                         other"
                    )
                }
            }
        }
    }
}
