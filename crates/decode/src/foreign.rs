//! Recognises unsupported formats by their first bytes. Given enough bytes, any of them contains
//! something that looks like the start of an mp3, so they are recognised before anything is tried.

/// How many bytes of a file are examined.
pub(crate) const START_BYTES: usize = 48;

/// The offset and the bytes that identify a format, and its name.
const FORMATS: &[(usize, &[u8], &str)] = &[
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"TTA1", "True Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"DSD ", "DSD"),
    (0, b"FRM8", "DSD"),
    (0, b"#!AMR", "AMR"),
    (0, b"Creative Voice File", "Creative Voice"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media"),
    (0, b"\x0b\x77", "AC-3"),
    (0, b"\x7f\xfe\x80\x01", "DTS"),
    (0, b".RMF", "RealMedia"),
    (0, b"FLV\x01", "Flash Video"),
    (0, b"MThd", "MIDI"),
    (0, b"\x00\x00\x01\xba", "MPEG program stream"),
    (0, b"\x47\x40\x00", "MPEG transport stream"),
    (0, b"\x47\x40\x11", "MPEG transport stream"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"%PDF", "PDF"),
    (0, b"\x89PNG", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (8, b"AVI ", "AVI"),
    (8, b"8SVX", "8SVX"),
    (28, b"Speex   ", "Ogg with Speex"),
];

/// Returns the name of the format that begins with `start`, if it is known to be unsupported.
pub(crate) fn format(start: &[u8]) -> Option<&'static str> {
    let begins = |&&(offset, bytes, _): &&(usize, &[u8], &str)| {
        start.get(offset..).is_some_and(|rest| rest.starts_with(bytes))
    };
    let known = FORMATS.iter().find(begins).map(|&(.., name)| name);
    known.or_else(|| is_fast_mono_mp2(start).then_some(FAST_MONO_MP2)).or_else(|| {
        is_loose_opus(start).then_some("Ogg with Opus whose channels have no positions")
    })
}

/// Returns whether it is Ogg with Opus of a family that Symphonia does not recognise.
fn is_loose_opus(start: &[u8]) -> bool {
    let packet = start.get(28..).filter(|packet| packet.starts_with(b"OpusHead"));
    start.starts_with(b"OggS") && packet.and_then(|packet| packet.get(18)).is_some_and(|&f| f > 1)
}

pub(crate) const FAST_MONO_MP2: &str =
    "mp2 in mono with more than 192 kbit/s, which its standard does not allow";

/// Returns whether it is MPEG-1 layer II in mono with one of the four highest rates: ffmpeg writes
/// it by default, and Symphonia recognises none of its frames.
fn is_fast_mono_mp2(start: &[u8]) -> bool {
    let Some([0xff, version, rate, mode]) = start.first_chunk() else { return false };
    version & 0xfe == 0xfc && (0b1011..0b1111).contains(&(rate >> 4)) && mode >> 6 == 0b11
}

#[cfg(test)]
mod tests {
    use super::{FAST_MONO_MP2, format};

    #[test]
    fn unsupported_mp2_is_recognised_by_its_first_frame() {
        for (header, is_refused) in [
            // 384 kbit/s at 44,100 Hz and 224 with a checksum, in mono.
            ([0xff, 0xfd, 0xe0, 0xc4], true),
            ([0xff, 0xfc, 0xb4, 0xc0], true),
            // 192 kbit/s in mono, 384 in stereo, layer III, MPEG-2.
            ([0xff, 0xfd, 0xa0, 0xc4], false),
            ([0xff, 0xfd, 0xe0, 0x04], false),
            ([0xff, 0xfb, 0xe0, 0xc4], false),
            ([0xff, 0xf5, 0xe0, 0xc4], false),
            ([0xff, 0xfd, 0xf0, 0xc4], false),
        ] {
            let start = [&header[..], &[0; 36]].concat();
            assert_eq!(format(&start), is_refused.then_some(FAST_MONO_MP2), "{header:?}");
        }
        assert_eq!(format(&[0xff, 0xfd]), None);
    }

    #[test]
    fn opus_of_other_families_is_recognised_by_its_first_page() {
        for (family, is_refused) in [(0, false), (1, false), (2, true), (255, true)] {
            let start = [b"OggS", &[0; 24][..], b"OpusHead", &[0; 10], &[family, 0]].concat();
            assert_eq!(format(&start).is_some(), is_refused, "family {family}");
        }
    }
}
