//! Recordings read from the middle on, and from a reader that is not a file.

use std::io::Cursor;

use crate::common::flac::{BLOCK, flac};
use crate::common::{WavFormat, tone, wav};
use sourcing_sound_decode::{Channel, Decoder};

const RATE: u32 = 8_000;
const FRAMES: usize = 40_000;

/// Returns a stereo wav in which all frames are different.
fn stereo() -> Vec<u8> {
    let data: Vec<u8> = (0..FRAMES as i32)
        .flat_map(|frame| [frame - 20_000, 20_000 - frame])
        .flat_map(|sample| (sample as i16).to_le_bytes())
        .collect();
    wav(&WavFormat::pcm(2, RATE, 16), &data)
}

fn samples(mut decoder: Decoder) -> Vec<f32> {
    let mut all = Vec::new();
    while let Some(block) = decoder.next_block().unwrap() {
        all.extend_from_slice(block);
    }
    assert_eq!(decoder.warnings(), []);
    all
}

#[test]
fn skipping_the_start_does_not_shorten_the_end() {
    let whole = samples(Decoder::from_bytes("x.wav", stereo()).unwrap());
    assert_eq!(whole.len(), 2 * FRAMES);
    for frame in [0, 1, 8_191, 8_192, 8_193, 20_000, FRAMES - 1] {
        let mut decoder = Decoder::from_bytes("x.wav", stereo()).unwrap();
        decoder.skip_to(frame as f64 / f64::from(RATE)).unwrap();
        assert_eq!(samples(decoder), whole[2 * frame..], "from frame {frame}");
    }
}

/// The caller can stop, however long it takes.
#[test]
fn skipped_sound_comes_as_empty_blocks() {
    let file = flac(RATE, &tone(RATE, 440.0, 20 * BLOCK));
    let whole = samples(Decoder::from_bytes("x.flac", file.clone()).unwrap());
    let from = 10 * BLOCK + 5;
    let open = || {
        let mut decoder = Decoder::from_bytes("x.flac", file.clone()).unwrap();
        decoder.skip_to(from as f64 / f64::from(RATE)).unwrap();
        decoder
    };
    let (mut empty, mut rest) = (0, Vec::new());
    let mut decoder = open();
    while let Some(block) = decoder.next_block().unwrap() {
        empty += usize::from(block.is_empty());
        rest.extend_from_slice(block);
    }
    assert_eq!((empty, &rest[..]), (10, &whole[from..]));
    let (mut empty, mut rest) = (0, Vec::new());
    let mut mono = open().mono(Channel::Mix).unwrap();
    while let Some(block) = mono.next_block().unwrap() {
        empty += usize::from(block.is_empty());
        rest.extend_from_slice(block);
    }
    assert_eq!((empty, &rest[..]), (10, &whole[from..]));
}

#[test]
fn a_reader_of_known_length_is_read_like_a_file() {
    let bytes = stereo();
    let length = bytes.len() as u64;
    let open = || Decoder::from_seekable("x.wav", Cursor::new(bytes.clone()), length).unwrap();
    let whole = samples(Decoder::from_bytes("x.wav", bytes.clone()).unwrap());
    assert_eq!(samples(open()), whole);
    let mut decoder = open();
    decoder.skip_to(2.5).unwrap();
    assert_eq!(samples(decoder), whole[2 * 20_000..]);
}
