//! Codecs that are not read, or only in part: their errors say so.

use std::io::Cursor;

use crate::common::mkv::{Track, mkv};
use crate::common::ogg::page;
use sourcing_sound_decode::{DecodeErrorKind, Decoder, decode_bytes};

const RATE: u32 = 48_000;

/// Returns the three headers of Vorbis. The last one has no contents, which no container reads.
fn vorbis_headers(channels: u8) -> [Vec<u8>; 3] {
    let mut ident = b"\x01vorbis\0\0\0\0".to_vec();
    ident.push(channels);
    ident.extend(RATE.to_le_bytes());
    ident.extend([0; 12]);
    ident.extend([0xb8, 1]);
    let comment = b"\x03vorbis\0\0\0\0\0\0\0\0\x01".to_vec();
    [ident, comment, b"\x05vorbis\0\0\0\0\0\0".to_vec()]
}

/// Returns the errors of a file and of the same file from a pipe.
fn errors(name: &str, file: Vec<u8>) -> [sourcing_sound_decode::DecodeError; 2] {
    let piped = Decoder::from_reader(name, Cursor::new(file.clone())).err().unwrap();
    [decode_bytes(name, file).unwrap_err(), piped]
}

#[test]
fn vorbis_with_more_than_two_channels_is_refused_in_every_container() {
    for channels in [3, 6, 255] {
        let [ident, comment, setup] = vorbis_headers(channels);
        let ogg = [
            page(2, 0, 0, &ident),
            page(0, 0, 1, &comment),
            page(0, 0, 2, &setup),
            page(4, 1_024, 3, &[0; 40]),
        ]
        .concat();
        let lengths = [2, ident.len() as u8, comment.len() as u8];
        let private = [&lengths[..], &ident, &comment, &setup].concat();
        // The container may claim another number.
        let track =
            Track { codec: "A_VORBIS", private: &private, rate: RATE, channels: 2, bits: 16 };
        let mka = mkv(&track, 1_000.0, &[(0, vec![0; 40])]);
        for error in [errors("a.ogg", ogg), errors("a.mka", mka)].into_iter().flatten() {
            assert!(matches!(error.kind(), DecodeErrorKind::Unsupported { .. }), "{error}");
            let named = format!("{channels} channels; convert it");
            assert!(error.to_string().contains(&named), "{error}");
        }
    }
}

#[test]
fn codecs_of_matroska_that_are_not_read_are_named() {
    for (codec, bits) in [("A_PCM/INT/LIT", 8), ("A_MS/ACM", 4), ("A_QUICKTIME", 16)] {
        let track = Track { codec, private: &[], rate: RATE, channels: 1, bits };
        for error in errors("a.mka", mkv(&track, 1_000.0, &[(0, vec![0; 40])])) {
            assert_eq!(error.code(), "audio-unsupported");
            assert!(error.to_string().contains(&format!("with the codec {codec}")), "{error}");
        }
    }
}

#[test]
fn opus_with_channels_without_positions_is_unsupported() {
    let head = b"OpusHead\x01\x03\0\0\x80\xbb\0\0\0\0\xff\x03\0\0\x01\x02";
    let tags = b"OpusTags\0\0\0\0\0\0\0\0";
    let file = [page(2, 0, 0, head), page(0, 0, 1, tags), page(4, 960, 2, &[0; 40])].concat();
    for error in errors("a.opus", file) {
        assert_eq!(error.code(), "audio-unsupported", "{error}");
    }
}
