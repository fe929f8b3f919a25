//! A label track for Audacity, to open beside the recording.

use std::io::{self, Write};

use sourcing_sound::Prediction;

use super::entry::{Report, Subject};
use super::joined::{Joined, Stretch};

/// Lines of start, end (in seconds) and label, separated by tabs; neighbouring segments with the same
/// label are joined. One recording makes a track, since its lines do not name it.
pub(super) struct Audacity<W: Write> {
    output: W,
    joined: Joined,
}

impl<W: Write> Audacity<W> {
    pub(super) fn new(output: W) -> Self {
        Audacity { output, joined: Joined::default() }
    }

    fn line(&mut self, stretch: Option<Stretch>) -> io::Result<()> {
        let Some(Stretch { start, end, label, score }) = stretch else { return Ok(()) };
        writeln!(self.output, "{start:.6}\t{end:.6}\t{label} {score:.2}")
    }
}

impl<W: Write> Report for Audacity<W> {
    fn begin(&mut self, _subject: &Subject) -> io::Result<()> {
        self.joined = Joined::default();
        Ok(())
    }

    fn segments(&mut self, predictions: Vec<Prediction>) -> io::Result<()> {
        for prediction in &predictions {
            let ended = self.joined.push(prediction);
            self.line(ended)?;
        }
        self.output.flush()
    }

    fn end(&mut self, _duration: f64) -> io::Result<()> {
        let ended = self.joined.finish();
        self.line(ended)?;
        self.output.flush()
    }
}
