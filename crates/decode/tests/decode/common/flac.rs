//! The smallest flac encoder: mono, 16 bits, verbatim subframes, fixed blocks.

/// Samples per block.
pub const BLOCK: usize = 1024;

/// Returns a flac file of `samples` with a stream info that claims `claimed` of them.
pub fn flac_claiming(rate: u32, samples: &[i16], claimed: u64) -> Vec<u8> {
    let mut file = b"fLaC".to_vec();
    file.extend([0x80, 0, 0, 34]);
    file.extend((BLOCK as u16).to_be_bytes());
    file.extend((BLOCK as u16).to_be_bytes());
    file.extend([0; 6]);
    let packed = u64::from(rate) << 44 | 15 << 36 | claimed;
    file.extend(packed.to_be_bytes());
    file.extend([0; 16]);
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        file.extend(frame(number as u8, block));
    }
    file
}

/// Returns a flac file of `samples`.
pub fn flac(rate: u32, samples: &[i16]) -> Vec<u8> {
    flac_claiming(rate, samples, samples.len() as u64)
}

/// Returns a frame; its number is below 128 and so takes one byte.
pub fn frame(number: u8, samples: &[i16]) -> Vec<u8> {
    assert!(number < 128, "one-byte frame numbers only");
    let mut frame = vec![0xff, 0xf8, 0x70, 0x08, number];
    frame.extend((samples.len() as u16 - 1).to_be_bytes());
    frame.push(crc8(&frame));
    frame.push(0x02);
    frame.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
    frame.extend(crc16(&frame).to_be_bytes());
    frame
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 != 0 { crc << 1 ^ 0x07 } else { crc << 1 })
    })
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc: u16, _| {
            if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 }
        })
    })
}
