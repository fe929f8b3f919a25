//! Bad files give a typed error that names them, never a panic or a huge allocation.
#![allow(clippy::unwrap_used, reason = "a failed test should panic")]

mod common;

use common::flac::{BLOCK, flac, flac_claiming};
use common::{Lcg, WavFormat, bytes_of, tone, wav, wav_claiming};
use sourcing_sound_decode::{DecodeErrorKind, decode, decode_bytes, decode_bytes_within};

const RATE: u32 = 44_100;

fn code_of(name: &str, bytes: Vec<u8>) -> &'static str {
    let error = decode_bytes(name, bytes).unwrap_err();
    assert!(error.to_string().starts_with(name), "{error} does not name {name}");
    error.code()
}

fn good_wav() -> Vec<u8> {
    wav(&WavFormat::pcm(1, RATE, 16), &bytes_of(&tone(RATE, 440.0, 10_000)))
}

#[test]
fn a_truncated_wav_is_corrupt_wherever_it_is_cut() {
    let file = good_wav();
    for length in [1, 11, 12, 20, 40, 44, 45, 46, 1_000, file.len() - 2, file.len() - 1] {
        let error = decode_bytes("cut.wav", file[..length].to_vec()).unwrap_err();
        assert!(
            matches!(error.code(), "audio-corrupt" | "audio-unsupported"),
            "{length} bytes: {error}"
        );
        if length >= 44 {
            assert_eq!(error.code(), "audio-corrupt", "{length} bytes: {error}");
        }
    }
    let error = decode_bytes("cut.wav", file[..1_044].to_vec()).unwrap_err().to_string();
    assert!(error.contains("10000 samples") && error.contains("after 500"), "{error}");
}

#[test]
fn a_header_that_claims_four_gigabytes() {
    let format = WavFormat::pcm(1, RATE, 16);
    let data = bytes_of(&tone(RATE, 440.0, 100));
    assert_eq!(code_of("claims.wav", wav_claiming(&format, &data, u32::MAX - 100)), "limit");
    assert_eq!(code_of("claims.wav", wav_claiming(&format, &data, 1 << 30)), "audio-corrupt");
    // The largest length means that the writer did not know it.
    let streamed = wav_claiming(&format, &data, u32::MAX);
    assert_eq!(decode_bytes("streamed.wav", streamed).unwrap().samples.len(), 100);
    let tall = flac_claiming(RATE, &tone(RATE, 440.0, 100), (1 << 36) - 1);
    assert_eq!(code_of("tall.flac", tall), "limit");
}

#[test]
fn a_recording_longer_than_the_limit_is_refused_at_the_limit() {
    let error = decode_bytes_within("long.wav", good_wav(), 9_999).unwrap_err();
    let DecodeErrorKind::Limit { max_samples: 9_999, samples: 10_000 } = error.kind() else {
        panic!("{error}");
    };
    assert!(decode_bytes_within("long.wav", good_wav(), 10_000).is_ok());
    // An mp3 does not state its length, so the limit applies while it is decoded.
    let error = decode_bytes_within("long.mp3", common::silent_mp3(50), 10_000).unwrap_err();
    assert_eq!(error.code(), "limit");
}

#[test]
fn truncated_flac_is_corrupt() {
    let file = flac(RATE, &tone(RATE, 440.0, 10 * BLOCK));
    for length in [3, 4, 20, 42, 60, 5_000, file.len() - 3_000] {
        let code = code_of("cut.flac", file[..length].to_vec());
        assert!(matches!(code, "audio-corrupt" | "audio-unsupported"), "{length} bytes: {code}");
    }
    assert_eq!(code_of("cut.flac", file[..5_000].to_vec()), "audio-corrupt");
}

#[test]
fn an_m4a_without_its_index_is_corrupt() {
    let mut file = b"\0\0\0\x14ftypM4A \0\0\0\0M4A ".to_vec();
    file.extend(b"\0\0\x10\0mdat");
    file.resize(2_000, 0);
    assert_eq!(code_of("cut.m4a", file), "audio-corrupt");
}

#[test]
fn a_damaged_packet_becomes_silence_and_the_rest_stays_in_time() {
    let signal: Vec<i16> = (0..6 * BLOCK).map(|n| 1_000 + (n / BLOCK) as i16).collect();
    let mut file = flac(RATE, &signal);
    let frame = (file.len() - 42) / 6;
    // The order of the third frame's subframe, an impossible one.
    file[42 + 2 * frame + 8] = 0x3c;
    let recording = decode_bytes("scratched.flac", file).unwrap();
    assert_eq!(recording.samples.len(), signal.len());
    for (n, block) in recording.samples.chunks(BLOCK).enumerate() {
        let expected = if n == 2 { 0.0 } else { (1_000 + n) as f32 / 32_768.0 };
        assert!(block.iter().all(|&sample| sample == expected), "block {n}: {}", block[0]);
    }
}

#[test]
fn recordings_without_samples() {
    assert_eq!(code_of("empty.wav", Vec::new()), "audio-empty");
    assert_eq!(code_of("none.wav", wav(&WavFormat::pcm(1, RATE, 16), &[])), "audio-empty");
    assert_eq!(code_of("zero.wav", wav(&WavFormat::pcm(0, RATE, 16), &[0; 8])), "audio-corrupt");
    assert_eq!(code_of("still.wav", wav(&WavFormat::pcm(1, 0, 16), &[0; 8])), "audio-corrupt");
}

#[test]
fn files_that_contain_no_sound() {
    let mut noise = Lcg(7);
    for length in [1, 2, 3, 10, 100, 5_000, 200_000] {
        let code = code_of("noise.wav", noise.bytes(length));
        assert!(matches!(code, "audio-unsupported" | "audio-corrupt"), "{length} bytes: {code}");
    }
    assert_eq!(code_of("text.txt", b"Not a sound. ".repeat(500)), "audio-unsupported");
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.wav");
    let error = decode(&missing).unwrap_err();
    assert_eq!((error.code(), error.path()), ("io", missing.as_path()));
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(decode(folder.path()).unwrap_err().code(), "io");
    let empty = folder.path().join("empty.wav");
    std::fs::write(&empty, []).unwrap();
    assert_eq!(decode(&empty).unwrap_err().code(), "audio-empty");
}

/// Every decoder gets thousands of damaged files. The result must be a recording within the limit
/// or an error; a panic fails the test.
#[test]
fn damaged_bytes_never_panic() {
    let signal = tone(RATE, 440.0, 3_000);
    let files = [
        ("a.wav", wav(&WavFormat::pcm(2, RATE, 16), &bytes_of(&signal))),
        ("a.aiff", common::aiff(RATE, &signal)),
        ("a.flac", flac(RATE, &signal)),
        ("a.mp3", common::silent_mp3(8)),
    ];
    let mut random = Lcg(2_026);
    for (name, file) in &files {
        for _ in 0..1_500 {
            let mut file = file.clone();
            for _ in 0..1 + random.next_u32() % 4 {
                // Half of the damage is in the headers.
                let reach = if random.next_u32().is_multiple_of(2) { 64 } else { file.len() };
                let at = random.next_u32() as usize % reach;
                file[at] = random.next_u32() as u8;
            }
            if random.next_u32().is_multiple_of(4) {
                file.truncate(random.next_u32() as usize % file.len());
            }
            if let Ok(recording) = decode_bytes_within(name, file, 1 << 22) {
                assert!(recording.samples.len() <= 1 << 22 && recording.sample_rate > 0);
            }
        }
    }
}
