//! The smallest writer of Matroska: one audio track, a cluster per block.

/// An audio track.
pub struct Track<'a> {
    pub codec: &'a str,
    /// What the codec's decoder has to know.
    pub private: &'a [u8],
    pub rate: u32,
    pub channels: u8,
    pub bits: u8,
}

/// Returns a file with these blocks, each with its time in milliseconds, and this duration in its
/// header.
pub fn mkv(track: &Track<'_>, duration: f64, blocks: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let kind = element(b"\x42\x82", b"matroska");
    let scale = element(b"\x2a\xd7\xb1", &1_000_000u32.to_be_bytes());
    let programs = [element(b"\x4d\x80", b"test"), element(b"\x57\x41", b"test")].concat();
    let info = [scale, element(b"\x44\x89", &duration.to_be_bytes()), programs].concat();
    let audio = [
        element(b"\xb5", &f64::from(track.rate).to_be_bytes()),
        element(b"\x9f", &[track.channels]),
        element(b"\x62\x64", &[track.bits]),
    ];
    let mut entry = [
        element(b"\xd7", &[1]),
        element(b"\x73\xc5", &[1]),
        element(b"\x83", &[2]),
        [b"\x86", &[0x80 | track.codec.len() as u8][..], track.codec.as_bytes()].concat(),
    ]
    .concat();
    if !track.private.is_empty() {
        entry.extend(element(b"\x63\xa2", track.private));
    }
    entry.extend(element(b"\xe1", &audio.concat()));
    let mut segment = element(b"\x15\x49\xa9\x66", &info);
    segment.extend(element(b"\x16\x54\xae\x6b", &element(b"\xae", &entry)));
    for (time, block) in blocks {
        let block = [&b"\x81\0\0\x80"[..], block].concat();
        let cluster = [element(b"\xe7", &time.to_be_bytes()), element(b"\xa3", &block)].concat();
        segment.extend(element(b"\x1f\x43\xb6\x75", &cluster));
    }
    [element(b"\x1a\x45\xdf\xa3", &kind), element(b"\x18\x53\x80\x67", &segment)].concat()
}

/// Returns an element whose length takes eight bytes.
fn element(name: &[u8], body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u64 | 1 << 56).to_be_bytes();
    [name, &length, body].concat()
}
