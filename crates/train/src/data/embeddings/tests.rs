//! Files as the Python package writes them, and everything that can be wrong with them.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::{Embeddings, EmbeddingsError, Problem, file, read};
use crate::tiny_model;
use arrow_array::{Array, ArrayRef, Float32Array, Int64Array, RecordBatch};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use sourcing_sound::{Classifier, Model};
use sourcing_sound_results::{
    Clip, EmbeddingRows, MODEL_SHA256_KEY, ROWS_KEY, SCHEMA_VERSION, VERSION_KEY,
};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const HOP: f64 = 0.5;

fn base() -> Model {
    Model::from_onnx(&tiny_model::patched_onnx(&tiny_model::patched_metadata())).unwrap()
}

fn clip(file: &str, label: Option<&str>) -> Clip {
    Clip { file: file.to_owned(), label: label.map(str::to_owned), ..Clip::default() }
}

/// Rows of a table to write.
struct Rows {
    rows: EmbeddingRows,
    size: usize,
    labels: usize,
}

impl Rows {
    fn new() -> Self {
        let base = base();
        let metadata = base.metadata();
        let (size, labels) = (metadata.embedding_size.unwrap(), metadata.labels.len());
        Self { rows: EmbeddingRows::new(&Classifier::new(base).unwrap()), size, labels }
    }

    /// Adds windows filled with `value`, then `value + 1`, and so on.
    fn windows(mut self, clip: &Clip, starts: &[f64], value: f32) -> Self {
        for (index, start) in starts.iter().enumerate() {
            let value = value + index as f32;
            let (embedding, scores) = (vec![value; self.size], vec![value; self.labels]);
            self.rows.push(clip, *start, &embedding, &scores);
        }
        self
    }

    fn table(mut self) -> RecordBatch {
        self.rows.take().unwrap()
    }

    /// Returns two labelled clips.
    fn good() -> Self {
        let (a, b) = (clip("a.wav", Some("hum")), clip("b.wav", Some("knock")));
        Self::new().windows(&a, &[0.0, 0.5], 1.0).windows(&b, &[0.0], 5.0)
    }
}

fn write(path: &Path, table: &RecordBatch) {
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, table.schema(), None).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
}

fn read_one(path: &Path) -> Result<Embeddings, EmbeddingsError> {
    read(&[path.to_owned()], &base(), HOP)
}

fn problem(table: &RecordBatch) -> (Option<u64>, Problem) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("embeddings.parquet");
    write(&path, table);
    let error = read_one(&path).unwrap_err();
    assert_eq!(error.path, path);
    assert!(error.to_string().contains("embeddings.parquet"), "{error}");
    (error.row, error.problem)
}

/// Returns the table with another value of a metadata key, or without it.
fn with_metadata(table: &RecordBatch, key: &str, value: Option<&str>) -> RecordBatch {
    let mut metadata = table.schema().metadata().clone();
    metadata.remove(key);
    metadata.extend(value.map(|value| (key.to_owned(), value.to_owned())));
    let schema = Schema::clone(&table.schema()).with_metadata(metadata);
    RecordBatch::try_new(Arc::new(schema), table.columns().to_vec()).unwrap()
}

/// Returns the table with another column in place of the one with that name, or without it.
fn with_column(table: &RecordBatch, name: &str, column: Option<ArrayRef>) -> RecordBatch {
    let schema = table.schema();
    let pairs = schema.fields().iter().zip(table.columns());
    let pairs = pairs.filter_map(|(field, own)| {
        if field.name() != name {
            return Some((field.clone(), own.clone()));
        }
        let column = column.clone()?;
        Some((Arc::new(Field::new(name, column.data_type().clone(), true)), column))
    });
    let (fields, columns): (Vec<_>, Vec<_>) = pairs.unzip();
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

#[test]
fn rows_in_any_order_and_file_are_clips() {
    let folder = TempDir::new().unwrap();
    let (hum, knock) = (clip("x/b__1.wav", Some("hum")), clip("x/a.wav", Some("knock")));
    let far = Clip { recording: Some("tape".into()), ..clip("c.wav", None) };
    let own = Clip { fold: Some(7), recording: Some("tape".into()), ..clip("d", Some("hum")) };
    let mut first = Rows::new().windows(&knock, &[0.0], 1.0).windows(&hum, &[3.5], 9.0).windows(
        &far,
        &[0.0, 0.5],
        3.0,
    );
    first.rows.push_error(&clip("broken.wav", Some("hum")), "audio-corrupt");
    std::fs::create_dir(folder.path().join("part")).unwrap();
    write(&folder.path().join("part/1.parquet"), &first.table());
    let second = Rows::new().windows(&hum, &[3.0], 8.0).windows(&own, &[0.0], 2.0);
    write(&folder.path().join("0.parquet"), &second.table());
    std::fs::write(folder.path().join(".unfinished.parquet"), b"PAR1").unwrap();
    std::fs::write(folder.path().join("notes.txt"), b"").unwrap();

    let found = read_one(folder.path()).unwrap();
    assert_eq!(found.dataset.labels, ["hum", "knock"]);
    let clips: Vec<_> = found.dataset.slices.iter().zip(&found.windows).collect();
    let facts: Vec<_> = clips
        .iter()
        .map(|(slice, windows)| {
            let values: Vec<_> = windows.iter().map(|window| window.scores[0]).collect();
            (slice.stem.as_str(), slice.recording.as_str(), slice.label, values)
        })
        .collect();
    let expected = [
        ("d", "tape", 0, vec![2.0]),
        ("x/b__1.wav", "b", 0, vec![8.0, 9.0]),
        ("x/a.wav", "a", 1, vec![1.0]),
    ];
    assert_eq!(facts, expected);
    assert_eq!(found.dataset.slices[0].fold, 7);
    assert!((1..=5).contains(&found.dataset.slices[1].fold));
    assert_eq!(found.dataset.total().present, 3);
    assert_eq!(found.unlabelled.len(), 1);
    assert_eq!(
        (found.unlabelled[0].recording.as_str(), found.unlabelled[0].windows.len()),
        ("tape", 2)
    );
    assert_eq!(found.failures, ["broken.wav: audio-corrupt"]);
}

#[test]
fn optional_columns_and_other_integers_are_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("few.parquet");
    let mut table = Rows::good().table();
    for column in ["recording", "fold", "error"] {
        table = with_column(&table, column, None);
    }
    write(&path, &table);
    assert_eq!(read_one(&path).unwrap().windows.len(), 2);
    let folds: ArrayRef = Arc::new(Int64Array::from(vec![3, 3, 4]));
    write(&path, &with_column(&Rows::good().table(), "fold", Some(folds)));
    let folds: Vec<_> =
        read_one(&path).unwrap().dataset.slices.iter().map(|slice| slice.fold).collect();
    assert_eq!(folds, [3, 4]);
}

#[test]
fn files_that_are_not_embeddings_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("embeddings.parquet");
    let kind = |path: &Path| read_one(path).unwrap_err().problem;
    assert!(matches!(kind(&path), Problem::Unreadable(_)));
    assert_eq!(kind(folder.path()), Problem::Empty);
    std::fs::write(&path, b"file,label\n").unwrap();
    assert!(matches!(kind(&path), Problem::Damaged(_)));
    write(&path, &Rows::good().table());
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 3, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(kind(&path), Problem::Damaged(_)), "{length} bytes");
    }
    // The metadata at the end are intact, but the pages before them are not.
    let mut torn = bytes.clone();
    torn[4..200].fill(0xff);
    std::fs::write(&path, torn).unwrap();
    assert!(matches!(kind(&path), Problem::Damaged(_)));
    write(&path, &Rows::new().windows(&clip("a", None), &[0.0], 1.0).table());
    assert_eq!(kind(&path), Problem::Empty);
}

#[test]
fn a_reader_that_panics_is_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("embeddings.parquet");
    write(&path, &Rows::good().table());
    let refused = file::read(&path, &base(), |_, _| panic!("as the reader of Parquet might"));
    assert!(matches!(refused.unwrap_err().problem, Problem::Damaged(_)));
}

#[test]
fn embeddings_of_another_base_are_refused() {
    let table = Rows::good().table();
    let (row, other) = problem(&with_metadata(&table, MODEL_SHA256_KEY, Some("0123")));
    let Problem::OtherBase { found, expected } = &other else { panic!("{other:?}") };
    assert!(row.is_none() && found.contains("0123") && expected.contains(base().sha256()));
    assert!(other.to_string().contains("a head needs those of its own base"), "{other}");
    let unknown = problem(&with_metadata(&table, MODEL_SHA256_KEY, None)).1;
    assert!(matches!(unknown, Problem::OtherBase { .. }));
    for value in [None, Some("segments")] {
        let found = value.map(str::to_owned);
        let refused = problem(&with_metadata(&table, ROWS_KEY, value)).1;
        assert_eq!(refused, Problem::Rows { found });
    }
    let newer = problem(&with_metadata(&table, VERSION_KEY, Some("2"))).1;
    assert_eq!(newer, Problem::Version { found: Some("2".into()) });
    assert!(newer.to_string().contains(SCHEMA_VERSION));
}

#[test]
fn columns_that_are_missing_or_of_another_type_are_named() {
    let table = Rows::good().table();
    for column in ["file", "start_s", "label", "embedding", "scores"] {
        let missing = problem(&with_column(&table, column, None)).1;
        assert_eq!(missing, Problem::NoColumn(column));
    }
    let floats: ArrayRef = Arc::new(Float32Array::from(vec![1.0; 3]));
    for column in ["label", "start_s", "embedding", "fold"] {
        let (row, wrong) = problem(&with_column(&table, column, Some(floats.clone())));
        let Problem::Type { column: named, found, .. } = &wrong else { panic!("{wrong:?}") };
        assert!(row.is_none() && *named == column && found == "Float32", "{wrong}");
    }
}

#[test]
fn invalid_rows_are_named() {
    let good = clip("a.wav", Some("hum"));
    let after_good = |change: &dyn Fn(&mut Rows)| {
        let mut rows = Rows::good();
        change(&mut rows);
        problem(&rows.table())
    };
    let push = |rows: &mut Rows, embedding: &[f32], scores: &[f32]| {
        rows.rows.push(&clip("c.wav", Some("hum")), 0.0, embedding, scores);
    };
    let base = base();
    let (size, labels) = (base.metadata().embedding_size.unwrap(), base.metadata().labels.len());
    let long = after_good(&|rows| push(rows, &vec![0.0; size + 1], &vec![0.0; labels]));
    let length = |column, found, expected| Problem::Length { column, found, expected };
    assert_eq!(long, (Some(3), length("embedding", size + 1, size)));
    let short = after_good(&|rows| push(rows, &vec![0.0; size], &[]));
    assert_eq!(short, (Some(3), length("scores", 0, labels)));
    for value in [f32::NAN, f32::INFINITY] {
        let wrong = after_good(&|rows| push(rows, &vec![value; size], &vec![0.0; labels]));
        assert_eq!(wrong, (Some(3), Problem::NonFinite("embedding")));
    }
    let name = problem(&Rows::new().windows(&clip("a", Some("a\nb")), &[0.0], 0.0).table());
    assert!(matches!(name, (Some(0), Problem::Name(_))), "{name:?}");
    let empty = problem(&Rows::new().windows(&clip("a", Some(" ")), &[0.0], 0.0).table()).1;
    assert!(empty.to_string().contains("label is empty"), "{empty}");
    let fold = Clip { fold: Some(0), ..good.clone() };
    let fold = problem(&Rows::new().windows(&fold, &[0.0], 0.0).table());
    assert_eq!(fold, (Some(0), Problem::Fold(0)));
    let null = with_column(&Rows::good().table(), "start_s", Some(nulls(3)));
    assert_eq!(problem(&null), (Some(0), Problem::Null("start_s")));
    let late = problem(&Rows::new().windows(&good, &[f64::NAN], 0.0).table());
    assert_eq!(late, (Some(0), Problem::NonFinite("start_s")));
}

fn nulls(rows: usize) -> ArrayRef {
    Arc::new(arrow_array::Float64Array::from(vec![None; rows]))
}

#[test]
fn clips_that_contradict_themselves_are_named() {
    let clip_a = |label| clip("a.wav", Some(label));
    let twice = Rows::good().windows(&clip_a("knock"), &[1.0], 0.0).table();
    let (row, contradiction) = problem(&twice);
    let expected = Problem::Contradiction { file: "a.wav".into(), column: "label" };
    assert_eq!((row, &contradiction), (Some(3), &expected));
    assert!(contradiction.to_string().contains("\"a.wav#1\""), "{contradiction}");
    for (column, other) in [
        ("fold", Clip { fold: Some(2), ..clip_a("hum") }),
        ("recording", Clip { recording: Some("r".into()), ..clip_a("hum") }),
    ] {
        let found = problem(&Rows::good().windows(&other, &[1.0], 0.0).table()).1;
        assert_eq!(found, Problem::Contradiction { file: "a.wav".into(), column });
    }
    let gap = problem(&Rows::good().windows(&clip_a("hum"), &[1.5], 0.0).table()).1;
    let windows = |from, to| Problem::Windows { file: "a.wav".into(), from, to, hop: HOP };
    assert_eq!(gap, windows(0.5, 1.5));
    assert!(gap.to_string().contains("is missing"), "{gap}");
    let twice = problem(&Rows::good().windows(&clip_a("hum"), &[0.5], 0.0).table()).1;
    assert_eq!(twice, windows(0.5, 0.5));
    assert!(twice.to_string().contains("is there twice"), "{twice}");
    // Moved to end with the recording: only the last window may be.
    let moved = |start: f64| Rows::good().windows(&clip_a("hum"), &[start], 0.0);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("moved.parquet");
    write(&path, &moved(0.7).table());
    assert_eq!(read_one(&path).unwrap().windows[0].len(), 3);
    let inside = problem(&moved(0.3).table()).1;
    assert_eq!(inside, windows(0.0, 0.3));
}
