//! `--save-clips`: the sounds that were found → WAV files.

mod cut;
mod find;
mod names;
mod options;
mod save;

pub(super) use find::Finder;
pub(super) use names::Names;
pub(super) use options::{ClipOptions, RawClips};
pub(super) use save::save;
