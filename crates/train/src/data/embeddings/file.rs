//! Reads the rows of one Parquet file, and checks each separately.

use super::error::{EmbeddingsError, Problem};
use crate::data::dataset::name_problem;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use sourcing_sound::{Model, Patch};
use sourcing_sound_results::{
    EMBEDDINGS, MODEL_KEY, MODEL_SHA256_KEY, ROWS_KEY, SCHEMA_VERSION, VERSION_KEY,
};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Columns that every file has.
const NEEDED: [&str; 5] = ["file", "start_s", "label", "embedding", "scores"];
/// Columns that may be absent.
const OPTIONAL: [&str; 3] = ["recording", "fold", "error"];
/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 1_024;

/// A row.
pub struct Row {
    /// The clip.
    pub file: String,
    /// Its label; `None` for a sound of none of the labels.
    pub label: Option<String>,
    /// Its recording; `None` for the one that its name implies.
    pub recording: Option<String>,
    /// Its fold; `None` for the one from its recording's hash.
    pub fold: Option<u32>,
    /// A window, or the reason for its absence.
    pub content: Content,
}

/// What a row states about its clip.
pub enum Content {
    /// A window and where it starts, in seconds.
    Window(f64, Patch),
    /// The code of an error.
    Failed(String),
}

/// Passes every row of a file to `take`, with its number.
///
/// # Errors
/// The first error in the file, or that of `take`.
pub fn read(
    path: &Path,
    base: &Model,
    take: impl FnMut(u64, Row) -> Result<(), Problem>,
) -> Result<(), EmbeddingsError> {
    // The Parquet reader panics on some damaged files.
    catch_unwind(AssertUnwindSafe(|| rows(path, base, take))).unwrap_or_else(|_| {
        let problem = Problem::Damaged("damage that its reader gives up on".to_owned());
        Err(EmbeddingsError::at(path, problem))
    })
}

fn rows(
    path: &Path,
    base: &Model,
    mut take: impl FnMut(u64, Row) -> Result<(), Problem>,
) -> Result<(), EmbeddingsError> {
    let at = |problem| EmbeddingsError::at(path, problem);
    let file = File::open(path).map_err(|error| at(Problem::Unreadable(error.to_string())))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| at(Problem::Damaged(error.to_string())))?;
    check_metadata(builder.schema(), base).map_err(at)?;
    check_columns(builder.schema()).map_err(at)?;
    check_compression(builder.metadata()).map_err(at)?;
    let names = NEEDED.into_iter().chain(OPTIONAL);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let batches = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let batches = batches.map_err(|error| at(Problem::Damaged(error.to_string())))?;
    let mut number = 0;
    for batch in batches {
        let batch = batch.map_err(|error| at(Problem::Damaged(error.to_string())))?;
        let columns = Columns::of(&batch).map_err(at)?;
        for index in 0..batch.num_rows() {
            let taken = columns.row(index, base).and_then(|row| take(number, row));
            taken.map_err(|problem| EmbeddingsError { row: Some(number), ..at(problem) })?;
            number += 1;
        }
    }
    Ok(())
}

fn check_metadata(schema: &Schema, base: &Model) -> Result<(), Problem> {
    let value = |key: &str| schema.metadata().get(key).cloned();
    if value(ROWS_KEY).as_deref() != Some(EMBEDDINGS) {
        return Err(Problem::Rows { found: value(ROWS_KEY) });
    }
    if value(VERSION_KEY).as_deref() != Some(SCHEMA_VERSION) {
        return Err(Problem::Version { found: value(VERSION_KEY) });
    }
    let sha256 = value(MODEL_SHA256_KEY);
    if sha256.as_deref() != Some(base.sha256()) {
        let unknown = || "an unknown model".to_owned();
        let name = value(MODEL_KEY).map_or_else(unknown, |name| format!("{name:?}"));
        let sha256 = sha256.unwrap_or_else(|| "unknown".to_owned());
        return Err(Problem::OtherBase {
            found: format!("{name} (SHA-256 {sha256})"),
            expected: format!("{:?} (SHA-256 {})", base.metadata().name, base.sha256()),
        });
    }
    Ok(())
}

fn check_columns(schema: &Schema) -> Result<(), Problem> {
    for column in NEEDED {
        schema.field_with_name(column).map_err(|_| Problem::NoColumn(column))?;
    }
    for column in NEEDED.into_iter().chain(OPTIONAL) {
        let Ok(field) = schema.field_with_name(column) else { continue };
        let (expected, fits) = expected(column, field.data_type());
        // Programs write this type for a column that contains only nulls.
        if !fits && *field.data_type() != DataType::Null {
            let found = field.data_type().to_string();
            return Err(Problem::Type { column, found, expected });
        }
    }
    Ok(())
}

fn check_compression(metadata: &ParquetMetaData) -> Result<(), Problem> {
    let columns = metadata.row_groups().iter().flat_map(|group| group.columns());
    for compression in columns.map(|column| column.compression()) {
        if !matches!(compression, Compression::UNCOMPRESSED | Compression::SNAPPY) {
            return Err(Problem::Compression(compression.to_string()));
        }
    }
    Ok(())
}

/// Returns what type a column must have, and whether it has it.
fn expected(column: &str, found: &DataType) -> (&'static str, bool) {
    match column {
        "start_s" => ("a column of float64", *found == DataType::Float64),
        "fold" => {
            ("a column of int32 or int64", matches!(found, DataType::Int32 | DataType::Int64))
        }
        "embedding" | "scores" => {
            let item = match found {
                DataType::List(item)
                | DataType::LargeList(item)
                | DataType::FixedSizeList(item, _) => Some(item.data_type()),
                _ => None,
            };
            ("a column of lists of float32", item == Some(&DataType::Float32))
        }
        _ => (
            "a column of text",
            matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
        ),
    }
}

/// The columns of a batch; `None` for one that the file does not have.
struct Columns<'a> {
    file: &'a ArrayRef,
    start: &'a ArrayRef,
    label: &'a ArrayRef,
    embedding: &'a ArrayRef,
    scores: &'a ArrayRef,
    recording: Option<&'a ArrayRef>,
    fold: Option<&'a ArrayRef>,
    error: Option<&'a ArrayRef>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, Problem> {
        let needed = |column| batch.column_by_name(column).ok_or(Problem::NoColumn(column));
        Ok(Self {
            file: needed("file")?,
            start: needed("start_s")?,
            label: needed("label")?,
            embedding: needed("embedding")?,
            scores: needed("scores")?,
            recording: batch.column_by_name("recording"),
            fold: batch.column_by_name("fold"),
            error: batch.column_by_name("error"),
        })
    }

    fn row(&self, index: usize, base: &Model) -> Result<Row, Problem> {
        let optional = |column: Option<&ArrayRef>| column.and_then(|column| text(column, index));
        let row = Row {
            file: text(self.file, index).ok_or(Problem::Null("file"))?,
            label: text(self.label, index),
            recording: optional(self.recording),
            fold: self.fold.and_then(|column| whole(column, index)).map(fold).transpose()?,
            content: match optional(self.error) {
                Some(code) => Content::Failed(code),
                None => self.window(index, base)?,
            },
        };
        let names = [("label", &row.label), ("recording", &row.recording)];
        for (column, name) in names {
            if let Some(problem) = name.as_ref().and_then(|name| name_problem(column, name)) {
                return Err(Problem::Name(problem));
            }
        }
        Ok(row)
    }

    fn window(&self, index: usize, base: &Model) -> Result<Content, Problem> {
        let start = self.start.as_primitive_opt::<Float64Type>();
        let start = start.filter(|column| column.is_valid(index)).map(|column| column.value(index));
        let start = start.ok_or(Problem::Null("start_s"))?;
        if !start.is_finite() {
            return Err(Problem::NonFinite("start_s"));
        }
        let metadata = base.metadata();
        let size = metadata.embedding_size.unwrap_or_default();
        Ok(Content::Window(
            start,
            Patch {
                embedding: numbers("embedding", self.embedding, index, size)?,
                scores: numbers("scores", self.scores, index, metadata.labels.len())?,
            },
        ))
    }
}

fn text(column: &ArrayRef, index: usize) -> Option<String> {
    if column.is_null(index) {
        return None;
    }
    let short = column.as_string_opt::<i32>().map(|column| column.value(index));
    let long = || column.as_string_opt::<i64>().map(|column| column.value(index));
    let view = || column.as_string_view_opt().map(|column| column.value(index));
    short.or_else(long).or_else(view).map(str::to_owned)
}

fn whole(column: &ArrayRef, index: usize) -> Option<i64> {
    if column.is_null(index) {
        return None;
    }
    let short = column.as_primitive_opt::<Int32Type>();
    let short = short.map(|column| i64::from(column.value(index)));
    short.or_else(|| column.as_primitive_opt::<Int64Type>().map(|column| column.value(index)))
}

/// Checks the number of a fold.
fn fold(number: i64) -> Result<u32, Problem> {
    u32::try_from(number).ok().filter(|fold| *fold > 0).ok_or(Problem::Fold(number))
}

fn numbers(
    name: &'static str,
    column: &ArrayRef,
    index: usize,
    expected: usize,
) -> Result<Vec<f32>, Problem> {
    if column.is_null(index) {
        return Err(Problem::Null(name));
    }
    let short = column.as_list_opt::<i32>().map(|lists| lists.value(index));
    let long = || column.as_list_opt::<i64>().map(|lists| lists.value(index));
    let fixed = || column.as_fixed_size_list_opt().map(|lists| lists.value(index));
    let list = short.or_else(long).or_else(fixed).ok_or(Problem::Null(name))?;
    let list = list.as_primitive_opt::<Float32Type>().ok_or(Problem::Null(name))?;
    if list.len() != expected {
        return Err(Problem::Length { column: name, found: list.len(), expected });
    }
    if list.null_count() > 0 {
        return Err(Problem::Null(name));
    }
    let values = list.values().to_vec();
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(Problem::NonFinite(name)),
    }
}
