//! Saves the events of a recording as clips in a folder, without overwriting anything.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use sourcing_sound::SoundEvent;
use sourcing_sound_decode::{Channel, DecodeError, Decoder};

use crate::files::Found;
use crate::interrupt::Temporary;
use crate::outcome::Failure;

use super::super::report::milliseconds;
use super::cut::{MOST_AT_A_TIME, Stretch, Uncut, cut};
use super::names::Names;
use super::options::ClipOptions;

/// The most clips of one name: the recordings of a folder may differ only in the extension.
const MOST_OF_A_NAME: u32 = 1_000;

/// Saves the clips of `events`, in the order of their onsets. `number` is that of the channel,
/// counted from 1, if channels are reported one by one.
///
/// # Errors
/// If the recording cannot be decoded again or a clip cannot be written.
pub(crate) fn save(
    options: &ClipOptions,
    names: &Names,
    input: &Found,
    (channel, number): (Channel, Option<usize>),
    events: &[SoundEvent],
) -> Result<(), Failure> {
    let folder = options.folder(input);
    let stretches = events.iter().map(|event| stretch(options, names, input, number, event, 0.0));
    for pass in passes(stretches.collect()) {
        let opened: Result<Decoder, DecodeError> = Decoder::open(&input.path);
        let decoder = opened.map_err(Failure::Decode)?;
        let done = |clip, name: &str| publish(clip, &folder, name).map(drop);
        match cut(decoder, channel, &pass, &folder, done) {
            Ok(()) => {}
            Err(Uncut::Decode(error)) => return Err(Failure::Decode(error)),
            Err(Uncut::Write(error)) => {
                return Err(Failure::Clip { path: input.path.clone(), folder, error });
            }
        }
    }
    Ok(())
}

/// Returns the stretch of a sound with its padding, which begins no earlier than `earliest`, in
/// seconds.
pub(super) fn stretch(
    options: &ClipOptions,
    names: &Names,
    input: &Found,
    number: Option<usize>,
    event: &SoundEvent,
    earliest: f64,
) -> Stretch {
    // Rounded as printed, so that both describe the same stretch.
    let onset = milliseconds(event.onset);
    let offset = event.offset.map_or(onset, milliseconds);
    let from = (onset - options.padding).max(earliest);
    Stretch {
        from,
        to: (offset + options.padding).min(from + options.most_seconds),
        name: names.clip(&input.relative, onset, &event.label, number),
    }
}

/// Divides stretches, sorted by their start, into passes over the recording, so that at most
/// [`MOST_AT_A_TIME`] overlap in each pass.
fn passes(mut waiting: Vec<Stretch>) -> Vec<Vec<Stretch>> {
    let mut passes = Vec::new();
    while !waiting.is_empty() {
        let mut ends: Vec<f64> = Vec::new();
        let (pass, later) = waiting.into_iter().partition(|stretch| {
            ends.retain(|&end| end > stretch.from);
            let fits = ends.len() < MOST_AT_A_TIME;
            if fits {
                ends.push(stretch.to);
            }
            fits
        });
        passes.push(pass);
        waiting = later;
    }
    passes
}

/// Gives a clip its name. If another clip has it, a number is added; an identical clip stays.
/// Returns the path of a clip that did not exist before.
pub(super) fn publish(
    mut clip: Temporary,
    folder: &Path,
    name: &str,
) -> io::Result<Option<PathBuf>> {
    for number in 1..=MOST_OF_A_NAME {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{suffix}.wav"));
        match clip.persist_new(&path)? {
            None => return Ok(Some(path)),
            Some(same) if is_equal(same.path(), &path)? => return Ok(None),
            Some(other) => clip = other,
        }
    }
    let message = format!("there are {MOST_OF_A_NAME} clips named {name}");
    Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
}

/// Returns whether two files have the same content.
fn is_equal(a: &Path, b: &Path) -> io::Result<bool> {
    if !fs::metadata(b)?.is_file() || fs::metadata(a)?.len() != fs::metadata(b)?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(File::open(a)?), BufReader::new(File::open(b)?));
    let (mut x, mut y) = ([0; 4_096], [0; 4_096]);
    loop {
        let length = a.read(&mut x)?;
        if length == 0 {
            return Ok(true);
        }
        b.read_exact(&mut y[..length])?;
        if x[..length] != y[..length] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_AT_A_TIME, Stretch, passes};

    #[test]
    fn stretches_that_overlap_too_much_go_to_another_pass() {
        let stretch = |n: usize, seconds| Stretch {
            from: n as f64,
            to: n as f64 + seconds,
            name: n.to_string(),
        };
        let one = passes((0..1_000).map(|n| stretch(n, 2.0)).collect());
        assert_eq!(one.len(), 1);
        let many = passes((0..1_000).map(|n| stretch(n, 150.0)).collect());
        assert_eq!(many.len(), 3);
        assert_eq!(many.iter().map(Vec::len).sum::<usize>(), 1_000);
        for pass in &many {
            for stretch in pass {
                let open = pass.iter().filter(|o| o.from <= stretch.from && o.to > stretch.from);
                assert!(open.count() <= MOST_AT_A_TIME);
            }
        }
    }
}
