//! Reads Parquet files as rows of JSON, for comparison with `--format jsonl`.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, StructArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value, json};
use sourcing_sound_results::arrow_schema::{DataType, SchemaRef};

/// A file, row by row.
pub struct Sheet {
    pub schema: SchemaRef,
    pub rows: Vec<Map<String, Value>>,
    pub row_groups: usize,
    /// The key-value metadata that every reader of Parquet sees.
    pub metadata: Map<String, Value>,
}

impl Sheet {
    /// Reads a file, which must be complete.
    pub fn read(path: &Path) -> Sheet {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let schema = reader.schema().clone();
        let file = reader.metadata().file_metadata();
        let pairs = file.key_value_metadata().unwrap().iter();
        let metadata = pairs.map(|pair| (pair.key.clone(), json!(pair.value))).collect();
        let row_groups = reader.metadata().num_row_groups();
        let mut rows = Vec::new();
        for batch in reader.build().unwrap() {
            rows.extend(of(&StructArray::from(batch.unwrap())));
        }
        Sheet { schema, rows, row_groups, metadata }
    }

    /// Returns the values of a column.
    pub fn column(&self, name: &str) -> Vec<&Value> {
        self.rows.iter().map(|row| &row[name]).collect()
    }
}

fn of(columns: &StructArray) -> Vec<Map<String, Value>> {
    let mut rows = vec![Map::new(); columns.len()];
    for (name, column) in columns.column_names().into_iter().zip(columns.columns()) {
        for (n, row) in rows.iter_mut().enumerate() {
            let value = if column.is_null(n) { Value::Null } else { value(column.as_ref(), n) };
            row.insert(name.to_owned(), value);
        }
    }
    rows
}

fn value(column: &dyn Array, n: usize) -> Value {
    match column.data_type() {
        DataType::Utf8 => json!(column.as_string::<i32>().value(n)),
        DataType::Int32 => json!(column.as_primitive::<Int32Type>().value(n)),
        DataType::Float64 => json!(column.as_primitive::<Float64Type>().value(n)),
        DataType::Float32 => number(column.as_primitive::<Float32Type>().value(n)),
        DataType::Boolean => json!(column.as_boolean().value(n)),
        DataType::Timestamp(..) => {
            json!(column.as_primitive::<TimestampMicrosecondType>().value(n))
        }
        DataType::Map(..) => {
            let entries = column.as_map().value(n);
            let (keys, values) = (entries.column(0).as_string::<i32>(), entries.column(1));
            let values = values.as_primitive::<Float32Type>().values();
            let pairs = keys.iter().zip(values);
            pairs.map(|(key, &value)| (key.unwrap().to_owned(), number(value))).collect()
        }
        other => panic!("no column has the type {other}"),
    }
}

/// Rounds to the digits that text formats print.
fn number(value: f32) -> Value {
    json!(value.to_string().parse::<f64>().unwrap())
}
