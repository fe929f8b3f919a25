//! Matroska whose header and times do not match what it contains.

use std::io::Cursor;

use crate::common::mkv::{Track, mkv};
use crate::common::{bytes_of, tone};
use sourcing_sound_decode::{Decoder, Warning};

const RATE: u32 = 8_000;

/// Samples of a block, and its milliseconds.
const BLOCK: usize = 800;
const MS: u32 = 100;

const PCM: Track<'static> =
    Track { codec: "A_PCM/INT/LIT", private: &[], rate: RATE, channels: 1, bits: 16 };

/// Returns a file of `count` blocks that begins at `start` and states this end, in milliseconds.
fn file(count: usize, start: u32, end: f64) -> Vec<u8> {
    let sound = tone(RATE, 440.0, count * BLOCK);
    let blocks = sound.chunks(BLOCK).zip(0..);
    let blocks: Vec<_> = blocks.map(|(block, n)| (start + n * MS, bytes_of(block))).collect();
    mkv(&PCM, end, &blocks)
}

/// Returns the blocks and the warnings, the same from a pipe.
fn decoded(file: Vec<u8>) -> (f64, Vec<Warning>) {
    let of = |mut decoder: Decoder| {
        let mut samples = 0;
        while let Some(block) = decoder.next_block().unwrap() {
            samples += block.len();
        }
        (samples as f64 / BLOCK as f64, decoder.warnings().to_vec())
    };
    let piped = of(Decoder::from_reader("a.mka", Cursor::new(file.clone())).unwrap());
    let found = of(Decoder::from_bytes("a.mka", file).unwrap());
    assert_eq!(found, piped);
    found
}

#[test]
fn what_follows_a_complete_recording_is_no_loss() {
    for rest in [1, 100, 5_000, 300_000] {
        let whole = [file(30, 0, 3_000.0), vec![0; rest]].concat();
        assert_eq!(decoded(whole), (30.0, Vec::new()), "{rest} bytes");
    }
    // But zeros in place of sound are.
    let mut half = file(30, 0, 3_000.0);
    let middle = half.len() / 2;
    half[middle..].fill(0);
    let (found, warnings) = decoded(half);
    assert!((14.0..=16.0).contains(&found), "{found}");
    assert!(matches!(warnings[..], [Warning::BrokenOff { .. }]), "{warnings:?}");
}

/// As ffmpeg's segments: the header states when the segment ends, not how long it is.
#[test]
fn a_segment_that_begins_late_is_not_cut_off() {
    for start in [0, 3_000, 60_000, 3_600_000] {
        let end = f64::from(start) + 3_000.0;
        assert_eq!(decoded(file(30, start, end)), (30.0, Vec::new()), "from {start} ms");
        let (found, warnings) = decoded(file(10, start, end));
        assert_eq!(found, 10.0);
        let [Warning::CutOff { promised, .. }] = warnings[..] else { panic!("{warnings:?}") };
        assert_eq!(promised, 30 * BLOCK as u64, "from {start} ms");
    }
}
