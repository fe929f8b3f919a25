//! The schemas. `docs/guide/results.md` describes them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use sourcing_sound::Classifier;

/// The version of all schemas, in their metadata under [`VERSION_KEY`]. Columns may be added at the
/// end; the version changes if one is removed, renamed or gets another type.
pub const SCHEMA_VERSION: &str = "1";

/// The key of the metadata that states what the rows are: `segments`, `events` or `embeddings`.
pub const ROWS_KEY: &str = "sourcing_sound.schema";
/// The key of [`SCHEMA_VERSION`].
pub const VERSION_KEY: &str = "sourcing_sound.schema_version";
/// The key of the name of the model, without its head.
pub const MODEL_KEY: &str = "sourcing_sound.base_model";
/// The key of the SHA-256 of the model's file.
pub const MODEL_SHA256_KEY: &str = "sourcing_sound.model_sha256";
/// The value of [`ROWS_KEY`] for embeddings.
pub const EMBEDDINGS: &str = "embeddings";

/// Returns the columns of segments, with the metadata of a classifier.
pub fn segments_schema(classifier: &Classifier) -> SchemaRef {
    let fields = vec![
        Field::new("file", DataType::Utf8, false),
        Field::new("channel", DataType::Int32, true),
        Field::new("start_s", DataType::Float64, true),
        Field::new("end_s", DataType::Float64, true),
        Field::new("start_time", time(), true),
        Field::new("end_time", time(), true),
        Field::new("label", DataType::Utf8, true),
        Field::new("score", DataType::Float32, true),
        Field::new("rejected", DataType::Boolean, true),
        Field::new("source", DataType::Utf8, true),
        Field::new("label_group", DataType::Utf8, true),
        Field::new("scores", scores(), true),
        Field::new("error", DataType::Utf8, true),
    ];
    of("segments", fields.into(), classifier)
}

/// Returns the columns of events, with the metadata of a classifier.
pub fn events_schema(classifier: &Classifier) -> SchemaRef {
    let fields = vec![
        Field::new("file", DataType::Utf8, false),
        Field::new("channel", DataType::Int32, true),
        Field::new("onset_s", DataType::Float64, true),
        Field::new("offset_s", DataType::Float64, true),
        Field::new("onset_time", time(), true),
        Field::new("offset_time", time(), true),
        Field::new("label", DataType::Utf8, true),
        Field::new("score", DataType::Float32, true),
        Field::new("error", DataType::Utf8, true),
    ];
    of("events", fields.into(), classifier)
}

/// Returns the columns of embeddings, with the metadata of a classifier.
pub fn embeddings_schema(classifier: &Classifier) -> SchemaRef {
    let numbers = || DataType::List(Arc::new(number()));
    let fields = vec![
        Field::new("file", DataType::Utf8, false),
        Field::new("start_s", DataType::Float64, true),
        Field::new("label", DataType::Utf8, true),
        Field::new("recording", DataType::Utf8, true),
        Field::new("fold", DataType::Int32, true),
        Field::new("embedding", numbers(), true),
        Field::new("scores", numbers(), true),
        Field::new("error", DataType::Utf8, true),
    ];
    of(EMBEDDINGS, fields.into(), classifier)
}

/// Returns a number in a vector, with the name that Arrow and Parquet recommend.
pub(crate) fn number() -> Field {
    Field::new("item", DataType::Float32, true)
}

/// Returns a time in microseconds, the unit that Parquet, DuckDB and pandas share.
pub(crate) fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Returns a map from label to score.
pub(crate) fn scores() -> DataType {
    let entries = DataType::Struct(Fields::from(vec![scores_key(), scores_value()]));
    DataType::Map(Arc::new(Field::new(SCORES_ENTRIES, entries, false)), false)
}

/// The name that the Arrow format recommends.
pub(crate) const SCORES_ENTRIES: &str = "entries";
pub(crate) const SCORES_KEY: &str = "key";
pub(crate) const SCORES_VALUE: &str = "value";

pub(crate) fn scores_key() -> Field {
    Field::new(SCORES_KEY, DataType::Utf8, false)
}

pub(crate) fn scores_value() -> Field {
    Field::new(SCORES_VALUE, DataType::Float32, false)
}

fn of(rows: &str, fields: Fields, classifier: &Classifier) -> SchemaRef {
    let metadata = classifier.metadata();
    let values = [
        (ROWS_KEY, rows.to_owned()),
        (VERSION_KEY, SCHEMA_VERSION.to_owned()),
        ("sourcing_sound.model", metadata.name.clone()),
        (MODEL_SHA256_KEY, classifier.model().sha256().to_owned()),
        (MODEL_KEY, classifier.model().metadata().name.clone()),
        ("sourcing_sound.segment_seconds", metadata.segment_seconds().to_string()),
        ("sourcing_sound.rejection_threshold", metadata.decision.rejection_threshold.to_string()),
        ("sourcing_sound.licence", metadata.card.licence.clone()),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value));
    Arc::new(Schema::new_with_metadata(fields, HashMap::from(values)))
}
