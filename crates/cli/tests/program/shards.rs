//! `sourcing-sound classify --shard I/N`: every recording in exactly one shard.

use std::collections::BTreeSet;

use crate::common::parquet::Sheet;
use crate::common::{Bench, LOW_HZ, Run};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn error_of(run: &Run, code: i32, text: &str) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert!(run.stderr.contains(text), "{}", run.stderr);
}

const NAMES: [&str; 12] = [
    "a.wav",
    "b.wav",
    "c.wav",
    "d.wav",
    "e.wav",
    "f.wav",
    "deep/a.wav",
    "deep/b.wav",
    "deep/c.wav",
    "deep/er/a.wav",
    "é.wav",
    "with space.wav",
];

fn bench() -> Bench {
    let bench = Bench::new();
    for name in NAMES {
        bench.tones(&format!("in/{name}"), &[(LOW_HZ, 0.5)]);
    }
    bench
}

/// The files of the rows.
fn files(csv: &str) -> BTreeSet<String> {
    let file = |line: &str| line.split(',').next().unwrap().to_owned();
    csv.lines().skip(1).map(file).collect()
}

/// As the guide says.
fn shard(path: &str, count: u64) -> u64 {
    let hash = Sha256::digest(path.as_bytes());
    u64::from_be_bytes(hash[..8].try_into().unwrap()) % count + 1
}

#[test]
fn every_recording_is_in_one_shard() {
    let bench = bench();
    for count in [1, 2, 3, 20] {
        let mut all = BTreeSet::new();
        for index in 1..=count {
            let argument = format!("{index}/{count}");
            let run = ["in", "--format", "csv", "--shard", &argument];
            let found = files(&bench.classify(&run).success());
            let expected = NAMES.iter().filter(|name| shard(name, count) == index);
            let expected: BTreeSet<String> = expected.map(|name| format!("in/{name}")).collect();
            assert_eq!(found, expected, "{argument}");
            // Where the folder is, and what else is in it, does not matter.
            let path = bench.path().join("in");
            let again = ["--format", "csv", "--shard", &argument, path.to_str().unwrap()];
            assert_eq!(files(&bench.classify(&again).success()).len(), found.len());
            all.extend(found);
        }
        assert_eq!(all.len(), NAMES.len());
    }
}

#[test]
fn shards_share_a_folder_of_results_and_are_resumed() {
    let bench = bench();
    bench.classify(&["in", "--format", "csv", "--output", "whole/"]).success();
    for argument in ["1/3", "2/3", "3/3", "2/3"] {
        let run = ["in", "--format", "csv", "--output", "out", "--resume", "--shard", argument];
        bench.classify(&run).success();
    }
    for name in NAMES {
        let read = |folder: &str| {
            std::fs::read(bench.path().join(folder).join(format!("{name}.csv"))).unwrap()
        };
        assert_eq!(read("out"), read("whole"), "{name}");
    }
}

#[test]
fn a_broken_recording_fails_in_its_own_shard_only() {
    let bench = bench();
    bench.write("in/broken.wav", b"no sound");
    for index in 1..=4u64 {
        let (argument, output) = (format!("{index}/4"), format!("{index}.parquet"));
        let run = ["in", "--format", "parquet", "--output", &output, "--shard", &argument];
        let is_own = shard("broken.wav", 4) == index;
        assert_eq!(bench.classify(&run).code, i32::from(is_own), "{argument}");
        let sheet = Sheet::read(&bench.path().join(&output));
        let errors = sheet.column("error").iter().filter(|error| ***error != Value::Null).count();
        assert_eq!(errors, usize::from(is_own));
    }
}

#[test]
fn wrong_shards_are_refused() {
    let bench = bench();
    for argument in ["0/3", "4/3", "1/0", "one/3", "3", "1/2/3"] {
        let run = bench.classify(&["in", "--shard", argument]);
        error_of(&run, 2, &format!("--shard is {argument:?}, expected I/N"));
    }
}
