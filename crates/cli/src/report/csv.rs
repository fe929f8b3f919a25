//! One row per segment.

use std::io::{self, Write};

use super::{Report, best, milliseconds};
use crate::classify::Heard;

/// Columns `file,start,end,label,score,rejected`, then `label_2,score_2` and so on up to `top`.
pub(super) struct Csv<W: Write> {
    writer: csv::Writer<W>,
    top: usize,
}

impl<W: Write> Csv<W> {
    /// Writes the header. `top` is at least 1 and at most the number of labels.
    pub(super) fn new(output: W, top: usize) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(output);
        let mut header: Vec<String> =
            ["file", "start", "end", "label", "score", "rejected"].map(String::from).to_vec();
        header.extend((2..=top).flat_map(|n| [format!("label_{n}"), format!("score_{n}")]));
        writer.write_record(&header).map_err(io_error)?;
        writer.flush()?;
        Ok(Csv { writer, top })
    }
}

impl<W: Write> Report for Csv<W> {
    fn write(&mut self, heard: &Heard) -> io::Result<()> {
        for prediction in &heard.predictions {
            let best = best(prediction);
            let mut row = vec![
                heard.path.to_string_lossy().into_owned(),
                milliseconds(prediction.start()).to_string(),
                milliseconds(prediction.end()).to_string(),
                best.label,
                best.score.to_string(),
                prediction.rejected().to_string(),
            ];
            let others = prediction.top(self.top).into_iter().skip(1);
            row.extend(others.flat_map(|other| [other.label, other.score.to_string()]));
            self.writer.write_record(&row).map_err(io_error)?;
        }
        self.writer.flush()
    }
}

/// The input/output error inside of `error`: csv's own conversion hides its kind.
pub(crate) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
