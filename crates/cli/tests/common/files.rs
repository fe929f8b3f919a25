//! Wav files of any shape, running programs, and what they print.

use std::f64::consts::TAU;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::{Bench, RATE};

/// How long a test waits for something that always comes.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Returns the samples of a tone.
pub fn tone(hz: f64, seconds: f64) -> Vec<i16> {
    let count = (seconds * f64::from(RATE)) as usize;
    (0..count).map(|n| (10_000.0 * (TAU * hz * n as f64 / f64::from(RATE)).sin()) as i16).collect()
}

/// Returns the header of a wav of `data_bytes` bytes of 16-bit samples.
pub fn header(channels: u16, rate: u32, data_bytes: u32) -> Vec<u8> {
    let block = 2 * channels;
    let mut file = b"RIFF".to_vec();
    file.extend(data_bytes.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend(data_bytes.to_le_bytes());
    file
}

/// Returns a wav of these channels, which are equally long.
pub fn wav_of_channels(channels: &[Vec<i16>]) -> Vec<u8> {
    let mut data = Vec::new();
    for n in 0..channels[0].len() {
        channels.iter().for_each(|channel| data.extend(channel[n].to_le_bytes()));
    }
    let mut file = header(channels.len() as u16, RATE, data.len() as u32);
    file.extend(data);
    file
}

/// Returns the names of a folder's results, sorted, without the file that states their settings.
pub fn results(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".settings")).collect();
    names.sort();
    names
}

/// Returns the bytes of samples without a header.
pub fn raw(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Runs `sourcing-sound classify --model tiny.onnx ARGUMENTS` with a limit of some kilobytes per
/// file, as on a full disk; returns the exit code and stderr.
#[cfg(unix)]
pub fn classify_on_a_full_disk(bench: &Bench, arguments: &[&str]) -> (Option<i32>, String) {
    // Without the trap, the signal would end the program instead of causing an error. Blocks have
    // 512 bytes in some shells, and 1,024 in others.
    let script = "trap '' XFSZ; ulimit -f 2; exec \"$0\" classify --model tiny.onnx \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_sourcing-sound")])
        .args(arguments)
        .current_dir(bench.path())
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// A program that reads standard input while a test continues.
pub struct Running {
    child: Child,
    pub input: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Option<thread::JoinHandle<String>>,
}

impl Running {
    /// Starts `sourcing-sound classify --model tiny.onnx ARGUMENTS`.
    pub fn classify(bench: &Bench, arguments: &[&str]) -> Running {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sourcing-sound"))
            .args(["classify", "--model", "tiny.onnx"])
            .args(arguments)
            .current_dir(bench.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in stdout.split(b'\n') {
                let _ = sender.send(String::from_utf8(line.unwrap()).unwrap());
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let input = child.stdin.take();
        Running { child, input, lines, stderr: Some(stderr) }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// Returns the next line of its stdout.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// Sends Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end; returns its status, the lines that were not taken, and stderr.
    pub fn end(mut self) -> (ExitStatus, Vec<String>, String) {
        let status = self.child.wait().unwrap();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        (status, self.lines.iter().collect(), stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `work` while the folder `locked` is not writable, and returns whether that is so: the
/// administrator may write anywhere.
#[cfg(unix)]
pub fn with_locked_folder<T>(bench: &Bench, work: impl FnOnce() -> T) -> (T, bool) {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = bench.path().join("locked");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    let is_locked = fs::write(folder.join("try"), "").is_err();
    let done = work();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    (done, is_locked)
}
