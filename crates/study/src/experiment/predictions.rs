//! `predictions.csv`: one row per tested clip, written by an experiment and read by the report.
//!
//! The columns are `split,path,recording,fold,label,predicted`, then `score_0`, `score_1`, … in
//! the order of the labels. `label` and `predicted` are indices of labels. Scores are written
//! with the fewest digits that give the same number back.

use crate::experiment::record::PredictionRow;
use anyhow::{Context, Result, bail, ensure};
use sourcing_sound_train::files::write_atomically;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

const COLUMNS: [&str; 6] = ["split", "path", "recording", "fold", "label", "predicted"];

/// Rewrites `path`, under another name until it is complete.
///
/// Fails if a row does not have one finite score for each of `n_labels` labels, or an index is not
/// that of a label: such a file could not be read back.
pub fn write(path: &Path, n_labels: usize, rows: &[PredictionRow]) -> Result<()> {
    let mut bytes = Vec::new();
    write_to(&mut bytes, n_labels, rows)
        .and_then(|()| write_atomically(path, |out| out.write_all(&bytes)))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Reads what [`write()`] wrote. The error names the file and the line that is wrong.
pub fn read(path: &Path, n_labels: usize) -> Result<Vec<PredictionRow>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    read_from(BufReader::new(file), n_labels).with_context(|| path.display().to_string())
}

fn write_to(out: impl Write, n_labels: usize, rows: &[PredictionRow]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(heading(n_labels))?;
    for row in rows {
        check(row, n_labels).with_context(|| format!("prediction of {:?}", row.path))?;
        let facts = [row.split.clone(), row.path.clone(), row.recording.clone()];
        let indices = [row.fold as usize, row.label, row.predicted].map(|index| index.to_string());
        let scores = row.scores.iter().map(f32::to_string);
        writer.write_record(facts.into_iter().chain(indices).chain(scores))?;
    }
    writer.flush()?;
    Ok(())
}

fn read_from(input: impl Read, n_labels: usize) -> Result<Vec<PredictionRow>> {
    let mut reader = csv::Reader::from_reader(input);
    let expected = heading(n_labels);
    ensure!(
        reader.headers()?.iter().eq(expected.iter()),
        "the columns are not {}, …, {}",
        COLUMNS.join(", "),
        expected.last().map_or("", String::as_str)
    );
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let row = record.map_err(anyhow::Error::from).and_then(|record| parse(&record, n_labels));
        rows.push(row.with_context(|| format!("row {} after the heading", index + 1))?);
    }
    Ok(rows)
}

fn heading(n_labels: usize) -> Vec<String> {
    let scores = (0..n_labels).map(|index| format!("score_{index}"));
    COLUMNS.iter().map(|&column| column.to_owned()).chain(scores).collect()
}

fn parse(record: &csv::StringRecord, n_labels: usize) -> Result<PredictionRow> {
    let text = |column: usize| record.get(column).unwrap_or_default();
    let index = |column: usize| -> Result<usize> {
        text(column).parse().with_context(|| format!("{}: {:?}", COLUMNS[column], text(column)))
    };
    let score = |text: &str| text.parse::<f32>().with_context(|| format!("score: {text:?}"));
    let row = PredictionRow {
        split: text(0).to_owned(),
        path: text(1).to_owned(),
        recording: text(2).to_owned(),
        fold: u32::try_from(index(3)?)?,
        label: index(4)?,
        predicted: index(5)?,
        scores: record.iter().skip(COLUMNS.len()).map(score).collect::<Result<_>>()?,
    };
    check(&row, n_labels)?;
    Ok(row)
}

fn check(row: &PredictionRow, n_labels: usize) -> Result<()> {
    for (name, index) in [("label", row.label), ("predicted", row.predicted)] {
        ensure!(index < n_labels, "{name} is {index}, but there are {n_labels} labels");
    }
    let given = row.scores.len();
    ensure!(given == n_labels, "{given} scores for {n_labels} labels");
    if let Some(score) = row.scores.iter().find(|score| !score.is_finite()) {
        bail!("a score is {score}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn row(path: &str, scores: &[f32]) -> PredictionRow {
        PredictionRow {
            split: "3-9".into(),
            path: path.into(),
            recording: "7061".into(),
            fold: 3,
            label: 0,
            predicted: 1,
            scores: scores.to_vec(),
        }
    }

    #[test]
    fn written_rows_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("predictions.csv");
        let rows = [
            row("audio/fold3/7061-6-0-0.wav", &[1.0 / 3.0, 2.0 / 3.0]),
            row("a, \"quoted\"\nname é.wav", &[f32::MIN_POSITIVE, 1.0]),
        ];
        write(&path, 2, &rows).unwrap();
        assert_eq!(read(&path, 2).unwrap(), rows);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("split,path,recording,fold,label,predicted,score_0,score_1\n"));
    }

    #[test]
    fn no_rows_are_fine() {
        let mut bytes = Vec::new();
        write_to(&mut bytes, 3, &[]).unwrap();
        assert!(read_from(&bytes[..], 3).unwrap().is_empty());
    }

    #[test]
    fn rows_that_could_not_be_read_back_are_refused() {
        let refuse = |row: PredictionRow, reason: &str| {
            let error = format!("{:#}", write_to(Vec::new(), 2, &[row]).unwrap_err());
            assert!(error.contains(reason) && error.contains("a.wav"), "{error}");
        };
        refuse(row("a.wav", &[0.5]), "1 scores for 2 labels");
        refuse(row("a.wav", &[f32::NAN, 0.5]), "a score is NaN");
        refuse(PredictionRow { label: 2, ..row("a.wav", &[0.5, 0.5]) }, "label is 2");
        refuse(PredictionRow { predicted: 9, ..row("a.wav", &[0.5, 0.5]) }, "predicted is 9");
    }

    #[test]
    fn broken_files_are_named_with_their_row() {
        let heading = "split,path,recording,fold,label,predicted,score_0,score_1\n";
        let refuse = |text: &str, reason: &str| {
            let error = format!("{:#}", read_from(text.as_bytes(), 2).unwrap_err());
            assert!(error.contains(reason), "{error}");
        };
        refuse("", "the columns are not split, path");
        refuse("split,path\n", "the columns are not split, path");
        refuse(&format!("{heading}1,a.wav,r,1,0,1,0.5,0.5\n1,a.wav,r,1,0\n"), "row 2");
        refuse(&format!("{heading}1,a.wav,r,one,0,1,0.5,0.5\n"), "fold: \"one\"");
        refuse(&format!("{heading}1,a.wav,r,1,0,1,0.5,much\n"), "score: \"much\"");
        refuse(&format!("{heading}1,a.wav,r,1,0,5,0.5,0.5\n"), "predicted is 5");
        refuse(&format!("{heading}1,a.wav,r,1,0,1,0.5,inf\n"), "a score is inf");
        let latin = [heading.as_bytes(), b"1,\xe9.wav,r,1,0,1,0.5,0.5\n"].concat();
        assert!(format!("{:#}", read_from(&latin[..], 2).unwrap_err()).contains("row 1"));
    }
}
