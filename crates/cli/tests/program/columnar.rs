//! `sourcing-sound classify --format parquet`: the same rows as the text formats, in files that are
//! complete however the run ends.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::files::{results, tone, wav_of_channels};
use crate::common::parquet::Sheet;
use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, Run, everyday};
use serde_json::{Map, Value, json};
use sourcing_sound_results::arrow_schema::{DataType, Field, TimeUnit};

/// 2023-02-14T06:30:00Z, in seconds since the start of 1970.
const STARTED: f64 = 1_676_356_200.0;

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

/// Creates two recordings, one of them stereo, and a model with groups and a label with a comma.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("everyday.onnx", &everyday::model("everyday-made"));
    let tones = [(LOW_HZ, 4.0), (MIDDLE_HZ, 3.0), (HIGH_HZ, 4.3)];
    bench.tones("in/20230214_063000.wav", &tones);
    let channels = [tone(LOW_HZ, 5.0), tone(HIGH_HZ, 5.0)];
    bench.write("in/stereo.wav", &wav_of_channels(&channels));
    bench
}

fn classify(bench: &Bench, arguments: &[&str]) -> Run {
    bench.run(&[&["classify", "--model", "everyday.onnx"], arguments].concat())
}

/// Returns the file that a successful run writes.
fn sheet(bench: &Bench, arguments: &[&str]) -> Sheet {
    let output = ["--output", "out.parquet"];
    assert_eq!(classify(bench, &[arguments, &output].concat()).success(), "");
    Sheet::read(&bench.path().join("out.parquet"))
}

/// Converts the lines of `--format jsonl` to rows, with times of day for recordings that have one.
fn rows_of_lines(lines: &str, channel: Option<u32>, has_times: bool) -> Vec<Map<String, Value>> {
    let row = |line: &str| {
        let line: Map<String, Value> = serde_json::from_str(line).unwrap();
        let field = |name: &str| line.get(name).cloned().unwrap_or(Value::Null);
        let is_timed = has_times && line["file"].as_str().unwrap().contains("20230214");
        let time = |name: &str| match is_timed {
            true => json!(((STARTED + line[name].as_f64().unwrap()) * 1e6).round() as i64),
            false => Value::Null,
        };
        let fields = [
            ("file", field("file")),
            ("channel", line.get("channel").cloned().unwrap_or(json!(channel))),
            ("start_s", field("start")),
            ("end_s", field("end")),
            ("start_time", time("start")),
            ("end_time", time("end")),
            ("label", field("label")),
            ("score", field("score")),
            ("rejected", field("rejected")),
            ("source", field("source")),
            ("label_group", field("group")),
            ("scores", field("scores")),
            ("error", Value::Null),
        ];
        fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
    };
    lines.lines().map(row).collect()
}

#[test]
fn segments_are_those_of_json_lines() {
    let bench = bench();
    let cases: [(&[&str], Option<u32>, bool); 7] = [
        (&[], None, false),
        (&["--utc-offset", "Z"], None, true),
        (&["--channel", "each", "--hop", "1"], None, false),
        (&["--channel", "left", "--top", "2"], Some(1), false),
        (&["--min-score", "0.6", "--labels", "whistle,low hum, drone"], None, false),
        (&["--start", "1.5", "--end", "4", "--utc-offset", "Z"], None, true),
        (&["--jobs", "1", "--hop", "0.1"], None, false),
    ];
    for (options, channel, has_times) in cases {
        let run = |format| [&["in", "--format", format], options].concat();
        let lines = classify(&bench, &run("jsonl")).success();
        let sheet = sheet(&bench, &run("parquet"));
        let expected = rows_of_lines(&lines, channel, has_times);
        assert!(expected.len() >= 4, "{options:?}: {lines}");
        assert_eq!(sheet.rows, expected, "{options:?}");
    }
    // The same instant by another clock.
    let sheet = sheet(&bench, &["in", "--format", "parquet", "--utc-offset", "+02:00"]);
    assert_eq!(sheet.rows[0]["start_time"], json!((STARTED as i64 - 7_200) * 1_000_000));
}

#[test]
fn segments_are_those_of_csv() {
    let bench = bench();
    let csv = classify(&bench, &["in", "--format", "csv"]).success();
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let header = table.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let sheet = sheet(&bench, &["in", "--format", "parquet"]);
    assert_eq!(sheet.rows.len(), records.len());
    for (row, record) in sheet.rows.iter().zip(&records) {
        for (name, field) in header.iter().zip(record) {
            let name = match name {
                "start" | "end" => &format!("{name}_s"),
                "group" => "label_group",
                name => name,
            };
            match &row[name] {
                Value::String(text) => assert_eq!(text, field),
                Value::Bool(is) => assert_eq!(is.to_string(), field),
                value => assert_eq!(value.as_f64(), field.parse().ok(), "{name}"),
            }
        }
    }
}

#[test]
fn events_are_those_of_csv() {
    let bench = bench();
    for options in [&[][..], &["--channel", "each"], &["--labels", "whistle", "--end", "10"]] {
        let run = |format| [&["in", "--utc-offset", "Z", "--format", format], options].concat();
        let csv = classify(&bench, &run("events")).success();
        let mut table = csv::Reader::from_reader(csv.as_bytes());
        let sheet = sheet(&bench, &run("parquet-events"));
        let names: Vec<&str> =
            sheet.schema.fields().iter().map(|field| field.name().as_str()).collect();
        let expected = [
            "file",
            "channel",
            "onset_s",
            "offset_s",
            "onset_time",
            "offset_time",
            "label",
            "score",
            "error",
        ];
        assert_eq!(names, expected);
        let header = table.headers().unwrap().clone();
        let column = |name: &str| header.iter().position(|other| other == name);
        let records: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert!(!records.is_empty());
        assert_eq!(sheet.rows.len(), records.len(), "{csv}");
        for (row, record) in sheet.rows.iter().zip(&records) {
            let text = |name: &str| record[column(name).unwrap()].to_owned();
            let number = |name: &str| text(name).parse::<f64>().ok();
            assert_eq!([&row["file"], &row["label"]], [&text("file"), &text("label")]);
            assert_eq!(row["onset_s"].as_f64(), number("onset"));
            assert_eq!(row["offset_s"].as_f64(), number("offset"));
            assert_eq!(row["score"].as_f64(), number("score"));
            assert_eq!(row["channel"].as_f64(), column("channel").and_then(|_| number("channel")));
            let is_timed = text("file").contains("20230214");
            let time = |seconds: &str| ((STARTED + number(seconds).unwrap()) * 1e6) as i64;
            let times = [("onset", "onset_time"), ("offset", "offset_time")];
            for (seconds, name) in times {
                let expected = is_timed.then(|| time(seconds));
                assert_eq!(row[name].as_i64(), expected, "{csv}");
            }
            assert_eq!(row["error"], Value::Null);
        }
    }
}

#[test]
fn a_file_says_what_made_it() {
    let bench = bench();
    for (format, rows) in [("parquet", "segments"), ("parquet-events", "events")] {
        let sheet = sheet(&bench, &["in", "--format", format]);
        let value = |key: &str| sheet.metadata[&format!("sourcing_sound.{key}")].as_str();
        assert_eq!(value("schema"), Some(rows));
        assert_eq!(value("schema_version"), Some(sourcing_sound_results::SCHEMA_VERSION));
        assert_eq!(value("model"), Some("everyday-made"));
        assert_eq!(value("model_sha256").map(str::len), Some(64));
        // Arrow's own readers see the same metadata.
        for (key, value) in sheet.schema.metadata() {
            assert_eq!(sheet.metadata[key], **value);
        }
        assert!(sheet.schema.metadata().len() >= 8);
    }
}

#[test]
fn recordings_that_fail_are_rows_with_a_code() {
    let bench = bench();
    bench.write("in/broken.wav", b"no sound at all");
    bench.write("in/empty.wav", b"");
    let whole = ["in/20230214_063000.wav", "in/stereo.wav"];
    for format in ["parquet", "parquet-events"] {
        let run = classify(&bench, &["in", "--format", format, "--output", "out.parquet"]);
        error_of(&run, 1, "done 2, failed 2");
        let all = Sheet::read(&bench.path().join("out.parquet"));
        let (failed, done): (Vec<_>, Vec<_>) =
            all.rows.iter().partition(|row| row["error"] != Value::Null);
        let expected = sheet(&bench, &[&whole[..], &["--format", format]].concat());
        assert_eq!(done, expected.rows.iter().collect::<Vec<_>>());
        let codes: Vec<_> = failed.iter().map(|row| [&row["file"], &row["error"]]).collect();
        let broken = [&json!("in/broken.wav"), &json!("audio-unsupported")];
        assert_eq!(codes, [broken, [&json!("in/empty.wav"), &json!("audio-empty")]]);
        for row in failed {
            let filled = row.values().filter(|value| !value.is_null()).count();
            assert_eq!(filled, 2, "{row:?}");
        }
    }
    // In a folder they have no result, so they are tried again.
    let run = classify(&bench, &["in", "--format", "parquet", "--output", "out"]);
    assert_eq!(run.code, 1);
    let names = results(&bench.path().join("out"));
    assert_eq!(names, ["20230214_063000.wav.parquet", "stereo.wav.parquet"]);
}

#[test]
fn a_folder_has_a_file_per_recording_and_is_resumed() {
    let bench = bench();
    bench.tones("in/deep/low.wav", &[(LOW_HZ, 3.0)]);
    let run = ["in", "--format", "parquet-events", "--output", "out"];
    classify(&bench, &run).success();
    let path = bench.path().join("out/deep/low.wav.events.parquet");
    let made = Sheet::read(&path);
    assert_eq!(made.column("file"), [&json!("in/deep/low.wav")]);
    fs::remove_file(&path).unwrap();
    let kept = bench.path().join("out/stereo.wav.events.parquet");
    fs::write(&kept, "mine").unwrap();
    classify(&bench, &[&run[..], &["--resume"]].concat()).success();
    assert_eq!(Sheet::read(&path).rows, made.rows);
    assert_eq!(fs::read(&kept).unwrap(), b"mine");
}

#[test]
fn standard_output_and_files_get_the_same_bytes() {
    let bench = bench();
    for (format, name) in
        [("parquet", "o.parquet"), ("csv", "o.csv"), ("jsonl", "o.jsonl"), ("text", "o.txt")]
    {
        let run = ["in", "--format", format];
        classify(&bench, &[&run[..], &["--output", name]].concat()).success();
        let piped = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(["classify", "--model", "everyday.onnx"])
            .args(run)
            .current_dir(bench.path())
            .output()
            .unwrap();
        assert!(piped.status.success());
        assert!(piped.stdout == fs::read(bench.path().join(name)).unwrap(), "{format}");
    }
    // A second run replaces the first.
    let path = bench.path().join("o.csv");
    fs::write(&path, "old").unwrap();
    classify(&bench, &["in", "--format", "csv", "--output", "o.csv"]).success();
    assert!(fs::read_to_string(&path).unwrap().starts_with("file,start,end,"));
}

#[test]
fn wrong_usage_is_refused() {
    let bench = bench();
    let run = |more: &[&str]| classify(&bench, &[&["in", "--format", "parquet"], more].concat());
    error_of(&run(&["--output", "o.csv"]), 2, "are .parquet, not .csv");
    error_of(
        &run(&["--output", "o.parquet", "--resume"]),
        2,
        "--resume goes on with a file of csv",
    );
    error_of(&run(&["--output", "o.parquet", "--utc-offset", "none"]), 2, "parquet has times in");
    bench.write("taken", b"a file where a folder should be");
    let run = run(&["--output", "taken/o.parquet"]);
    error_of(&run, 1, "error: taken/o.parquet: cannot write the result; check space");
}

/// Returns the rows of the table under a heading of the guide: names and type.
fn documented(guide: &str, heading: &str) -> Vec<(String, String)> {
    let section = guide.split_once(&format!("### {heading}\n")).unwrap().1;
    let section = section.split("\n#").next().unwrap();
    let mut columns = Vec::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for name in cells[1].split(", ") {
            let kind = cells[2].replace("&lt;", "<").replace("&gt;", ">");
            columns.push((name.trim_matches('`').to_owned(), kind));
        }
    }
    columns
}

#[test]
fn the_guide_has_every_column_with_its_type() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/results.md");
    let guide = fs::read_to_string(guide).unwrap();
    let bench = bench();
    let of_segments = documented(&guide, "Segments");
    for (format, heading) in [("parquet", "Segments"), ("parquet-events", "Events")] {
        let sheet = sheet(&bench, &["in", "--format", format]);
        let mut expected = documented(&guide, heading);
        // The types that the guide gives as "as above".
        for (name, kind) in expected.iter_mut().filter(|(_, kind)| kind.is_empty()) {
            let above = of_segments.iter().find(|(other, _)| other == name);
            kind.clone_from(&above.unwrap().1);
        }
        expected.sort();
        let kind = |field: &Field| match field.data_type() {
            DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => {
                format!("timestamp[us, {zone}]")
            }
            DataType::Boolean => "bool".to_owned(),
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(pair) => format!(
                    "map<{}, {}>",
                    pair[0].data_type().to_string().to_lowercase(),
                    pair[1].data_type().to_string().to_lowercase()
                ),
                other => panic!("{other} in a map"),
            },
            other => other.to_string().to_lowercase(),
        };
        let fields = sheet.schema.fields().iter();
        let mut found: Vec<(String, String)> =
            fields.map(|field| (field.name().clone(), kind(field))).collect();
        found.sort();
        assert_eq!(found, expected);
    }
}
