//! A selection table for Raven, as BirdNET and others write it too.

use std::io::{self, Write};

use sourcing_sound::Prediction;

use super::entry::{Report, Subject};
use super::joined::{Joined, Stretch};

/// What Raven shows if the table says nothing of frequencies: all up to 24 kHz.
const HIGH_HZ: u32 = 24_000;

const HEADER: &str = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t\
    High Freq (Hz)\tBegin Path\tFile Offset (s)\tAnnotation\tScore";

/// Rows separated by tabs, one per stretch; neighbouring segments with the same label are joined.
pub(super) struct Raven<W: Write> {
    output: W,
    /// The channel, unless channels are reported one by one.
    channel: usize,
    joined: Joined,
    subject: Option<Subject>,
    selection: u64,
}

impl<W: Write> Raven<W> {
    /// Writes the header.
    pub(super) fn new(mut output: W, channel: usize) -> io::Result<Self> {
        writeln!(output, "{HEADER}")?;
        output.flush()?;
        Ok(Raven { output, channel, joined: Joined::default(), subject: None, selection: 0 })
    }

    fn line(&mut self, stretch: Option<Stretch>) -> io::Result<()> {
        let Some((stretch, subject)) = stretch.zip(self.subject.as_ref()) else { return Ok(()) };
        let Stretch { start, end, label, score } = stretch;
        self.selection += 1;
        let (number, channel) = (self.selection, subject.channel.unwrap_or(self.channel));
        // Tabs and line breaks separate fields.
        let path = subject.name().replace(['\t', '\n', '\r'], " ");
        writeln!(
            self.output,
            "{number}\tSpectrogram 1\t{channel}\t{start:.3}\t{end:.3}\t0\t{HIGH_HZ}\t{path}\t{start:.3}\t\
             {label}\t{score:.4}"
        )
    }
}

impl<W: Write> Report for Raven<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        self.subject = Some(subject.clone());
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
