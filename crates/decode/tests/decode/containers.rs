//! Containers with headers that this crate reads itself, pipes, and positions to start from.

use std::io::Cursor;

use crate::common::ogg::{opus, opus_pages, opus_with_gain};
use crate::common::{WavFormat, bytes_of, tone, wav};
use sourcing_sound_decode::{Channel, Decoder, RawFormat, RawSamples, Warning};

const RATE: u32 = 48_000;
const FRAMES: usize = 20_000;

/// Returns all samples, channels interleaved, and the warnings.
fn all(mut decoder: Decoder) -> (Vec<f32>, Vec<Warning>) {
    let mut samples = Vec::new();
    while let Some(block) = decoder.next_block().unwrap() {
        samples.extend_from_slice(block);
    }
    (samples, decoder.warnings().to_vec())
}

fn of_bytes(name: &str, bytes: Vec<u8>) -> (Vec<f32>, Vec<Warning>) {
    all(Decoder::from_bytes(name, bytes).unwrap())
}

fn of_pipe(name: &str, bytes: Vec<u8>) -> (Vec<f32>, Vec<Warning>) {
    all(Decoder::from_reader(name, Cursor::new(bytes)).unwrap())
}

fn signal() -> Vec<i16> {
    tone(RATE, 440.0, FRAMES)
}

fn expected() -> Vec<f32> {
    signal().iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

fn big_endian(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_be_bytes()).collect()
}

/// Returns an RF64 or BW64 file that states this length of the data in `ds64`.
fn rf64(name: &[u8; 4], data: &[u8], stated: u64) -> Vec<u8> {
    let mut file = name.to_vec();
    file.extend(u32::MAX.to_le_bytes());
    file.extend(b"WAVEds64");
    file.extend(28u32.to_le_bytes());
    for length in [stated + 72, stated, stated / 2] {
        file.extend(length.to_le_bytes());
    }
    file.extend(0u32.to_le_bytes());
    let plain = wav(&WavFormat::pcm(1, RATE, 16), data);
    // From the fmt chunk up to the length of the data.
    file.extend(&plain[12..40]);
    file.extend(u32::MAX.to_le_bytes());
    file.extend(data);
    file
}

fn w64(data: &[u8]) -> Vec<u8> {
    let rest = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let mut chunk = [&name[..], rest].concat();
        chunk.extend((24 + body.len() as u64).to_le_bytes());
        chunk.extend(body);
        chunk.resize(chunk.len().next_multiple_of(8), 0);
        chunk
    };
    let mut file = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00".to_vec();
    file.extend(0u64.to_le_bytes());
    file.extend([&b"wave"[..], rest].concat());
    file.extend(chunk(b"junk", &[1; 13]));
    file.extend(chunk(b"fmt ", &wav(&WavFormat::pcm(1, RATE, 16), &[])[20..36]));
    file.extend(chunk(b"data", data));
    file
}

/// Returns what ffmpeg writes to a pipe: the largest length.
fn piped_w64(data: &[u8]) -> Vec<u8> {
    let mut file = w64(data);
    let length = file.len() - data.len() - 8;
    file[length..length + 8].copy_from_slice(&i64::MAX.to_le_bytes());
    file
}

/// Returns what SoX writes to a pipe.
fn piped_aiff() -> Vec<u8> {
    let mut file = crate::common::aiff(RATE, &signal());
    file[4..8].copy_from_slice(&0x7f00_0050u32.to_be_bytes());
    let length = file.len() - 2 * FRAMES - 12;
    file[length..length + 4].copy_from_slice(&0x7f00_0008u32.to_be_bytes());
    file
}

fn au(data: &[u8], stated: u32) -> Vec<u8> {
    let mut file = b".snd".to_vec();
    for field in [28, stated, 3, RATE, 1] {
        file.extend(u32::to_be_bytes(field));
    }
    file.extend(b"note");
    file.extend(data);
    file
}

fn caf(data: &[u8], flags: u32, stated: i64) -> Vec<u8> {
    let mut file = b"caff\0\x01\0\0desc".to_vec();
    file.extend(32u64.to_be_bytes());
    file.extend(f64::from(RATE).to_be_bytes());
    file.extend(b"lpcm");
    for field in [flags, 2, 1, 1, 16] {
        file.extend(u32::to_be_bytes(field));
    }
    file.extend(b"free\0\0\0\0\0\0\0\x03abcdata");
    file.extend(stated.to_be_bytes());
    file.extend([0; 4]);
    file.extend(data);
    file
}

#[test]
fn containers_give_their_samples_from_files_and_from_pipes() {
    let (little, big) = (bytes_of(&signal()), big_endian(&signal()));
    let length = little.len() as u64;
    let files = [
        ("rf64.wav", rf64(b"RF64", &little, length)),
        ("bw64.wav", rf64(b"BW64", &little, length)),
        // Not filled in, because the recorder lost power.
        ("rf64-zero.wav", rf64(b"RF64", &little, 0)),
        ("sound.w64", w64(&little)),
        ("piped.w64", piped_w64(&little)),
        ("piped.aiff", piped_aiff()),
        ("sound.au", au(&big, big.len() as u32)),
        ("piped.au", au(&big, u32::MAX)),
        ("big.caf", caf(&big, 0, big.len() as i64 + 4)),
        ("little.caf", caf(&little, 2, little.len() as i64 + 4)),
        ("open.caf", caf(&little, 2, -1)),
    ];
    for (name, file) in files {
        assert_eq!(of_bytes(name, file.clone()), (expected(), Vec::new()), "{name}");
        assert_eq!(of_pipe(name, file), (expected(), Vec::new()), "{name}, from a pipe");
    }
}

#[test]
fn truncated_containers_give_what_they_contain() {
    let (little, big) = (bytes_of(&signal()), big_endian(&signal()));
    let length = little.len();
    let files = [
        ("rf64.wav", rf64(b"RF64", &little, length as u64)),
        ("sound.w64", w64(&little)),
        ("sound.au", au(&big, length as u32)),
        ("sound.caf", caf(&big, 0, length as i64 + 4)),
        ("sound.aiff", crate::common::aiff(RATE, &signal())),
    ];
    for (name, mut file) in files {
        // W64's chunks are padded, which none of these lengths needs.
        file.truncate(file.len() - length / 2 - 1);
        let (samples, warnings) = of_bytes(name, file);
        let found = (FRAMES / 2 - 1) as u64;
        assert_eq!(samples, expected()[..found as usize], "{name}");
        let cut_off = Warning::CutOff { promised: FRAMES as u64, found, sample_rate: RATE };
        assert_eq!(warnings, [cut_off], "{name}");
    }
}

#[test]
fn raw_samples_need_no_header() {
    let samples = RawSamples::S16Le;
    let format = RawFormat { sample_rate: RATE, channels: 2, samples };
    let mut bytes = bytes_of(&signal());
    bytes.push(7);
    let decoder = Decoder::from_raw("-", Cursor::new(bytes), format).unwrap();
    assert_eq!((decoder.channels(), decoder.sample_rate()), (2, RATE));
    assert_eq!(all(decoder), (expected(), Vec::new()));
    let none = RawFormat { channels: 0, ..format };
    let error = Decoder::from_raw("-", Cursor::new(vec![0; 8]), none).err().unwrap();
    assert_eq!(error.code(), "audio-corrupt");
}

#[test]
fn decoding_can_begin_later() {
    let file = wav(&WavFormat::pcm(2, RATE, 16), &bytes_of(&signal()));
    let whole = expected();
    for frame in [0, 1, 8_191, 8_192, 9_000, FRAMES / 2 - 1, FRAMES] {
        let rest = &whole[(2 * frame).min(FRAMES)..];
        let seconds = frame as f64 / f64::from(RATE);
        let mut decoder = Decoder::from_bytes("late.wav", file.clone()).unwrap();
        decoder.skip_to(seconds).unwrap();
        assert_eq!(all(decoder).0, rest, "from {frame}");
        let mut decoder = Decoder::from_reader("late.wav", Cursor::new(file.clone())).unwrap();
        decoder.skip_to(seconds).unwrap();
        assert_eq!(all(decoder).0, rest, "from {frame} of a pipe");
    }
}

#[test]
fn a_channel_can_be_chosen() {
    let file = wav(&WavFormat::pcm(2, RATE, 16), &bytes_of(&signal()));
    let right: Vec<f32> = expected().into_iter().skip(1).step_by(2).collect();
    let decoder = Decoder::from_bytes("two.wav", file.clone()).unwrap();
    let mut mono = decoder.mono(Channel::Number(1)).unwrap();
    let mut samples = Vec::new();
    while let Some(block) = mono.next_block().unwrap() {
        samples.extend_from_slice(block);
    }
    assert_eq!((samples, mono.warnings()), (right, Vec::new()));
    let decoder = Decoder::from_bytes("two.wav", file).unwrap();
    let error = decoder.mono(Channel::Number(2)).err().unwrap();
    assert_eq!(error.code(), "audio-unsupported");
}

#[test]
fn a_recording_may_state_when_it_began() {
    let plain = wav(&WavFormat::pcm(1, RATE, 16), &bytes_of(&signal()));
    let mut bext = vec![0; 602];
    bext[320..338].copy_from_slice(b"2023-02-1406:30:05");
    let mut file = plain[..12].to_vec();
    file.extend(b"bext");
    file.extend((bext.len() as u32).to_le_bytes());
    file.extend(&bext);
    file.extend(&plain[12..]);
    let decoder = Decoder::from_bytes("field.wav", file).unwrap();
    assert_eq!(decoder.start_time(), Some("2023-02-14T06:30:05"));
    assert_eq!(all(decoder).0, expected());
    assert_eq!(Decoder::from_bytes("plain.wav", plain).unwrap().start_time(), None);
}

#[test]
fn opus_has_the_length_and_the_times_of_its_source() {
    let mut sound = vec![0.0; 2 * RATE as usize];
    for (n, sample) in sound[RATE as usize..].iter_mut().take(4_800).enumerate() {
        *sample = 0.5 * (n as f32 * 0.2).sin();
    }
    let file = opus(&sound);
    for (samples, warnings) in [of_bytes("voice.opus", file.clone()), of_pipe("-", file)] {
        assert_eq!((samples.len(), warnings), (sound.len(), Vec::new()));
        let onset = samples.iter().position(|sample| sample.abs() > 0.1).unwrap();
        assert!(onset.abs_diff(RATE as usize) < 480, "{onset}");
    }
}

#[test]
fn the_gain_of_opus_is_applied() {
    let sound = noise();
    let plain = of_bytes("plain.opus", opus(&sound)).0;
    for decibels in [-60i16, -6, 0, 1, 20] {
        let factor = 10f32.powf(f32::from(decibels) / 20.0);
        let (samples, warnings) = of_bytes("gain.opus", opus_with_gain(&sound, 256 * decibels));
        assert_eq!((samples.len(), warnings), (plain.len(), Vec::new()));
        for (sample, plain) in samples.iter().zip(&plain) {
            let expected = plain * factor;
            assert!((sample - expected).abs() <= 1e-5 * factor, "{sample}, not {expected}");
        }
    }
}

/// Returns noise in which every position of two seconds is unique.
fn noise() -> Vec<f32> {
    let mut noise = crate::common::Lcg(3);
    (0..2 * RATE).map(|_| noise.next_u32() as f32 / u32::MAX as f32 - 0.5).collect()
}

/// Returns where `samples` continue in `expected`, as the number of samples that `expected` is
/// ahead.
fn ahead(samples: &[f32], expected: &[f32], at: usize) -> usize {
    let part = &samples[at..at + 400];
    let likeness = |shift: &usize| -> f32 {
        part.iter().zip(&expected[at + shift..]).map(|(a, b)| a * b).sum()
    };
    (0..2 * 960 + 1).max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap()
}

/// Encoders miscount, as in the page before the last of ESC-10's 2-77945-A.
#[test]
fn a_wrong_count_in_ogg_is_not_a_loss() {
    let sound = noise();
    let whole = of_bytes("whole.opus", opus(&sound)).0;
    let jump = |from: usize, to: usize, by: u64| {
        opus_pages(&sound, |n, end| if (from..to).contains(&n) { end + by } else { end }).concat()
    };
    for file in [
        // In the page before the last, in one in the middle, and from one page to the end.
        jump(99, 100, 47_040),
        jump(50, 51, 47_040),
        jump(50, 100, 96_000),
        jump(50, 51, 1 << 40),
    ] {
        for (samples, warnings) in [of_bytes("a.opus", file.clone()), of_pipe("-", file.clone())] {
            assert_eq!(warnings, []);
            // If the last page seems to end before it begins, its samples do not count.
            assert!(whole.len() - samples.len() <= 312, "{}", samples.len());
            assert!(whole.starts_with(&samples));
        }
    }
}

#[test]
fn lost_and_damaged_pages_of_ogg_become_silence_of_their_length() {
    let sound = noise();
    let whole = of_bytes("whole.opus", opus(&sound)).0;
    let pages = opus_pages(&sound, |_, end| end);
    let lost = [&pages[..40], &pages[60..]].concat();
    let mut damaged = pages.clone();
    for page in &mut damaged[40..60] {
        page[30] ^= 0x55;
    }
    // A count that is wrong later is no loss either.
    let wrong = opus_pages(&sound, |n, end| if n == 80 { end + 47_040 } else { end });
    let both = [&wrong[..40], &wrong[60..]].concat();
    for file in [lost, damaged, both] {
        for (samples, warnings) in [of_bytes("a.opus", file.concat()), of_pipe("-", file.concat())]
        {
            let [Warning::Damaged { parts: 1, first }] = warnings[..] else {
                panic!("{warnings:?}");
            };
            assert!((first - 0.78).abs() < 0.05, "{first}");
            assert_eq!(samples.len(), whole.len());
            assert!(samples[..35 * 960] == whole[..35 * 960]);
            assert_eq!(ahead(&samples, &whole, 70 * 960), 0);
        }
    }
}

/// Returns the lengths of a truncated recording, in samples; `None` if its end is only known to be
/// damaged.
fn broken_off(number: usize, warnings: &[Warning]) -> Option<(u64, u64)> {
    assert!(warnings.iter().all(Warning::is_loss));
    match warnings {
        [Warning::CutOff { promised, found, sample_rate: RATE }] => Some((*promised, *found)),
        [Warning::BrokenOff { .. }] => None,
        _ => panic!("file {number}: {warnings:?}"),
    }
}

#[test]
fn an_ogg_file_that_is_damaged_up_to_its_end_breaks_off_there() {
    let sound = noise();
    let whole = of_bytes("whole.opus", opus(&sound)).0;
    let pages = opus_pages(&sound, |_, end| end);
    let (good, rest) = (pages[..50].concat(), pages[50..].concat());
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut pages = pages.clone();
        pages[50..].iter_mut().for_each(change);
        pages.concat()
    };
    let mut noise = crate::common::Lcg(11);
    let zeros = |count: usize| [&good[..], &vec![0; count]].concat();
    // Whether the length is known: from the headers of pages, if they are reliable.
    let files = [
        (damaged(&|page| page[40] ^= 0x55), true),
        (damaged(&|page| page[20] ^= 0x55), true),
        (damaged(&|page| page[26] = 0), true),
        (damaged(&|page| page[4] = 1), false),
        // A position beyond anything that so few bytes may contain.
        (damaged(&|page| page[11] = 0x55), false),
        (zeros(rest.len()), false),
        (zeros(10), false),
        (zeros(300_000), false),
        ([&good[..], &noise.bytes(300_000)].concat(), false),
    ];
    for (number, (file, is_known)) in files.into_iter().enumerate() {
        for (samples, warnings) in [of_bytes("a.opus", file.clone()), of_pipe("-", file.clone())] {
            assert!(whole.starts_with(&samples) && samples.len().abs_diff(48 * 960) <= 960);
            let lengths = broken_off(number, &warnings);
            let found = samples.len() as u64;
            assert_eq!(lengths.map(|(_, found)| found), is_known.then_some(found), "{warnings:?}");
            if let Some((promised, _)) = lengths {
                assert!(promised.abs_diff(whole.len() as u64) <= 960, "{promised}");
            }
        }
    }
    // The table of segments of a page near the end: the page seems longer than what follows it.
    let mut table = pages.clone();
    table[98][26] = 255;
    let (samples, warnings) = of_bytes("a.opus", table.concat());
    assert!(whole.starts_with(&samples) || !warnings.is_empty());
    broken_off(98, &warnings);
    // And the positions of the pages in it run backwards, or overflow.
    for position in [0, 1, u64::MAX - 1] {
        let mut pages = opus_pages(&sound, |n, end| if n > 97 { position } else { end });
        pages[98][26] = 255;
        let (_, warnings) = of_bytes("a.opus", pages.concat());
        broken_off(99, &warnings);
    }
}

#[test]
fn an_ogg_file_that_just_ends_is_not_damaged() {
    let pages = opus_pages(&noise(), |_, end| end);
    let whole = pages.concat();
    let start = pages[..50].concat().len();
    let cuts = [start, start + 1, start + 20, start + 30, start + pages[50].len() - 1];
    let mut files: Vec<Vec<u8>> = cuts.iter().map(|&cut| whole[..cut].to_vec()).collect();
    // What follows the last page is not sound.
    files.push([&whole[..], b"TAG of another program"].concat());
    files.push([&whole[..], &[0; 100_000]].concat());
    for file in files {
        for (samples, warnings) in [of_bytes("a.opus", file.clone()), of_pipe("-", file.clone())] {
            assert!(!samples.is_empty() && warnings.is_empty(), "{warnings:?}");
        }
    }
}
