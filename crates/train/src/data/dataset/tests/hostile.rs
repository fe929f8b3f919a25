//! Malformed and malicious tables.

use super::put;
use crate::data::dataset::{Dataset, Layout};

const HEADING: &str = "filename,fold,category,src_file\n";

/// Opens an excerpt of ESC with this table, with one existing clip.
fn open(table: impl AsRef<[u8]>) -> anyhow::Result<Dataset> {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "metadata.csv", table);
    put(root.path(), "audio/ok.wav", "");
    put(root.path(), "secret.wav", "");
    Dataset::open_as(root.path(), Layout::Esc10)
}

#[test]
fn file_names_cannot_lead_out_of_their_folder() {
    let names = [
        "../secret.wav",
        "..",
        ".",
        "/etc/passwd",
        "sub/ok.wav",
        "sub\\ok.wav",
        "C:ok.wav",
        ".ok.wav",
        "~ok.wav",
        "ok.wav\0",
        "%2e%2e/secret.wav",
        "",
        " ok.wav",
        "\"o\"\"k.wav\"",
        "ök.wav",
    ];
    for name in names {
        let error = open(format!("{HEADING}ok.wav,1,dog,1\n{name},1,dog,2\n")).unwrap_err();
        assert!(error.to_string().contains(", line 3: "), "{name:?}: {error}");
        assert!(error.to_string().contains("is not a plain file name"), "{name:?}: {error}");
        assert!(!error.to_string().chars().any(char::is_control), "{name:?}: {error:?}");
    }
}

#[test]
fn a_file_that_is_not_a_table_is_an_error() {
    let broken: [(&str, &[u8]); 9] = [
        ("empty", b""),
        ("not UTF-8 in a cell", b"filename,fold,category,src_file\nok.wav,1,d\xffg,1\n"),
        ("not UTF-8 in the heading", b"filename,fold,categ\xffry,src_file\n"),
        ("only NUL", &[0; 4096]),
        ("short row", b"filename,fold,category,src_file\nok.wav,1,dog\n"),
        ("long row", b"filename,fold,category,src_file\nok.wav,1,dog,1,\n"),
        ("heading twice", b"filename,fold,category,src_file,fold\nok.wav,1,dog,1,2\n"),
        ("negative fold", b"filename,fold,category,src_file\nok.wav,-1,dog,1\n"),
        ("endless fold", b"filename,fold,category,src_file\nok.wav,99999999999999999999,dog,1\n"),
    ];
    for (what, table) in broken {
        let error = open(table).map(|dataset| dataset.slices).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("CSV") || text.contains("missing column"), "{what}: {text}");
    }
}

#[test]
fn an_open_quote_swallows_rows_and_is_refused() {
    let error = open(format!("{HEADING}ok.wav,1,\"dog,1\nb.wav,1,dog,1\n")).unwrap_err();
    assert!(error.to_string().contains("CSV"), "{error}");
    let cell = format!("{HEADING}ok.wav,1,\"dog\nor cat\",1\n");
    assert!(open(cell).unwrap_err().to_string().contains("printable"), "no label has two lines");
}

#[test]
fn sizes_are_bounded() {
    let label = "x".repeat(1 << 20);
    let rows = [format!("ok.wav,1,{label},1"), format!("{label}/ok.wav,1,dog,1")];
    for row in rows {
        let error = open(format!("{HEADING}{row}\n")).unwrap_err();
        assert!(error.to_string().contains(", line 2: "), "{error}");
        assert!(error.to_string().len() < 500, "the message does not repeat a megabyte");
    }
    let error = open(format!("{}\n", ",".repeat(1 << 20))).unwrap_err().to_string();
    assert!(error.contains("line 1: expected at most 1000 columns, got 1048577"), "{error}");
    let root = tempfile::tempdir().unwrap();
    let table = std::fs::File::create(root.path().join("train.csv")).unwrap();
    table.set_len((32 << 20) + 1).unwrap();
    let error = Dataset::open(root.path()).unwrap_err();
    assert!(error.to_string().contains("at most 32 MiB"), "{error}");
}

#[test]
fn very_many_labels_do_not_take_excessive_time() {
    let root = tempfile::tempdir().unwrap();
    let labels: String = (0..200_000).map(|n| format!("{n},")).collect();
    put(root.path(), "train.csv", format!("fname,label\nok.wav,\"{labels}{labels}\"\n"));
    put(root.path(), "audio_train/ok.wav", "");
    let dataset = Dataset::open(root.path()).unwrap();
    assert_eq!(dataset.slices[0].labels.len(), 200_000);
}

#[test]
fn a_byte_order_mark_and_other_line_ends_do_no_harm() {
    let dataset = open("\u{feff}filename,fold,category,src_file\r\nok.wav,7,dog,1\r\n").unwrap();
    assert_eq!((dataset.slices.len(), dataset.slices[0].fold), (1, 7));
}

#[test]
fn lines_are_counted_through_empty_ones_and_quotes() {
    let error = open(format!("{HEADING}\n\n\"ok.wav\",1,dog,1\n\n../x,1,dog,2\n")).unwrap_err();
    assert!(error.to_string().contains(", line 6: "), "{error}");
}
