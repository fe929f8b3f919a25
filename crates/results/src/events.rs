//! Turns events into rows.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{
    Float32Builder, Float64Builder, Int32Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_schema::{ArrowError, SchemaRef};
use sourcing_sound::{Classifier, SoundEvent};

use crate::origin::{Recording, milliseconds};
use crate::schema;

/// Collects events, and returns them as batches of [`events_schema`](crate::events_schema).
pub struct EventRows {
    schema: SchemaRef,
    len: usize,
    file: StringBuilder,
    channel: Int32Builder,
    onset: Float64Builder,
    offset: Float64Builder,
    onset_time: TimestampMicrosecondBuilder,
    offset_time: TimestampMicrosecondBuilder,
    label: StringBuilder,
    score: Float32Builder,
    error: StringBuilder,
}

impl EventRows {
    /// Starts without rows, for events of `classifier`.
    pub fn new(classifier: &Classifier) -> Self {
        EventRows {
            schema: schema::events_schema(classifier),
            len: 0,
            file: StringBuilder::new(),
            channel: Int32Builder::new(),
            onset: Float64Builder::new(),
            offset: Float64Builder::new(),
            onset_time: TimestampMicrosecondBuilder::new().with_data_type(schema::time()),
            offset_time: TimestampMicrosecondBuilder::new().with_data_type(schema::time()),
            label: StringBuilder::new(),
            score: Float32Builder::new(),
            error: StringBuilder::new(),
        }
    }

    /// Returns the schema of all batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Returns how many rows have not been taken.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an event. The offset of an event that continues is null.
    pub fn push(&mut self, recording: &Recording, event: &SoundEvent) {
        let (onset, offset) = (milliseconds(event.onset), event.offset.map(milliseconds));
        self.origin(recording);
        self.onset.append_value(onset);
        self.offset.append_option(offset);
        self.onset_time.append_option(recording.time_us(onset));
        self.offset_time.append_option(offset.and_then(|offset| recording.time_us(offset)));
        self.label.append_value(&event.label);
        self.score.append_value(event.score);
        self.error.append_null();
    }

    /// Adds a recording that failed, with the code of its error; all columns about sound are null.
    pub fn push_error(&mut self, recording: &Recording, code: &str) {
        self.origin(recording);
        self.onset.append_null();
        self.offset.append_null();
        self.onset_time.append_null();
        self.offset_time.append_null();
        self.label.append_null();
        self.score.append_null();
        self.error.append_value(code);
    }

    /// Takes the rows; none are left.
    ///
    /// # Errors
    /// Only if the columns have different lengths, which never happens with what this type
    /// collects.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.len = 0;
        RecordBatch::try_new(
            Arc::clone(&self.schema),
            vec![
                Arc::new(self.file.finish()),
                Arc::new(self.channel.finish()),
                Arc::new(self.onset.finish()),
                Arc::new(self.offset.finish()),
                Arc::new(self.onset_time.finish()),
                Arc::new(self.offset_time.finish()),
                Arc::new(self.label.finish()),
                Arc::new(self.score.finish()),
                Arc::new(self.error.finish()),
            ],
        )
    }

    fn origin(&mut self, recording: &Recording) {
        self.len += 1;
        self.file.append_value(&recording.file);
        self.channel.append_option(recording.channel.map(i32::from));
    }
}
