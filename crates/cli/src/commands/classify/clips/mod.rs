//! `--save-clips`: saves the detected sounds as WAV files.

mod cut;
mod find;
mod live;
mod names;
mod options;
mod save;
mod tape;

pub(super) use find::Finder;
pub(super) use live::{Live, Source};
pub(super) use names::Names;
pub(super) use options::{ClipOptions, RawClips};
pub(super) use save::save;
