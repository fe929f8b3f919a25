//! Turns predictions into rows, one per segment.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{
    BooleanBuilder, Float32Builder, Float64Builder, Int32Builder, MapBuilder, MapFieldNames,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_schema::{ArrowError, SchemaRef};
use sourcing_sound::{Classifier, Prediction};

use crate::origin::{Recording, milliseconds};
use crate::schema;
use crate::shown::Shown;

/// Collects segments, and returns them as batches of [`segments_schema`](crate::segments_schema).
pub struct SegmentRows {
    schema: SchemaRef,
    shown: Shown,
    len: usize,
    file: StringBuilder,
    channel: Int32Builder,
    start: Float64Builder,
    end: Float64Builder,
    start_time: TimestampMicrosecondBuilder,
    end_time: TimestampMicrosecondBuilder,
    label: StringBuilder,
    score: Float32Builder,
    rejected: BooleanBuilder,
    source: StringBuilder,
    group: StringBuilder,
    scores: MapBuilder<StringBuilder, Float32Builder>,
    error: StringBuilder,
}

impl SegmentRows {
    /// Starts without rows, for predictions of `classifier`; `shown` chooses the contents of the
    /// column `scores`.
    pub fn new(classifier: &Classifier, shown: Shown) -> Self {
        let names = MapFieldNames {
            entry: schema::SCORES_ENTRIES.to_owned(),
            key: schema::SCORES_KEY.to_owned(),
            value: schema::SCORES_VALUE.to_owned(),
        };
        let scores = MapBuilder::new(Some(names), StringBuilder::new(), Float32Builder::new());
        SegmentRows {
            schema: schema::segments_schema(classifier),
            shown,
            len: 0,
            file: StringBuilder::new(),
            channel: Int32Builder::new(),
            start: Float64Builder::new(),
            end: Float64Builder::new(),
            start_time: TimestampMicrosecondBuilder::new().with_data_type(schema::time()),
            end_time: TimestampMicrosecondBuilder::new().with_data_type(schema::time()),
            label: StringBuilder::new(),
            score: Float32Builder::new(),
            rejected: BooleanBuilder::new(),
            source: StringBuilder::new(),
            group: StringBuilder::new(),
            scores: scores
                .with_keys_field(schema::scores_key())
                .with_values_field(schema::scores_value()),
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

    /// Adds a segment.
    ///
    /// # Errors
    /// Only if the columns have different lengths, which never happens with predictions of one
    /// classifier.
    pub fn push(
        &mut self,
        recording: &Recording,
        prediction: &Prediction,
    ) -> Result<(), ArrowError> {
        let mut shown = self.shown.choose(prediction);
        // Taken before the scores are arranged; there may be none.
        let best = shown.first().cloned().or_else(|| prediction.top(1).pop());
        let best = best.as_ref();
        let (start, end) = (milliseconds(prediction.start()), milliseconds(prediction.end()));
        self.origin(recording);
        self.start.append_value(start);
        self.end.append_value(end);
        self.start_time.append_option(recording.time_us(start));
        self.end_time.append_option(recording.time_us(end));
        self.label.append_option(best.map(|best| &best.label));
        self.score.append_option(best.map(|best| best.score));
        self.rejected.append_value(prediction.rejected());
        self.source.append_option(best.map(|best| best.source.name()));
        self.group.append_option(best.and_then(|best| best.group.as_ref()));
        self.shown.arrange(&mut shown);
        for category in &shown {
            self.scores.keys().append_value(&category.label);
            self.scores.values().append_value(category.score);
        }
        self.error.append_null();
        self.scores.append(true)
    }

    /// Adds a recording that failed, with the code of its error; all columns about sound are null.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn push_error(&mut self, recording: &Recording, code: &str) -> Result<(), ArrowError> {
        self.origin(recording);
        self.start.append_null();
        self.end.append_null();
        self.start_time.append_null();
        self.end_time.append_null();
        self.label.append_null();
        self.score.append_null();
        self.rejected.append_null();
        self.source.append_null();
        self.group.append_null();
        self.error.append_value(code);
        self.scores.append(false)
    }

    /// Takes the rows; none are left.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.len = 0;
        RecordBatch::try_new(
            Arc::clone(&self.schema),
            vec![
                Arc::new(self.file.finish()),
                Arc::new(self.channel.finish()),
                Arc::new(self.start.finish()),
                Arc::new(self.end.finish()),
                Arc::new(self.start_time.finish()),
                Arc::new(self.end_time.finish()),
                Arc::new(self.label.finish()),
                Arc::new(self.score.finish()),
                Arc::new(self.rejected.finish()),
                Arc::new(self.source.finish()),
                Arc::new(self.group.finish()),
                Arc::new(self.scores.finish()),
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
