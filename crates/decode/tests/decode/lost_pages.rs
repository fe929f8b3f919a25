//! Ogg files with a page missing or damaged, wherever it is.

use std::io::Cursor;

use crate::common::Lcg;
use crate::common::flac::BLOCK;
use crate::common::ogg::{flac_pages, opus_pages};
use sourcing_sound_decode::{Decoder, Warning};

const RATE: u32 = 48_000;

/// Pages of headers.
const HEADERS: usize = 2;

/// Samples of a packet of Opus.
const PACKET: usize = 960;

/// Returns the samples and the warnings, the same from a pipe.
fn decoded(file: &[u8]) -> (Vec<f32>, Vec<Warning>) {
    let of = |mut decoder: Decoder| {
        let mut samples = Vec::new();
        while let Some(block) = decoder.next_block().unwrap() {
            samples.extend_from_slice(block);
        }
        (samples, decoder.warnings().to_vec())
    };
    let found = of(Decoder::from_bytes("a.ogg", file.to_vec()).unwrap());
    let piped = of(Decoder::from_reader("a.ogg", Cursor::new(file.to_vec())).unwrap());
    assert!(found == piped, "{:?}, from a pipe {:?}", found.1, piped.1);
    found
}

/// Returns the file without a page, and with that page damaged.
fn broken(pages: &[Vec<u8>], number: usize) -> [Vec<u8>; 2] {
    let without = [&pages[..number], &pages[number + 1..]].concat();
    let mut damaged = pages.to_vec();
    let middle = damaged[number].len() / 2;
    damaged[number][middle] ^= 0x55;
    [without.concat(), damaged.concat()]
}

/// Asserts that one part is reported as damaged, and begins at about this second.
fn assert_damaged(warnings: &[Warning], time: f64, slack: f64) {
    let [Warning::Damaged { parts: 1, first }] = warnings else { panic!("{warnings:?}") };
    assert!((first - time).abs() <= slack, "{first}, not {time}");
}

#[test]
fn a_lost_page_of_flac_becomes_silence_in_its_place() {
    let mut noise = Lcg(5);
    let sound: Vec<i16> = (0..30 * BLOCK + 500).map(|_| noise.next_u32() as i16 | 1).collect();
    let whole: Vec<f32> = sound.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    // A packet has 9 segments: pages with several packets, with one, and with parts of one.
    for segments in [36, 27, 20, 9, 5, 3] {
        let pages = flac_pages(RATE, &sound, segments);
        assert_eq!(decoded(&pages.concat()), (whole.clone(), Vec::new()), "{segments} segments");
        for number in HEADERS..pages.len() - 1 {
            for file in broken(&pages, number) {
                let (found, warnings) = decoded(&file);
                let case = format!("page {number} of {} with {segments} segments", pages.len());
                // The last packet, of 500 samples, begins in it and ends in the last page.
                if found.len() == 30 * BLOCK {
                    assert!(number + 2 == pages.len(), "{case}");
                    let [Warning::CutOff { promised, .. }] = warnings[..] else {
                        panic!("{case}: {warnings:?}");
                    };
                    assert_eq!(promised, whole.len() as u64, "{case}");
                    continue;
                }
                assert_eq!(found.len(), whole.len(), "{case}");
                let mut lost = 0;
                for (at, (found, whole)) in found.chunks(BLOCK).zip(whole.chunks(BLOCK)).enumerate()
                {
                    if found != whole {
                        assert!(found.iter().all(|&sample| sample == 0.0), "{case}: block {at}");
                        lost += 1;
                    }
                }
                assert!((1..=segments.div_ceil(9) + 1).contains(&lost), "{case}: {lost} lost");
                let time = (number - HEADERS) as f64 * segments as f64 / 9.0 * BLOCK as f64;
                assert_damaged(&warnings, time / f64::from(RATE), BLOCK as f64 / f64::from(RATE));
            }
        }
    }
}

#[test]
fn a_lost_page_of_opus_becomes_silence_in_its_place() {
    let mut noise = Lcg(3);
    let sound: Vec<f32> =
        (0..RATE).map(|_| noise.next_u32() as f32 / u32::MAX as f32 - 0.5).collect();
    let pages = opus_pages(&sound, |_, end| end);
    let (whole, warnings) = decoded(&pages.concat());
    assert_eq!((whole.len(), warnings), (sound.len(), Vec::new()));
    for number in HEADERS..pages.len() - 1 {
        for file in broken(&pages, number) {
            let (found, warnings) = decoded(&file);
            assert_eq!(found.len(), whole.len(), "page {number}");
            let start = ((number - HEADERS) * PACKET).saturating_sub(312);
            assert_damaged(&warnings, start as f64 / f64::from(RATE), 0.001);
            assert!(found[..start] == whole[..start], "page {number}");
            // The page before the last: how much of the last one is padding is not known.
            if number + 2 < pages.len() {
                let end = (number + 1 - HEADERS) * PACKET - 312;
                assert!(found[start..end].iter().all(|&sample| sample == 0.0), "page {number}");
                // The decoder finds its way back within a few packets.
                for at in (end + 4 * PACKET..whole.len().saturating_sub(PACKET)).step_by(PACKET) {
                    let product =
                        |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
                    let (a, b) = (&found[at..at + PACKET], &whole[at..at + PACKET]);
                    let alike = product(a, b) / (product(a, a) * product(b, b)).sqrt();
                    assert!(alike > 0.9, "page {number}: {alike} at {at}");
                }
            }
        }
    }
}

/// As in the same recording twice: nothing distinguishes its parts but their order.
#[test]
fn a_lost_page_of_the_second_recording_in_a_file_is_not_one_of_the_first() {
    let mut noise = Lcg(8);
    let sound: Vec<i16> = (0..20 * BLOCK).map(|_| noise.next_u32() as i16 | 1).collect();
    let pages = flac_pages(RATE, &sound, 27);
    for number in HEADERS..pages.len() - 1 {
        for second in broken(&pages, number) {
            let (found, warnings) = decoded(&[pages.concat(), second].concat());
            assert_eq!(found.len(), 2 * sound.len(), "page {number}");
            let time = (sound.len() + (number - HEADERS) * 3 * BLOCK) as f64 / f64::from(RATE);
            assert_damaged(&warnings, time, 0.001);
        }
    }
}
