//! Every format that can be synthesised here decodes to the samples that were written.

use crate::common::{WavFormat, bytes_of, flac::flac, riff_wave, tone, wav};
use sourcing_sound_decode::{EXTENSIONS, decode, decode_bytes};

const RATE: u32 = 22_050;

fn assert_close(actual: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(actual.len(), expected.len());
    for (n, (a, b)) in actual.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance, "sample {n}: {a}, expected {b} ± {tolerance}");
    }
}

/// Returns the expected samples of a 16-bit signal.
fn normalised(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

#[test]
fn pcm_of_every_depth() {
    let signal = tone(RATE, 440.0, 3_000);
    let expected = normalised(&signal);
    let shifted = |shift: u32, bytes: usize| -> Vec<u8> {
        let widen = |&sample: &i16| (i32::from(sample) << shift).to_le_bytes()[..bytes].to_vec();
        signal.iter().flat_map(widen).collect()
    };
    let unsigned: Vec<u8> = signal.iter().map(|&sample| ((sample >> 8) + 128) as u8).collect();
    let cases = [
        (8, unsigned, 1.0 / 128.0),
        (16, bytes_of(&signal), 0.0),
        (24, shifted(8, 3), 0.0),
        (32, shifted(16, 4), 0.0),
    ];
    for (bits, data, tolerance) in cases {
        let file = wav(&WavFormat::pcm(1, RATE, bits), &data);
        let recording = decode_bytes("pcm.wav", file).unwrap();
        assert_eq!(recording.sample_rate, RATE, "{bits} bits");
        assert_close(&recording.samples, &expected, tolerance);
    }
}

#[test]
fn floating_point_passes_unchanged_even_beyond_full_scale() {
    let samples = [0.0, -1.5, 3.25, f32::NAN, f32::INFINITY, 1e-30];
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let recording = decode_bytes("f32.wav", wav(&WavFormat::float(1, RATE, 32), &data)).unwrap();
    let bits = |samples: &[f32]| samples.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&recording.samples), bits(&samples));

    let data: Vec<u8> = [0.25f64, -2.0].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let recording = decode_bytes("f64.wav", wav(&WavFormat::float(1, RATE, 64), &data)).unwrap();
    assert_eq!(recording.samples, [0.25, -2.0]);
}

#[test]
fn companded_telephone_sound() {
    // A-law 0xd5 and µ-law 0xff are the smallest positive values; 0xaa and 0x80 the largest.
    let a_law = WavFormat { tag: 6, channels: 1, rate: 8_000, bits: 8 };
    let recording = decode_bytes("a.wav", wav(&a_law, &[0xd5, 0xaa, 0x2a])).unwrap();
    assert_close(&recording.samples, &normalised(&[8, 32_256, -32_256]), 1e-6);
    // The samples have 8 bits, whatever the header says.
    let mut wrong = wav(&a_law, &[0xd5, 0xaa, 0x2a]);
    wrong[34] = 16;
    assert_eq!(decode_bytes("a.wav", wrong).unwrap(), recording);
    let mu_law = WavFormat { tag: 7, channels: 1, rate: 8_000, bits: 8 };
    let recording = decode_bytes("mu.wav", wav(&mu_law, &[0xff, 0x80, 0x00])).unwrap();
    assert_close(&recording.samples, &normalised(&[0, 32_124, -32_124]), 1e-6);
}

#[test]
fn ima_adpcm_blocks() {
    // One block: a header with predictor 1,000 and step index 0, then nibbles of zero, each of
    // which adds an eighth of the smallest step, 7: nothing.
    let (block, frames) = (36u16, 65u16);
    let mut fmt = Vec::new();
    for value in [0x11, 1] {
        fmt.extend(u16::to_le_bytes(value));
    }
    fmt.extend(RATE.to_le_bytes());
    fmt.extend((RATE * u32::from(block) / u32::from(frames)).to_le_bytes());
    for value in [block, 4, 2, frames] {
        fmt.extend(value.to_le_bytes());
    }
    let mut data = 1_000i16.to_le_bytes().to_vec();
    data.resize(usize::from(block), 0);
    let file = riff_wave(&fmt, &data, data.len() as u32);
    let recording = decode_bytes("ima.wav", file).unwrap();
    assert_close(&recording.samples, &normalised(&vec![1_000; usize::from(frames)]), 1e-6);
}

/// Returns the body of a `fmt ` chunk of PCM.
fn pcm_fmt(channels: u16, bytes_per_second: u32, block: u16, bits: u16) -> Vec<u8> {
    let mut fmt = 1u16.to_le_bytes().to_vec();
    fmt.extend(channels.to_le_bytes());
    fmt.extend(RATE.to_le_bytes());
    fmt.extend(bytes_per_second.to_le_bytes());
    fmt.extend(block.to_le_bytes());
    fmt.extend(bits.to_le_bytes());
    fmt
}

#[test]
fn bits_override_a_wrong_block_size_of_wav() {
    let signal = tone(RATE, 440.0, 1_000);
    for (channels, block) in
        [(1u16, 0u16), (1, 1), (1, 3), (1, 4), (1, 8), (2, 0), (2, 1), (2, 2), (2, 3), (2, 8)]
    {
        let repeated = |&sample: &i16| std::iter::repeat_n(sample, usize::from(channels));
        let data = bytes_of(&signal.iter().flat_map(repeated).collect::<Vec<_>>());
        let fmt = pcm_fmt(channels, 2 * u32::from(channels) * RATE, block, 16);
        let recording = decode_bytes("a.wav", riff_wave(&fmt, &data, data.len() as u32)).unwrap();
        assert_eq!(recording.warnings, [], "{channels} channels, {block} bytes");
        assert_close(&recording.samples, &normalised(&signal), 1e-6);
    }
}

#[test]
fn samples_of_wav_may_be_stored_in_more_bytes_than_they_have() {
    let signal = tone(RATE, 440.0, 1_000);
    let long: Vec<u8> =
        signal.iter().flat_map(|&sample| (i32::from(sample) << 16).to_le_bytes()).collect();
    let plain = pcm_fmt(1, 4 * RATE, 4, 24);
    // The extensible form has its own field for that, so the bytes per second do not matter.
    let mut extensible = pcm_fmt(1, 3 * RATE, 4, 24);
    extensible[..2].copy_from_slice(&[0xfe, 0xff]);
    extensible.extend([22, 0, 24, 0, 4, 0, 0, 0]);
    extensible.extend(b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    for fmt in [plain, extensible] {
        let recording = decode_bytes("a.wav", riff_wave(&fmt, &long, long.len() as u32)).unwrap();
        assert_eq!(recording.warnings, []);
        assert_close(&recording.samples, &normalised(&signal), 0.0);
    }
    // 20 bits in 24.
    let three: Vec<u8> =
        long.as_chunks::<4>().0.iter().flat_map(|&[_, a, b, c]| [a, b, c]).collect();
    let fmt = pcm_fmt(1, 3 * RATE, 3, 20);
    let recording = decode_bytes("a.wav", riff_wave(&fmt, &three, three.len() as u32)).unwrap();
    assert_close(&recording.samples, &normalised(&signal), 0.0);
}

#[test]
fn channels_are_averaged() {
    let frames: Vec<i16> = (0..2_000).flat_map(|n| [2 * n, 3 * n, 4 * n]).collect();
    let file = wav(&WavFormat::pcm(3, 48_000, 16), &bytes_of(&frames));
    let recording = decode_bytes("three.wav", file).unwrap();
    let expected: Vec<f32> = (0..2_000).map(|n| 3.0 * n as f32 / 32_768.0).collect();
    assert_eq!(recording.sample_rate, 48_000);
    assert_close(&recording.samples, &expected, 1e-6);
}

#[test]
fn aiff_and_flac_are_lossless() {
    let signal = tone(44_100, 1_000.0, 10_000);
    for (name, file) in
        [("tone.aiff", crate::common::aiff(44_100, &signal)), ("tone.flac", flac(44_100, &signal))]
    {
        let recording = decode_bytes(name, file).unwrap();
        assert_eq!(recording.sample_rate, 44_100, "{name}");
        assert_close(&recording.samples, &normalised(&signal), 0.0);
    }
}

#[test]
fn mp3_frames() {
    let recording = decode_bytes("silence.mp3", crate::common::silent_mp3(20)).unwrap();
    assert_eq!(recording.sample_rate, 44_100);
    assert_eq!(recording.samples.len(), 20 * 1_152);
    assert!(recording.samples.iter().all(|&sample| sample == 0.0));
}

#[test]
fn the_content_determines_the_format_not_the_extension() {
    let file = wav(&WavFormat::pcm(1, RATE, 16), &bytes_of(&tone(RATE, 440.0, 100)));
    for name in ["sound", "sound.mp3", "sound.ogg", "sound.txt"] {
        assert_eq!(decode_bytes(name, file.clone()).unwrap().samples.len(), 100, "{name}");
    }
}

#[test]
fn a_file_on_disk_equals_its_bytes() {
    let file = flac(RATE, &tone(RATE, 440.0, 5_000));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tone.flac");
    std::fs::write(&path, &file).unwrap();
    let recording = decode(&path).unwrap();
    assert!((recording.duration_seconds() - 5_000.0 / 22_050.0).abs() < 1e-9);
    assert_eq!(recording, decode_bytes("tone.flac", file).unwrap());
    assert!(EXTENSIONS.contains(&"flac") && EXTENSIONS.is_sorted());
}

/// Vorbis cannot be synthesised in a few lines, so this test uses the shared recordings, for which
/// a table states the lengths: the last page's granule position must trim the last block.
#[test]
fn vorbis_ends_at_the_length_in_its_last_page() {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/UrbanSound8K");
    let Ok(table) = std::fs::read_to_string(root.join("metadata/UrbanSound8K.csv")) else {
        // Written directly to stderr, because the harness hides the output of passing tests.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: no shared/data beside the repository, so no vorbis recording\n",
        );
        return;
    };
    let mut checked = 0;
    for row in table.lines().skip(1).step_by(97) {
        let fields: Vec<&str> = row.split(',').collect();
        let (start, end): (f64, f64) = (fields[2].parse().unwrap(), fields[3].parse().unwrap());
        let stem = fields[0].trim_end_matches(".wav");
        let path = root.join(format!("audio/fold{}/{stem}.ogg", fields[5]));
        if !path.exists() {
            continue;
        }
        let seconds = decode(&path).unwrap().duration_seconds();
        assert!((seconds - (end - start)).abs() < 0.002, "{stem}: {seconds}, not {}", end - start);
        checked += 1;
    }
    assert!(checked > 0, "the table names no recording that is there");
}
