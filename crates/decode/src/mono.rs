//! Builds the mono recording, packet by packet.

use symphonia::core::audio::GenericAudioBufferRef;

use crate::error::{DecodeErrorKind, Result};
use crate::recording::Recording;

/// Collects decoded packets into one mono recording of bounded length.
pub(crate) struct Mono {
    max_samples: u64,
    sample_rate: Option<u32>,
    samples: Vec<f32>,
    /// Seconds of damaged packets since the last good one. They become silence, and use memory,
    /// only if another good packet follows.
    gap: f64,
    /// Why the first damaged packet could not be decoded.
    damage: Option<&'static str>,
    /// Scratch space: one packet, channels interleaved.
    interleaved: Vec<f32>,
}

impl Mono {
    /// An empty recording that takes at most `max_samples`.
    pub(crate) fn new(max_samples: u64) -> Self {
        Mono {
            max_samples,
            sample_rate: None,
            samples: Vec::new(),
            gap: 0.0,
            damage: None,
            interleaved: Vec::new(),
        }
    }

    /// Samples so far, including a gap at the end.
    pub(crate) fn length(&self) -> u64 {
        (self.samples.len() as u64).saturating_add(self.gap_samples())
    }

    /// Refuses a recording of `samples` if that is more than the limit.
    pub(crate) fn check_length(&self, samples: u64) -> Result<()> {
        if samples > self.max_samples {
            let max_samples = self.max_samples;
            return Err(DecodeErrorKind::Limit { max_samples, samples });
        }
        Ok(())
    }

    /// Appends a packet, its channels averaged.
    pub(crate) fn append(&mut self, packet: GenericAudioBufferRef<'_>) -> Result<()> {
        let channels = packet.num_planes();
        let frames = packet.frames();
        if channels == 0 || frames == 0 {
            return Ok(());
        }
        self.check_rate(packet.spec().rate())?;
        self.check_length(self.length().saturating_add(frames as u64))?;
        self.samples.resize(self.length() as usize, 0.0);
        self.gap = 0.0;
        packet.copy_to_vec_interleaved(&mut self.interleaved);
        if channels == 1 {
            self.samples.extend_from_slice(&self.interleaved);
        } else {
            let scale = 1.0 / channels as f32;
            let frames = self.interleaved.chunks_exact(channels);
            self.samples.extend(frames.map(|frame| frame.iter().sum::<f32>() * scale));
        }
        Ok(())
    }

    /// Leaves a gap for a damaged packet of `seconds`.
    pub(crate) fn skip(&mut self, seconds: f64, reason: &'static str) {
        self.gap += seconds;
        self.damage.get_or_insert(reason);
    }

    /// The finished recording, without a gap at its end.
    pub(crate) fn finish(self) -> Result<Recording> {
        match (self.sample_rate, self.damage) {
            (Some(sample_rate), _) => Ok(Recording { samples: self.samples, sample_rate }),
            (None, Some(reason)) => Err(DecodeErrorKind::Corrupt {
                expected: "a packet that can be decoded".to_owned(),
                actual: format!("damage in every one of them ({reason})"),
            }),
            (None, None) => Err(DecodeErrorKind::Empty),
        }
    }

    fn gap_samples(&self) -> u64 {
        let rate = self.sample_rate.unwrap_or(0);
        (self.gap * f64::from(rate)).round() as u64
    }

    fn check_rate(&mut self, rate: u32) -> Result<()> {
        if rate == 0 {
            return Err(DecodeErrorKind::Corrupt {
                expected: "a sample rate above 0 Hz".to_owned(),
                actual: "0 Hz".to_owned(),
            });
        }
        match self.sample_rate {
            Some(first) if first != rate => Err(DecodeErrorKind::Unsupported {
                expected: format!("one sample rate throughout ({first} Hz)"),
                actual: format!("a change to {rate} Hz after {} samples", self.samples.len()),
            }),
            _ => {
                self.sample_rate = Some(rate);
                Ok(())
            }
        }
    }
}
