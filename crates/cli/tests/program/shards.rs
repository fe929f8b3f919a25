//! `sourcing-sound classify --shard I/N`: every recording in exactly one shard.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

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

/// Returns the files in the rows.
fn files(csv: &str) -> BTreeSet<String> {
    let file = |line: &str| line.split(',').next().unwrap().to_owned();
    csv.lines().skip(1).map(file).collect()
}

/// Computes the shard as the guide describes it.
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
            // The location of the folder and its other contents do not matter.
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

fn guide_text() -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/archives.md");
    fs::read_to_string(guide).unwrap()
}

/// Returns the first code block of this language in `docs/guide/archives.md` that contains the
/// text.
fn block(language: &str, text: &str) -> String {
    let (guide, start) = (guide_text(), format!("```{language}\n"));
    let blocks = guide.split(&start).skip(1);
    let blocks = blocks.map(|rest| rest.split_once("```").unwrap().0.to_owned());
    let mut found = blocks.filter(|block| block.contains(text));
    found.next().unwrap_or_else(|| panic!("the guide has no {language} with {text}"))
}

/// Runs a script in the folder of the bench, with the program on the path and an `srun` that starts
/// what follows it.
fn script(bench: &Bench, text: &str, variables: &[(&str, String)]) -> Run {
    bench.write("stubs/srun", b"#!/bin/sh\nexec \"$@\"\n");
    let program = Path::new(env!("CARGO_BIN_EXE_sourcing-sound")).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("chmod +x stubs/srun\n{text}"));
    shell.current_dir(bench.path()).envs(variables.iter().map(|(name, value)| (name, value)));
    let path = env::var("PATH").unwrap();
    let stubs = bench.path().join("stubs");
    shell.env("PATH", format!("{}:{}:{path}", program.display(), stubs.display()));
    let output = shell.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Returns the recordings of which a folder has results.
fn results(bench: &Bench, folder: &str) -> BTreeSet<&'static str> {
    let has =
        |name: &&str| bench.path().join(folder).join(format!("{name}.events.parquet")).exists();
    NAMES.into_iter().filter(has).collect()
}

fn of_shards(count: u64, to: u64) -> BTreeSet<&'static str> {
    NAMES.into_iter().filter(|name| shard(name, count) <= to).collect()
}

#[test]
fn the_guides_function_splits_as_the_program_does() {
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    if !has_python {
        let line = "skipped the_guides_function_splits_as_the_program_does: no python3\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let bench = bench();
    let function = block("python", "def shard(");
    for count in [1, 3, 100] {
        let ask = format!("{function}\nfor name in {NAMES:?}:\n    print(shard(name, {count}))\n");
        let python = Command::new("python3").args(["-X", "utf8", "-c", &ask]).output().unwrap();
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        let printed = String::from_utf8(python.stdout).unwrap();
        let numbers: Vec<u64> = printed.lines().map(|line| line.parse().unwrap()).collect();
        assert_eq!(numbers, NAMES.map(|name| shard(name, count)));
        if count != 3 {
            continue;
        }
        for index in 1..=count {
            let argument = format!("{index}/{count}");
            let run = bench.classify(&["in", "--format", "csv", "--shard", &argument]);
            let of_python = NAMES.iter().zip(&numbers).filter(|(_, number)| **number == index);
            let expected = of_python.map(|(name, _)| format!("in/{name}")).collect();
            assert_eq!(files(&run.success()), expected, "{argument}");
        }
    }
}

#[test]
#[cfg(unix)]
fn the_guides_command_for_gnu_parallel_runs() {
    let bench = bench();
    let line = block("sh", "parallel");
    let (count, command) = line.trim().split_once(" | parallel ").unwrap();
    let count: u64 = count.strip_prefix("seq ").unwrap().parse().unwrap();
    let command = command.replace("recordings/", "in/");
    for index in 1..=count {
        // The second time, nothing is left to do.
        for _ in 0..2 {
            let run = script(&bench, &command.replace("{}", &index.to_string()), &[]);
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert_eq!(results(&bench, "results"), of_shards(count, index));
        }
    }
    assert_eq!(results(&bench, "results").len(), NAMES.len());
}

#[test]
#[cfg(unix)]
fn the_guides_job_for_slurm_runs() {
    let bench = bench();
    let job = block("sh", "SBATCH");
    assert!(job.contains("--array=1-100\n") && job.contains("$SLURM_ARRAY_TASK_ID/100\""));
    bench.write("in/broken.wav", b"no sound");
    let job = job.replace("/100\"", "/4\"").replace("/data/recordings", "in");
    let task = |index: u64| {
        let (index, cores) = (index.to_string(), "2".to_owned());
        [("SLURM_ARRAY_TASK_ID", index), ("SLURM_CPUS_PER_TASK", cores)]
    };
    for index in 1..=4 {
        let run = script(&bench, &job.replace("/data/results", "out"), &task(index));
        assert_eq!(run.code, i32::from(shard("broken.wav", 4) == index), "{}", run.stderr);
        assert_eq!(results(&bench, "out"), of_shards(4, index));
    }
    // One file per shard, as the guide describes it for failures as rows.
    let whole = "--output /data/results --resume";
    let own = "--output \"/data/results/$SLURM_ARRAY_TASK_ID.parquet\"";
    assert!(job.contains(whole) && guide_text().contains(own));
    let job = job.replace(whole, own).replace("/data/results", "files");
    fs::create_dir(bench.path().join("files")).unwrap();
    let mut failed = 0;
    for index in 1..=4 {
        let run = script(&bench, &job, &task(index));
        let is_own = shard("broken.wav", 4) == index;
        assert_eq!(run.code, i32::from(is_own), "{}", run.stderr);
        let sheet = Sheet::read(&bench.path().join("files").join(format!("{index}.parquet")));
        failed += sheet.column("error").iter().filter(|error| ***error != Value::Null).count();
    }
    assert_eq!(failed, 1);
}
