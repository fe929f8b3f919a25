//! Turns windows of clips into rows with their embeddings, for heads that are trained elsewhere.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{
    Float32Builder, Float64Builder, Int32Builder, ListBuilder, StringBuilder,
};
use arrow_schema::{ArrowError, SchemaRef};
use sourcing_sound::Classifier;

use crate::schema;

/// The clip that a window is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clip {
    /// Its name, such as its path: windows with the same name are from the same clip.
    pub file: String,
    /// Its label; `None` for a sound of none of the labels.
    pub label: Option<String>,
    /// The recording that it was cut from; `None` for the one that the name implies.
    pub recording: Option<String>,
    /// Its fold, from 1; `None` for the one from its recording's hash.
    pub fold: Option<i32>,
}

/// Collects windows, and returns them as batches of
/// [`embeddings_schema`](crate::embeddings_schema).
pub struct EmbeddingRows {
    schema: SchemaRef,
    len: usize,
    file: StringBuilder,
    start: Float64Builder,
    label: StringBuilder,
    recording: StringBuilder,
    fold: Int32Builder,
    embedding: ListBuilder<Float32Builder>,
    scores: ListBuilder<Float32Builder>,
    error: StringBuilder,
}

impl EmbeddingRows {
    /// Starts without rows, for windows of `classifier`'s model.
    pub fn new(classifier: &Classifier) -> Self {
        let numbers = || ListBuilder::new(Float32Builder::new()).with_field(schema::number());
        EmbeddingRows {
            schema: schema::embeddings_schema(classifier),
            len: 0,
            file: StringBuilder::new(),
            start: Float64Builder::new(),
            label: StringBuilder::new(),
            recording: StringBuilder::new(),
            fold: Int32Builder::new(),
            embedding: numbers(),
            scores: numbers(),
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

    /// Adds the window that starts `start_s` seconds after the start of the clip: the model's
    /// embedding of it, and its scores of all labels of the model.
    pub fn push(&mut self, clip: &Clip, start_s: f64, embedding: &[f32], scores: &[f32]) {
        self.clip(clip);
        self.start.append_value(start_s);
        self.embedding.values().append_slice(embedding);
        self.embedding.append(true);
        self.scores.values().append_slice(scores);
        self.scores.append(true);
        self.error.append_null();
    }

    /// Adds a clip that failed, with the code of its error; all columns about sound are null.
    pub fn push_error(&mut self, clip: &Clip, code: &str) {
        self.clip(clip);
        self.start.append_null();
        self.embedding.append(false);
        self.scores.append(false);
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
                Arc::new(self.start.finish()),
                Arc::new(self.label.finish()),
                Arc::new(self.recording.finish()),
                Arc::new(self.fold.finish()),
                Arc::new(self.embedding.finish()),
                Arc::new(self.scores.finish()),
                Arc::new(self.error.finish()),
            ],
        )
    }

    fn clip(&mut self, clip: &Clip) {
        self.len += 1;
        self.file.append_value(&clip.file);
        self.label.append_option(clip.label.as_ref());
        self.recording.append_option(clip.recording.as_ref());
        self.fold.append_option(clip.fold);
    }
}
