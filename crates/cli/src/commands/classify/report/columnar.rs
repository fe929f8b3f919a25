//! Segments or events as a Parquet file.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use sourcing_sound::Prediction;
use sourcing_sound_results::Recording;

use super::entry::{Closer, Lanes, Report, Subject};
use super::rows::Rows;

/// Rows that are collected before they are encoded.
const BATCH_ROWS: usize = 512;

/// Rows and encoded bytes of a row group, which is kept in memory until it is written.
const GROUP_ROWS: usize = 1 << 17;
const GROUP_BYTES: usize = 8 << 20;

/// A table of rows, written a row group at a time. It is complete once it is closed.
pub(super) struct Columnar<W: Write + Send> {
    /// Shared with the thread that ends the program, which also closes it.
    sheet: Arc<Mutex<Sheet<W>>>,
    /// The channel that is classified; `None` if each is.
    channel: Option<usize>,
    recordings: Lanes<Recording>,
}

struct Sheet<W: Write + Send> {
    rows: Rows,
    writer: ArrowWriter<W>,
    is_closed: bool,
}

impl<W: Write + Send + 'static> Columnar<W> {
    /// # Errors
    /// If the output does not take the first bytes.
    pub(super) fn new(output: W, rows: Rows, channel: Option<usize>) -> io::Result<Self> {
        let schema = rows.schema();
        let mut metadata: Vec<KeyValue> = Vec::new();
        for (key, value) in schema.metadata() {
            metadata.push(KeyValue::new(key.clone(), value.clone()));
        }
        metadata.sort_by(|a, b| a.key.cmp(&b.key));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .set_created_by(concat!("sourcing-sound version ", env!("CARGO_PKG_VERSION")).into())
            .set_key_value_metadata(Some(metadata))
            .build();
        let writer = ArrowWriter::try_new(output, schema, Some(properties)).map_err(io_error)?;
        let sheet = Arc::new(Mutex::new(Sheet { rows, writer, is_closed: false }));
        Ok(Columnar { sheet, channel, recordings: Lanes::default() })
    }
}

/// Locks the sheet. A panic under the lock ends the program, so a poisoned lock needs no handling.
fn locked<W: Write + Send>(sheet: &Mutex<Sheet<W>>) -> MutexGuard<'_, Sheet<W>> {
    sheet.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<W: Write + Send> Sheet<W> {
    /// Encodes the rows if there are enough of them.
    fn encode(&mut self, least: usize) -> io::Result<()> {
        if self.rows.len() < least {
            return Ok(());
        }
        let batch = self.rows.take().map_err(io::Error::other)?;
        self.writer.write(&batch).map_err(io_error)
    }

    fn close(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        self.is_closed = true;
        self.encode(1)?;
        self.writer.finish().map_err(io_error)?;
        self.writer.inner_mut().flush()
    }
}

impl<W: Write + Send + 'static> Report for Columnar<W> {
    fn begin(&mut self, subject: &Subject) -> io::Result<()> {
        let channel = subject.channel.or(self.channel);
        let recording = Recording {
            file: subject.name().into_owned(),
            channel: channel.and_then(|channel| u16::try_from(channel).ok()),
            start_time_us: subject.recorded.and_then(|recorded| recorded.utc_us()),
        };
        self.recordings.begin(subject.lane, recording);
        locked(&self.sheet).rows.begin(subject);
        Ok(())
    }

    fn segments(&mut self, lane: usize, predictions: Vec<Prediction>) -> io::Result<()> {
        let Some(recording) = self.recordings.get(lane) else { return Ok(()) };
        let mut sheet = locked(&self.sheet);
        for prediction in &predictions {
            sheet.rows.push(lane, recording, prediction).map_err(io::Error::other)?;
            sheet.encode(BATCH_ROWS)?;
        }
        Ok(())
    }

    fn end(&mut self, lane: usize, duration: f64) -> io::Result<()> {
        let Some(recording) = self.recordings.end(lane) else { return Ok(()) };
        let mut sheet = locked(&self.sheet);
        sheet.rows.end(lane, &recording, duration);
        sheet.encode(BATCH_ROWS)
    }

    fn failed(&mut self, path: &Path, code: &str) -> io::Result<()> {
        locked(&self.sheet).rows.failed(path, code).map_err(io::Error::other)
    }

    fn close(&mut self) -> io::Result<()> {
        locked(&self.sheet).close()
    }

    fn closer(&self) -> Option<Closer> {
        let sheet = Arc::clone(&self.sheet);
        Some(Box::new(move || locked(&sheet).close()))
    }
}

/// Returns the I/O error inside `error`; a closed pipe is recognised by its kind.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}
