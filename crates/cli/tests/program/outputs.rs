//! What `sourcing-sound classify` writes: formats, filters and times of day; a file below tests
//! where it writes.

mod destinations;

use crate::common::files::{tone, wav_of_channels};
use crate::common::{Bench, HIGH_HZ, LOW_HZ, MIDDLE_HZ, Run, everyday, wav};
use serde_json::Value;

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

/// Fields of the rows of a table, without its header.
fn fields(table: &str, separator: char) -> Vec<Vec<String>> {
    let row = |line: &str| line.split(separator).map(str::to_owned).collect();
    table.lines().skip(1).map(row).collect()
}

fn seconds(field: &str) -> f64 {
    field.parse().unwrap()
}

/// Writes a low tone, a high one and the low one again.
fn tones(bench: &Bench) {
    bench.tones("tones.wav", &[(LOW_HZ, 4.0), (HIGH_HZ, 4.0), (LOW_HZ, 4.0)]);
}

#[test]
fn events_begin_and_end_with_their_sounds() {
    let bench = Bench::new();
    tones(&bench);
    let stdout = bench.classify(&["tones.wav", "--format", "events"]).success();
    assert!(stdout.starts_with("file,onset,offset,label,score\ntones.wav,0,"), "{stdout}");
    let rows = fields(&stdout, ',');
    let labels: Vec<&str> = rows.iter().map(|row| row[3].as_str()).collect();
    assert_eq!(labels, ["low", "high", "low"]);
    for (row, (onset, offset)) in rows.iter().zip([(0.0, 4.0), (4.0, 8.0), (8.0, 12.0)]) {
        assert!((seconds(&row[1]) - onset).abs() <= 0.5, "{stdout}");
        assert!((seconds(&row[2]) - offset).abs() <= 0.5, "{stdout}");
        assert!((0.6..=1.0).contains(&seconds(&row[4])), "{stdout}");
    }
    assert_eq!(seconds(&rows[2][2]), 12.0);

    let some = bench.classify(&["tones.wav", "--format", "events", "--labels", "high"]).success();
    assert_eq!(fields(&some, ','), [rows[1].clone()]);
}

#[test]
fn segments_that_a_filter_removes_end_a_stretch() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 3.0), (HIGH_HZ, 6.0), (LOW_HZ, 3.0)]);
    for (format, count) in [("raven", 3), ("audacity", 2)] {
        let run = ["a.wav", "--format", format, "--hop", "1", "--labels", "low"];
        let table = bench.classify(&run).success();
        assert_eq!(table.lines().count(), count, "{table}");
        assert!(!table.contains("high"), "{table}");
    }
}

#[test]
fn text_has_all_segments_when_a_filter_chooses_clips() {
    let bench = Bench::new();
    bench.tones("a.wav", &[(LOW_HZ, 3.0), (HIGH_HZ, 6.0), (LOW_HZ, 3.0)]);
    let all = bench.classify(&["a.wav", "--hop", "1"]).success();
    let run = ["a.wav", "--hop", "1", "--labels", "low", "--save-clips", "clips"];
    assert_eq!(bench.classify(&run).success(), all);
}

#[test]
fn raven_and_audacity_get_joined_segments() {
    let bench = Bench::new();
    tones(&bench);
    let raven = bench.classify(&["tones.wav", "--format", "raven"]).success();
    let header = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t\
        High Freq (Hz)\tBegin Path\tFile Offset (s)\tAnnotation\tScore\n";
    assert!(raven.starts_with(header), "{raven}");
    let rows = fields(&raven, '\t');
    assert_eq!(rows.len(), 3, "{raven}");
    for (n, (row, label)) in rows.iter().zip(["low", "high", "low"]).enumerate() {
        assert_eq!((row.len(), row[0].as_str()), (11, (n + 1).to_string().as_str()), "{raven}");
        assert_eq!([&row[7], &row[9]], ["tones.wav", label], "{raven}");
        assert_eq!(row[3], row[8], "{raven}");
        assert!((seconds(&row[3]) - 4.0 * n as f64).abs() <= 0.6, "{raven}");
    }
    assert_eq!(rows[2][4], "12.000");

    let audacity = bench.classify(&["tones.wav", "--format", "audacity"]).success();
    let lines: Vec<Vec<&str>> = audacity.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 3, "{audacity}");
    for (line, row) in lines.iter().zip(&rows) {
        assert!((seconds(line[0]) - seconds(&row[3])).abs() < 0.001, "{audacity}");
        assert!((seconds(line[1]) - seconds(&row[4])).abs() < 0.001, "{audacity}");
        assert!(line[2].starts_with(&format!("{} ", row[9])), "{audacity}");
    }
}

#[test]
fn filters_omit_rows() {
    let bench = Bench::new();
    bench.write("everyday.onnx", &everyday::model("everyday-made"));
    bench.tones("tones.wav", &[(LOW_HZ, 4.0), (MIDDLE_HZ, 4.0), (HIGH_HZ, 4.0)]);
    let run = |more: &[&str]| {
        let arguments = ["classify", "--model", "everyday.onnx", "tones.wav", "--format", "jsonl"];
        bench.run(&[&arguments[..], more].concat())
    };
    let all = run(&[]).success();
    let only = |keep: &dyn Fn(&Value) -> bool| -> Vec<&str> {
        all.lines().filter(|line| keep(&serde_json::from_str(line).unwrap())).collect()
    };
    // One of these labels has a comma in it.
    let wanted = ["Low hum, drone", "Whistle"];
    let found = run(&["--labels", "whistle,low hum, drone"]).success();
    let expected = only(&|line| wanted.iter().any(|wanted| line["label"] == **wanted));
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    assert!(!expected.is_empty() && expected.len() < all.lines().count());

    let mut scores: Vec<f64> = Vec::new();
    for line in all.lines() {
        scores.push(serde_json::from_str::<Value>(line).unwrap()["score"].as_f64().unwrap());
    }
    scores.sort_by(f64::total_cmp);
    let least = scores[scores.len() / 2];
    let found = run(&["--min-score", &least.to_string()]).success();
    let expected = only(&|line| line["score"].as_f64().unwrap() >= least);
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    assert!(expected.len() < all.lines().count());

    error_of(&run(&["--labels", "whist"]), 2, "no label \"whist\"; did you mean \"Whistle\"?");
    let hint =
        "`sourcing-sound inspect --format json`, with the same --model and --head, lists them";
    error_of(&run(&["--labels", "Siren"]), 2, hint);
    error_of(
        &run(&["--labels", "Siren"]),
        2,
        "\nUsage: sourcing-sound classify [OPTIONS] <FILES>...\n",
    );
    error_of(&run(&["--labels", " ,"]), 2, "--labels contains no label");
    assert_eq!(run(&["--labels", "whistle,"]).success(), run(&["--labels", "whistle"]).success());
    error_of(&run(&["--min-score", "2"]), 2, "--min-score is 2, expected 0 to 1");
    error_of(&bench.classify(&["tones.wav", "--min-score", "0.5"]), 2, "--format text has no rows");
}

#[test]
fn times_of_day_come_from_the_header_or_the_name() {
    let bench = Bench::new();
    let named = "20230214_235958.wav";
    bench.tones(named, &[(LOW_HZ, 4.0)]);
    bench.tones("dog.wav", &[(LOW_HZ, 1.0)]);
    let mut bext = vec![0; 602];
    bext[320..330].copy_from_slice(b"2021-06-05");
    bext[330..338].copy_from_slice(b"04-03-02");
    let plain = wav(&[(LOW_HZ, 1.0)]);
    let chunk = [&b"bext"[..], &602u32.to_le_bytes(), &bext].concat();
    let stamped = [&plain[..12], &chunk, &plain[12..]].concat();
    bench.write("20200101_000000.wav", &stamped);
    let inputs = [named, "dog.wav", "20200101_000000.wav"];
    let run = |more: &[&str]| bench.classify(&[&inputs[..], &["--hop", "9"], more].concat());

    let csv = run(&["--format", "csv", "--utc-offset", "+02:00"]).success();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "file,start,end,start_time,end_time,label,score,rejected,source");
    assert!(lines[1].contains(",2023-02-14T23:59:58.000+02:00,2023-02-14T23:59:5"), "{csv}");
    // Its last segment is after midnight.
    assert!(lines[2].contains(",4,") && lines[2].contains(",2023-02-15T00:00:02.000+02:00,low,"));
    assert!(lines[3].starts_with("dog.wav,0,1,,,low,"), "{csv}");
    assert!(lines[4].contains(",2021-06-05T04:03:02.000+02:00,2021-06-05T04:03:03"), "{csv}");

    let json = run(&["--format", "jsonl", "--utc-offset", "Z", "--start", "0.5"]).success();
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["start_time"], "2023-02-14T23:59:58.500Z");
    let dog = lines.iter().find(|line| line["file"] == "dog.wav").unwrap();
    assert!(dog.get("start_time").is_none() && dog.get("end_time").is_none());

    let events = run(&["--format", "events", "--utc-offset", "none"]).success();
    assert!(events.starts_with("file,onset,offset,onset_time,offset_time,label,score\n"));
    let times = ",2023-02-14T23:59:58.000,2023-02-15T00:00:02.000,low,";
    assert!(events.contains(times), "{events}");

    error_of(&run(&["--format", "csv", "--utc-offset", "local"]), 2, "--utc-offset is \"local\"");
    error_of(&run(&["--utc-offset", "Z"]), 2, "events and parquet only");
    assert!(!run(&["--format", "csv"]).success().contains("2023-02-14T"));
}

#[test]
fn the_number_of_threads_does_not_change_a_byte() {
    let bench = Bench::new();
    // More than 32 MB, so that all threads process it.
    let seconds = [tone(LOW_HZ, 1.0), tone(HIGH_HZ, 1.0), tone(MIDDLE_HZ, 1.0)];
    let samples: Vec<i16> = (0..780).flat_map(|n| seconds[n * n % 3].clone()).collect();
    bench.write("in/long.wav", &wav_of_channels(&[samples]));
    for n in 0..20 {
        bench.tones(&format!("in/{n}.wav"), &[(LOW_HZ, 1.0), (HIGH_HZ, 0.1 * f64::from(n))]);
    }
    let run = |jobs: &str| {
        bench.classify(&["in", "--format", "jsonl", "--hop", "3", "--jobs", jobs]).success()
    };
    let one = run("1");
    assert!(one.lines().count() > 280, "{}", one.lines().count());
    assert!(run("4") == one);
    error_of(&bench.classify(&["in", "--jobs", "0"]), 2, "--jobs is 0, expected 1 to 1024");
}
