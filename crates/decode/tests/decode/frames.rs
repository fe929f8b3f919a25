//! MPEG audio and ADTS have no times: what is lost between frames is known from bytes alone.

use std::io::Cursor;

use crate::common::{Lcg, silent_mp3, tagged_mp3};
use sourcing_sound_decode::{Decoder, Warning, decode_bytes};

const RATE: f64 = 44_100.0;

/// Samples and bytes of a frame.
const FRAME: usize = 1_152;
const BYTES: usize = 417;

/// Returns the frames of a file, the same from a pipe, and the warnings.
fn frames(name: &str, file: &[u8]) -> (f64, Vec<Warning>) {
    let recording = decode_bytes(name, file.to_vec()).unwrap();
    let mut piped = Decoder::from_reader(name, Cursor::new(file.to_vec())).unwrap();
    let mut samples = 0;
    while let Some(block) = piped.next_block().unwrap() {
        samples += block.len();
    }
    assert_eq!(samples, recording.samples.len(), "{name} from a pipe");
    assert_eq!(piped.warnings(), recording.warnings, "{name} from a pipe");
    (samples as f64 / FRAME as f64, recording.warnings)
}

/// Returns the only warning's number of parts and the frame of the first one.
fn damage(warnings: &[Warning]) -> (u64, f64) {
    let [Warning::Damaged { parts, first }] = warnings else { panic!("{warnings:?}") };
    (*parts, (first * RATE / FRAME as f64).round())
}

#[test]
fn damage_between_frames_becomes_silence_of_its_length() {
    let mut noise = Lcg(11);
    for (name, whole) in [("plain.mp3", silent_mp3(1_000)), ("tag.mp3", tagged_mp3(1_000))] {
        let first = if name == "tag.mp3" { 1 } else { 0 };
        // Up to more than is kept of a file.
        for length in [BYTES, 4_096, 50_000, 350_000] {
            for is_noise in [false, true] {
                let mut file = whole.clone();
                let start = (first + 100) * BYTES + 200;
                let new = if is_noise { noise.bytes(length) } else { vec![0; length] };
                file[start..start + length].copy_from_slice(&new);
                let (found, warnings) = frames(name, &file);
                let case = format!("{name}, {length} bytes, noise: {is_noise}");
                assert_eq!(found, 1_000.0, "{case}");
                // The damaged frame before it still has its header.
                let (parts, at) = damage(&warnings);
                assert!(parts == 1 && (at == 100.0 || at == 101.0), "{case}: {warnings:?}");
            }
        }
    }
}

#[test]
fn separate_damage_counts_separately() {
    let mut file = silent_mp3(300);
    for frame in [50, 120, 121, 122, 200] {
        file[frame * BYTES..][..BYTES].fill(0);
    }
    let (found, warnings) = frames("a.mp3", &file);
    assert_eq!((found, damage(&warnings)), (300.0, (3, 50.0)));
}

#[test]
fn what_is_no_sound_is_no_damage() {
    let mut noise = Lcg(12);
    let mut tag = b"TAG".to_vec();
    tag.resize(128, b' ');
    // A picture longer than what is kept of a file: 40 × 128 × 128 bytes.
    let mut picture = b"ID3\x04\0\0\0\x28\0\0".to_vec();
    picture.extend(noise.bytes(40 << 14));
    let mut ape = b"APETAGEX\xd0\x07\0\0".to_vec();
    ape.extend(20_032u32.to_le_bytes());
    ape.resize(32, 0);
    ape.extend(noise.bytes(20_000));
    ape.extend(b"APETAGEX\xd0\x07\0\0");
    ape.resize(20_064, 0);
    for (name, parts) in [
        ("joined", &[&silent_mp3(50)[..], &tag, &picture, &tagged_mp3(50)][..]),
        ("two tags", &[&picture, &silent_mp3(50), &ape, &tag, &picture, &silent_mp3(50)]),
        ("at the end", &[&silent_mp3(100), &ape, &tag]),
        ("padding", &[&silent_mp3(100), &[0; 9_000]]),
        ("at the start", &[&[7; 5_000], &silent_mp3(100)]),
        ("cut off", &[&silent_mp3(101)[..100 * BYTES + 300]]),
        // As recorders of internet radio leave them.
        ("single bytes", &[&silent_mp3(50), &[0], &silent_mp3(30), &[0; 17], &silent_mp3(20)]),
    ] {
        assert_eq!(frames("a.mp3", &parts.concat()), (100.0, Vec::new()), "{name}");
    }
}

#[test]
fn damage_up_to_the_end_is_not_filled() {
    let mut file = silent_mp3(200);
    file[100 * BYTES..].fill(0);
    assert_eq!(frames("a.mp3", &file), (100.0, Vec::new()));
    let mut file = tagged_mp3(200);
    file[101 * BYTES..].fill(0);
    let (found, warnings) = frames("a.mp3", &file);
    assert!(matches!(warnings[..], [Warning::CutOff { .. }]), "{warnings:?}");
    assert_eq!(found, 100.0);
}
