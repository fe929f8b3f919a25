//! The two schemas. `docs/guide/results.md` describes them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use sourcing_sound::Classifier;

/// The version of both schemas, in their metadata under `sourcing_sound.schema_version`. Columns
/// may be added at the end; it changes if one is removed, renamed or gets another type.
pub const SCHEMA_VERSION: &str = "1";

/// Before all keys of the metadata, as in model files.
const PREFIX: &str = "sourcing_sound.";

/// The columns of segments, with the metadata of a classifier.
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

/// The columns of events, with the metadata of a classifier.
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

/// Microseconds: the unit that Parquet, DuckDB and pandas all have.
pub(crate) fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Label to score.
pub(crate) fn scores() -> DataType {
    let entries = DataType::Struct(Fields::from(vec![scores_key(), scores_value()]));
    DataType::Map(Arc::new(Field::new(SCORES_ENTRIES, entries, false)), false)
}

/// The names that the Arrow format recommends.
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
        ("schema", rows.to_owned()),
        ("schema_version", SCHEMA_VERSION.to_owned()),
        ("model", metadata.name.clone()),
        ("model_sha256", classifier.model().sha256().to_owned()),
        ("base_model", classifier.model().metadata().name.clone()),
        ("segment_seconds", metadata.segment_seconds().to_string()),
        ("rejection_threshold", metadata.decision.rejection_threshold.to_string()),
        ("licence", metadata.card.licence.clone()),
    ];
    let values = values.map(|(key, value)| (format!("{PREFIX}{key}"), value));
    Arc::new(Schema::new_with_metadata(fields, HashMap::from(values)))
}
