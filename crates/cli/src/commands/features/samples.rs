//! Reads the samples of a recording block by block, as often as needed.

use std::path::{Path, PathBuf};

use sourcing_sound::{ErrorKind, Pcm, SampleRate};
use sourcing_sound_decode::{Channel, Decoder, Recording, Warning};

use crate::files;
use crate::outcome::Failure;

/// Samples in memory that are passed on at a time.
const BLOCK: usize = 1 << 14;

/// A recording that can be read again from its start.
pub(super) struct Samples {
    path: PathBuf,
    rate: SampleRate,
    /// All samples, if they are in memory; otherwise the file is decoded each time.
    recording: Option<Recording>,
}

/// Facts that are known at the end.
#[derive(Default)]
pub(super) struct Ended {
    /// Samples per channel.
    pub(super) samples: u64,
    pub(super) warnings: Vec<Warning>,
}

impl Samples {
    /// Opens a recording. With `whole`, or if it can be read only once (a pipe or a device), its
    /// samples are kept in memory.
    pub(super) fn open(path: PathBuf, whole: bool) -> Result<Samples, Failure> {
        let is_file = !files::is_standard_input(&path) && path.is_file();
        let recording = match whole || !is_file {
            true => Some(files::decode(&path)?),
            false => None,
        };
        let hz = match &recording {
            Some(recording) => recording.sample_rate,
            None => Decoder::open(&path).map_err(Failure::Decode)?.sample_rate(),
        };
        match SampleRate::new(hz) {
            Ok(rate) => Ok(Samples { path, rate, recording }),
            Err(error) => Err(Failure::Analyse { path, error }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the rate of the recording.
    pub(super) fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Returns all samples, if they are in memory.
    pub(super) fn whole(&self) -> Option<&[f32]> {
        self.recording.as_ref().map(|recording| recording.samples.as_slice())
    }

    /// Reports an error of the core about this recording.
    pub(super) fn failure(&self, error: sourcing_sound::Error) -> Failure {
        Failure::Analyse { path: self.path.clone(), error }
    }

    /// Passes on all samples, until `take` returns false.
    pub(super) fn each(&self, mut take: impl FnMut(&[f32]) -> bool) -> Result<Ended, Failure> {
        let mut ended = Ended::default();
        let mut pass = |block: &[f32]| {
            self.check(block, ended.samples)?;
            ended.samples += block.len() as u64;
            Ok(take(block))
        };
        if let Some(recording) = &self.recording {
            for block in recording.samples.chunks(BLOCK) {
                if !pass(block)? {
                    break;
                }
            }
            ended.warnings.clone_from(&recording.warnings);
            return Ok(ended);
        }
        let decoder = Decoder::open(&self.path).map_err(Failure::Decode)?;
        let mut mono = decoder.mono(Channel::Mix).map_err(Failure::Decode)?;
        while let Some(block) = mono.next_block().map_err(Failure::Decode)? {
            if !pass(block)? {
                break;
            }
        }
        ended.warnings = mono.warnings();
        Ok(ended)
    }

    /// Refuses samples that are not finite; `before` samples precede them.
    fn check(&self, block: &[f32], before: u64) -> Result<(), Failure> {
        match Pcm::new(block, self.rate) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failure(match error.kind() {
                ErrorKind::AudioNonFinite { index } => {
                    ErrorKind::AudioNonFinite { index: before as usize + index }.into()
                }
                _ => error,
            })),
        }
    }
}
