//! The arguments about clips.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::files::Found;
use crate::outcome::UsageError;

/// Seconds.
const DEFAULT_PADDING: f64 = 1.0;
const DEFAULT_MAX: f64 = 60.0;

/// The longest padding and the longest clip: an hour, in seconds.
const MOST_SECONDS: f64 = 3_600.0;

#[derive(Args)]
pub(crate) struct RawClips {
    /// Cut out the detected sounds, as WAV files in this folder
    ///
    /// The sounds are the events of --format events; --min-score and --labels select among them.
    /// Clips have the rate and the channels of the recording, are in the same subfolders as the
    /// inputs, and are named RECORDING_00h01m02.500s_LABEL.wav, after the onset. No file is
    /// overwritten: an existing clip is left unchanged, and a different one with the same name gets
    /// a number.
    #[arg(long, value_name = "DIR")]
    save_clips: Option<PathBuf>,

    /// Seconds of a clip before the onset and after the offset [default: 1]
    #[arg(long, value_name = "S", requires = "save_clips", allow_negative_numbers = true)]
    clip_padding: Option<f64>,

    /// The most seconds of a clip, counted from its start [default: 60]
    #[arg(long, value_name = "S", requires = "save_clips", allow_negative_numbers = true)]
    clip_max: Option<f64>,

    /// The most clips of a label in a recording: those with the highest scores [default: all]
    #[arg(long, value_name = "N", requires = "save_clips", allow_negative_numbers = true)]
    clips_per_label: Option<i64>,
}

/// Where clips are saved, and how long they are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClipOptions {
    folder: PathBuf,
    /// Seconds before the onset and after the offset.
    pub(super) padding: f64,
    /// The most seconds of a clip.
    pub(super) most_seconds: f64,
    per_label: Option<NonZeroUsize>,
}

impl ClipOptions {
    /// Returns the folder of a recording's clips: that of the recording below the given one.
    pub(crate) fn folder(&self, input: &Found) -> PathBuf {
        self.folder.join(input.relative.parent().unwrap_or(Path::new("")))
    }

    /// Returns the folder of all clips.
    pub(crate) fn root(&self) -> &Path {
        &self.folder
    }

    /// Returns the most clips of a label, recording and channel.
    pub(crate) fn per_label(&self) -> Option<NonZeroUsize> {
        self.per_label
    }

    /// Returns `None` if no clips are requested.
    ///
    /// # Errors
    /// For numbers that are out of range.
    pub(crate) fn parse(raw: RawClips) -> Result<Option<ClipOptions>, UsageError> {
        let Some(folder) = raw.save_clips else { return Ok(None) };
        let padding = raw.clip_padding.unwrap_or(DEFAULT_PADDING);
        if !(0.0..=MOST_SECONDS).contains(&padding) {
            let message = format!("--clip-padding is {padding}, expected 0 to {MOST_SECONDS} s");
            return Err(UsageError(message));
        }
        let most_seconds = raw.clip_max.unwrap_or(DEFAULT_MAX);
        if !(most_seconds > 0.0 && most_seconds <= MOST_SECONDS) {
            return Err(UsageError(format!(
                "--clip-max is {most_seconds}, expected more than 0 and up to {MOST_SECONDS} s"
            )));
        }
        let per_label = raw.clips_per_label.map(|most| {
            let checked = usize::try_from(most).ok().and_then(NonZeroUsize::new);
            checked.ok_or_else(|| {
                UsageError(format!("--clips-per-label is {most}, expected at least 1"))
            })
        });
        Ok(Some(ClipOptions { folder, padding, most_seconds, per_label: per_label.transpose()? }))
    }
}
