//! All that was measured of one recording, and what prints it.

use std::io;
use std::path::PathBuf;

use super::plot::Picture;
use super::table::Table;

/// What was measured of one recording.
pub(super) struct Measured {
    pub(super) path: PathBuf,
    /// The length in seconds.
    pub(super) duration: f64,
    /// The rate in Hz at which it was measured.
    pub(super) sample_rate: u32,
    pub(super) table: Table,
    /// What is drawn of it, if asked for.
    pub(super) picture: Option<Picture>,
}

/// Prints one recording after the other.
pub(super) trait Report {
    /// Prints what was measured of one recording, and flushes.
    fn write(&mut self, measured: &Measured) -> io::Result<()>;
}
