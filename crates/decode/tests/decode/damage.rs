//! Bad files give a typed error that names them, never a panic or a huge allocation.

use std::io::Cursor;

use crate::common::flac::{BLOCK, flac, flac_claiming};
use crate::common::{Lcg, WavFormat, bytes_of, silent_mp3, tagged_mp3, tone, wav, wav_claiming};
use sourcing_sound_decode::{
    Channel, DecodeErrorKind, Decoder, Warning, decode, decode_bytes, decode_bytes_within,
};

const RATE: u32 = 44_100;

fn code_of(name: &str, bytes: Vec<u8>) -> &'static str {
    let error = decode_bytes(name, bytes).unwrap_err();
    assert!(error.to_string().starts_with(name), "{error} does not name {name}");
    error.code()
}

fn good_wav() -> Vec<u8> {
    wav(&WavFormat::pcm(1, RATE, 16), &bytes_of(&tone(RATE, 440.0, 10_000)))
}

/// Returns the number of samples found, and the promised and found lengths of a truncated
/// recording.
fn cut_off(name: &str, bytes: Vec<u8>) -> (usize, Option<(u64, u64)>) {
    let recording = decode_bytes(name, bytes).unwrap();
    let lengths = recording.warnings.iter().find_map(|warning| match warning {
        Warning::CutOff { promised, found, .. } => Some((*promised, *found)),
        _ => None,
    });
    (recording.samples.len(), lengths)
}

#[test]
fn a_truncated_wav_gives_what_it_contains() {
    let file = good_wav();
    for length in [1, 11, 12, 20, 40, 44, 45] {
        let code = code_of("cut.wav", file[..length].to_vec());
        assert!(matches!(code, "audio-corrupt" | "audio-unsupported"), "{length} bytes: {code}");
    }
    let error = decode_bytes("cut.wav", file[..45].to_vec()).unwrap_err().to_string();
    assert!(error.contains("10000 samples"), "{error}");
    for (length, samples) in [(46, 1), (1_044, 500), (1_045, 500), (file.len() - 1, 9_999)] {
        let found = cut_off("cut.wav", file[..length].to_vec());
        assert_eq!(found, (samples, Some((10_000, samples as u64))), "{length} bytes");
    }
    assert_eq!(cut_off("whole.wav", file), (10_000, None));
}

#[test]
fn sizes_that_samples_of_wav_cannot_have_are_named_by_their_kind() {
    for (format, expected) in [
        (WavFormat::pcm(1, RATE, 40), "PCM of 8, 16, 24 or 32 bits"),
        (WavFormat::float(1, RATE, 16), "floating point of 32 or 64 bits"),
    ] {
        let error = decode_bytes("odd.wav", wav(&format, &[0; 400])).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn bytes_override_the_lengths_in_a_wav_header() {
    let format = WavFormat::pcm(1, RATE, 16);
    let data = bytes_of(&tone(RATE, 440.0, 1_000));
    // Placeholders of ffmpeg, SoX, arecord and of a recorder that lost power; a length that was
    // last written during the recording.
    for claimed in [u32::MAX, u32::MAX - 36, 0x7fff_f000, 0x8000_0000, 0x7fff_ffff, 0, 700, 701] {
        let found = cut_off("claims.wav", wav_claiming(&format, &data, claimed));
        assert_eq!(found, (1_000, None), "{claimed}");
    }
    // A length that is not a placeholder, of a truncated file.
    let found = cut_off("claims.wav", wav_claiming(&format, &data, 1 << 30));
    assert_eq!(found, (1_000, Some((1 << 29, 1_000))));
    // Chunks after the samples are not sound.
    for name in [b"LIST", b"abcd"] {
        let mut file = wav(&format, &data);
        file.extend(name);
        file.extend(4u32.to_le_bytes());
        file.extend([1; 4]);
        assert_eq!(cut_off("chunk.wav", file), (1_000, None));
    }
    // Neither the length of the whole file nor a missing byte of padding matters.
    for (padding, riff) in [(&[0][..], 20), (&[], 20), (&[0], u32::MAX), (&[], 0)] {
        let mut file = b"RIFF".to_vec();
        file.extend(u32::to_le_bytes(riff));
        file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0");
        file.extend(b"LIST\x05\0\0\0INFO!");
        file.extend(padding);
        file.extend(b"data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(&data);
        assert_eq!(cut_off("odd.wav", file), (1_000, None));
    }
}

#[test]
fn a_flac_that_claims_more_than_it_has() {
    let tall = flac_claiming(RATE, &tone(RATE, 440.0, 1_000), (1 << 36) - 1);
    assert_eq!(cut_off("tall.flac", tall), (1_000, Some(((1 << 36) - 1, 1_000))));
}

#[test]
fn a_recording_longer_than_the_limit_is_refused_at_the_limit() {
    let error = decode_bytes_within("long.wav", good_wav(), 9_999).unwrap_err();
    let DecodeErrorKind::Limit { max_samples: 9_999, samples: 10_000 } = error.kind() else {
        panic!("{error}");
    };
    assert!(decode_bytes_within("long.wav", good_wav(), 10_000).is_ok());
    // An mp3 does not state its length, so the limit applies while it is decoded.
    let error = decode_bytes_within("long.mp3", silent_mp3(50), 10_000).unwrap_err();
    assert_eq!(error.code(), "limit");
}

#[test]
fn truncated_flac_gives_its_complete_blocks() {
    let file = flac(RATE, &tone(RATE, 440.0, 10 * BLOCK));
    for length in [3, 4, 20, 42, 60] {
        let code = code_of("cut.flac", file[..length].to_vec());
        assert!(matches!(code, "audio-corrupt" | "audio-unsupported"), "{length} bytes: {code}");
    }
    let frame = (file.len() - 42) / 10;
    for (length, blocks) in [(42 + 2 * frame + 30, 2), (file.len() - 3_000, 8)] {
        let samples = blocks * BLOCK;
        let found = cut_off("cut.flac", file[..length].to_vec());
        assert_eq!(found, (samples, Some((10 * BLOCK as u64, samples as u64))));
    }
}

#[test]
fn an_mp3_that_breaks_off_is_reported_if_a_tag_states_its_length() {
    const FRAME: usize = 1_152;
    const BYTES: usize = 417;
    let mut id3 = b"ID3\x04\0\0\0\0\x02\0".to_vec();
    id3.resize(10 + 256, 0);
    let whole = tagged_mp3(100);
    for start in [Vec::new(), id3] {
        // The frame of the tag comes first. Up to 0.2 s may be missing.
        for (frames, is_cut_off) in [(100, false), (95, false), (80, true), (1, true)] {
            let end = (BYTES * (1 + frames) + 50).min(whole.len());
            let file = [&start[..], &whole[..end]].concat();
            let lengths = is_cut_off.then_some(((100 * FRAME) as u64, (frames * FRAME) as u64));
            assert_eq!(cut_off("a.mp3", file.clone()), (frames * FRAME, lengths), "{frames}");
            let piped = Decoder::from_reader("-", Cursor::new(file)).unwrap();
            let mut mono = piped.mono(Channel::Mix).unwrap();
            while mono.next_block().unwrap().is_some() {}
            assert_eq!(mono.warnings().len(), usize::from(is_cut_off), "{frames} from a pipe");
        }
    }
    let part = silent_mp3(100)[..BYTES * 80 + 50].to_vec();
    assert_eq!(cut_off("a.mp3", part), (80 * FRAME, None));
}

#[test]
fn an_m4a_without_its_index_is_an_error_with_a_remedy() {
    let start = b"\0\0\0\x14ftypM4A \0\0\0\0M4A ";
    let mut noise = Lcg(5);
    // Lengths of the sound as recorders leave them: too long, up to the end, 64 bits, not filled
    // in.
    for length in [
        &b"\0\0\x10\0mdat"[..],
        b"\0\0\0\0mdat",
        b"\0\0\0\x01mdat\0\0\0\0\0\0\x10\0",
        b"\0\0\0\x08mdat",
        b"\0\0\0\x01mdat\0\0\0\0\0\0\0\0",
    ] {
        let file = [&start[..], length, &noise.bytes(2_000)].concat();
        let error = decode_bytes("cut.m4a", file.clone()).unwrap_err();
        assert!(matches!(error.kind(), DecodeErrorKind::NoIndex), "{error}");
        assert_eq!(error.code(), "audio-corrupt");
        assert!(error.to_string().contains("untrunc"), "{error}");
        let piped = Decoder::from_reader("-", Cursor::new(file)).err().unwrap();
        assert!(matches!(piped.kind(), DecodeErrorKind::LateIndex), "{piped}");
        assert_eq!(piped.code(), "audio-unsupported");
        assert!(piped.to_string().contains("-movflags +faststart"), "{piped}");
    }
    assert_eq!(code_of("short.m4a", start.to_vec()), "audio-corrupt");
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
fn what_follows_the_last_block_of_flac_does_not_damage_it() {
    let mut noise = Lcg(23);
    let mut ape = b"APETAGEX\xd0\x07\0\0".to_vec();
    ape.extend(noise.bytes(300_000));
    let mut id3 = b"TAG".to_vec();
    id3.resize(128, b' ');
    // One block and several, the last one whole or not; with and without a stated length.
    for samples in [500, BLOCK, 10 * BLOCK, 20 * BLOCK + 1, 20 * BLOCK + 700] {
        let sound = tone(RATE, 440.0, samples);
        let whole = decode_bytes("a.flac", flac(RATE, &sound)).unwrap();
        for rest in [&id3[..], &ape, &[&ape[..], &id3].concat(), b"\n", b"\0\0x", &[0; 100], &[]] {
            for claimed in [samples as u64, 0] {
                let file = [&flac_claiming(RATE, &sound, claimed)[..], rest].concat();
                let case = format!("{samples} samples, {} bytes", rest.len());
                assert_eq!(decode_bytes("a.flac", file.clone()).unwrap(), whole, "{case}");
                let piped = Decoder::from_reader("-", Cursor::new(file)).unwrap();
                let mut mono = piped.mono(Channel::Mix).unwrap();
                let mut found = Vec::new();
                while let Some(block) = mono.next_block().unwrap() {
                    found.extend_from_slice(block);
                }
                assert!(found == whole.samples && mono.warnings().is_empty(), "{case}, piped");
            }
        }
    }
}

#[test]
fn a_damaged_block_before_the_last_one_of_flac_keeps_its_time() {
    let mut file = flac(RATE, &tone(RATE, 440.0, 10 * BLOCK));
    let whole = decode_bytes("a.flac", file.clone()).unwrap().samples;
    let frame = (file.len() - 42) / 10;
    file[42 + 8 * frame + 500] ^= 0x55;
    file.extend(b"TAG of another program");
    let found = decode_bytes("a.flac", file).unwrap();
    assert!(matches!(found.warnings[..], [Warning::Damaged { parts: 1, .. }]));
    assert_eq!(found.samples.len(), whole.len());
    assert_eq!(found.samples[9 * BLOCK..], whole[9 * BLOCK..]);
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
    // Somewhere in them, bytes look like an mp3.
    for start in [&b"wvpk"[..], b"RIFF\0\0\0\0AVI ", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"#!AMR"]
    {
        let file = [start, &silent_mp3(30)].concat();
        assert_eq!(code_of("foreign.mp3", file), "audio-unsupported");
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
        ("a.aiff", crate::common::aiff(RATE, &signal)),
        ("a.flac", flac(RATE, &signal)),
        ("a.mp3", silent_mp3(8)),
        ("tag.mp3", tagged_mp3(8)),
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
