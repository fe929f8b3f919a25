//! A training that is killed, or whose disk is full, loses nothing that was done: called again, it
//! ends with the model that an undisturbed training makes, bit by bit.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use sourcing_sound_train::fixtures::write_dataset;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_sourcing-sound-train");
/// For the case that neither the program ends nor anything is written.
const MOST_WAIT: Duration = Duration::from_secs(240);

/// A small data set, and folders for what is made of it.
struct Training {
    folder: TempDir,
}

impl Training {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_dataset(&folder.path().join("data"), 2, 3);
        Training { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn arguments(&self, run: &str) -> Vec<String> {
        let path = |name: &str| self.path(name).display().to_string();
        let work = path(&format!("{run}-work"));
        let (data, out) = (path("data"), path(&format!("{run}-out")));
        let options = ["--name", "small", "--epochs", "4", "--batch", "8"].map(str::to_owned);
        let paths = ["model", "--data", &data, "--out", &out, "--work", &work].map(str::to_owned);
        paths.into_iter().chain(options).collect()
    }

    fn command(&self, run: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(self.arguments(run)).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// The same, with files of at most so many blocks of 512 bytes: what is longer is refused by
    /// the system like on a full disk.
    fn with_small_files(&self, run: &str, blocks: u64) -> Command {
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, PROGRAM]).args(self.arguments(run));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn finish(&self, run: &str) -> Vec<u8> {
        let output = self.command(run).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.model(run)
    }

    fn model(&self, run: &str) -> Vec<u8> {
        std::fs::read(self.path(&format!("{run}-out")).join("model.onnx")).unwrap()
    }

    /// The whole files of a run, without those that are being written.
    fn files(&self, run: &str) -> BTreeMap<PathBuf, (u64, SystemTime)> {
        let mut files = BTreeMap::new();
        for name in ["work", "out"] {
            collect(&self.path(&format!("{run}-{name}")), &mut files);
        }
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, (u64, SystemTime)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => collect(&path, files),
            Ok(metadata) if path.extension().is_none_or(|extension| extension != "part") => {
                files.insert(path, (metadata.len(), metadata.modified().unwrap()));
            }
            _ => {}
        }
    }
}

/// Waits until a file is there that was not, or has changed, or the program has ended.
fn wait_for_progress(training: &Training, run: &str, program: &mut Child) -> bool {
    let before = training.files(run);
    let deadline = SystemTime::now() + MOST_WAIT;
    while program.try_wait().unwrap().is_none() {
        if training.files(run) != before {
            return true;
        }
        assert!(SystemTime::now() < deadline, "the training makes no progress");
        // Between two looks, so that the test does not take the training's processor.
        thread::sleep(Duration::from_millis(2));
    }
    false
}

#[test]
fn killed_whenever_it_has_written_something_it_ends_with_the_same_model() {
    let training = Training::new();
    let whole = training.finish("whole");
    let mut kills = 0;
    let status = loop {
        let mut program = training.command("killed").spawn().unwrap();
        if wait_for_progress(&training, "killed", &mut program) {
            program.kill().unwrap();
        }
        let status = program.wait().unwrap();
        if status.code().is_some() {
            break status;
        }
        kills += 1;
    };
    assert!(status.success());
    assert!(kills > 5, "{kills} kills are too few to have met a training");
    assert!(training.model("killed") == whole, "after {kills} kills the model is another one");
}

#[test]
fn a_full_disk_is_an_error_that_leaves_the_last_checkpoint_whole() {
    let training = Training::new();
    let whole = training.finish("whole");
    // Until there is a checkpoint.
    let checkpoint = loop {
        let mut program = training.command("full").spawn().unwrap();
        wait_for_progress(&training, "full", &mut program);
        program.kill().unwrap();
        program.wait().unwrap();
        let files = training.files("full");
        let is_checkpoint = |path: &&PathBuf| path.to_string_lossy().contains("checkpoint");
        if let Some(path) = files.keys().find(is_checkpoint) {
            break path.clone();
        }
    };
    let before = std::fs::read(&checkpoint).unwrap();
    let blocks = before.len() as u64 / 512 / 2;
    let output = training.with_small_files("full", blocks).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("writing") && error.contains("File too large"), "{error}");
    assert!(error.contains(&*checkpoint.to_string_lossy()), "{error}");
    assert!(std::fs::read(&checkpoint).unwrap() == before, "the checkpoint has changed");
    let name = checkpoint.file_name().unwrap().to_string_lossy();
    let files = std::fs::read_dir(checkpoint.parent().unwrap()).unwrap().flatten();
    let mut names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    let is_left = |file: String| file.contains(&*name) && file.ends_with(".part");
    assert!(!names.any(is_left), "a file that could not be written is left");
    assert!(training.finish("full") == whole, "after the error the model is another one");
}
