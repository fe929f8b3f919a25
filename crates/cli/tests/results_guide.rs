//! The examples of `docs/guide/results.md` run, and other programs read the same values from the
//! files as from text. `cargo xtask test --only results` provides a Python with the packages.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod common;

use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use common::{Bench, sounds};

/// The Python to use, which must have the packages. Otherwise it is the one on the path, and the
/// test is skipped if that lacks them.
const PYTHON_VARIABLE: &str = "SOURCING_SOUND_RESULTS_PYTHON";

const IMPORTS: &str = "import duckdb, pandas, pyarrow, pytz";

/// Compares what DuckDB, pandas and pyarrow read with `segments.csv` and `events.csv`.
const COMPARISON: &str = r#"
import pyarrow.parquet as pq

for name, start, end in [("segments", "start", "end"), ("events", "onset", "offset")]:
    text = pd.read_csv(f"{name}.csv")
    table = pd.read_parquet(f"{name}.parquet")
    rows = duckdb.sql(f"SELECT * FROM '{name}.parquet' WHERE error IS NULL").df()
    assert list(table["error"].dropna()) == ["audio-unsupported"], table["error"]
    table = table[table["error"].isna()].reset_index(drop=True)
    assert len(text) == len(table) == len(rows) > 0, (len(text), len(table), len(rows))
    for read in [table, rows]:
        assert (read["file"] == text["file"]).all()
        assert (read["label"] == text["label"]).all()
        assert (read[f"{start}_s"] == text[start]).all()
        assert (read[f"{end}_s"] == text[end]).all()
        assert (read["score"] == text["score"].astype("float32")).all()
        for time in [start, end]:
            expected = pd.to_datetime(text[f"{time}_time"], utc=True)
            assert (read[f"{time}_time"].dt.tz_convert("UTC") == expected).all()
    metadata = pq.read_schema(f"{name}.parquet").metadata
    assert metadata[b"sourcing_sound.schema"] == name.encode(), metadata
for row, pairs in zip(done.itertuples(), done["scores"]):
    assert dict(pairs)[row.label] == row.score, row
print("compared")
"#;

fn python() -> Option<OsString> {
    let given = env::var_os(PYTHON_VARIABLE);
    let python = given.clone().unwrap_or_else(|| "python3".into());
    let has_packages = Command::new(&python)
        .args(["-c", IMPORTS])
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(has_packages || given.is_none(), "{PYTHON_VARIABLE} lacks packages: {IMPORTS}");
    has_packages.then_some(python)
}

/// Returns the code blocks of a language, one after the other.
fn blocks(guide: &str, language: &str) -> String {
    let mut code = String::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{language}") {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                code += line;
                code.push('\n');
            }
        }
    }
    code
}

#[test]
fn the_examples_of_the_guide_run() {
    let Some(python) = python() else {
        let line = "skipped the_examples_of_the_guide_run: python3 has not all of duckdb, pandas, \
            pyarrow and pytz; `cargo xtask test --only results` installs them\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    };
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/results.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let bench = Bench::new();
    for (take, name) in [(2, "063000"), (5, "070000"), (0, "073000")] {
        bench.write(&format!("recordings/20230214_{name}.wav"), &sounds::other(take));
    }
    bench.write("recordings/20230214_080000.wav", b"no sound");

    // The guide assumes that the program is on the path.
    let folder = Path::new(env!("CARGO_BIN_EXE_sourcing-sound")).parent().unwrap();
    let path = env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.display());
    let mut commands = blocks(&guide, "sh");
    for (format, name) in [("csv", "segments"), ("events", "events")] {
        commands += &format!(
            "sourcing-sound classify recordings/ --format {format} --utc-offset +01:00 --output \
             {name}.csv\n"
        );
    }
    let shell = Command::new("sh")
        .args(["-c", &commands])
        .env("PATH", &path)
        .current_dir(bench.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&shell.stderr);
    assert_eq!(stderr.matches("done 3, failed 1").count(), 4, "{stderr}");

    let examples = blocks(&guide, "python");
    assert!(examples.contains("duckdb.sql") && examples.contains("pd.read_parquet"));
    bench.write("examples.py", (examples + COMPARISON).as_bytes());
    let run = Command::new(python)
        .args(["-B", "examples.py"])
        .current_dir(bench.path())
        .output()
        .unwrap();
    let (stdout, stderr) =
        (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{stdout}{stderr}");
    for text in ["White noise", "recordings/20230214_063000.wav", "audio-unsupported", "compared"] {
        assert!(stdout.contains(text), "no {text} in {stdout}");
    }
}
