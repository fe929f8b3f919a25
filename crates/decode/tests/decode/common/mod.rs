//! Audio files written byte by byte, so that no sound files need to be committed.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod flac;
pub mod mkv;
pub mod ogg;

/// The body of a wav file's `fmt ` chunk and how its samples are stored.
pub struct WavFormat {
    pub tag: u16,
    pub channels: u16,
    pub rate: u32,
    pub bits: u16,
}

impl WavFormat {
    pub fn pcm(channels: u16, rate: u32, bits: u16) -> Self {
        WavFormat { tag: 1, channels, rate, bits }
    }

    pub fn float(channels: u16, rate: u32, bits: u16) -> Self {
        WavFormat { tag: 3, channels, rate, bits }
    }
}

/// Returns a wav file with `data` as its data chunk.
pub fn wav(format: &WavFormat, data: &[u8]) -> Vec<u8> {
    wav_claiming(format, data, data.len() as u32)
}

/// Returns a wav file with a header that claims `claimed` bytes of data.
pub fn wav_claiming(format: &WavFormat, data: &[u8], claimed: u32) -> Vec<u8> {
    let block = format.channels * (format.bits / 8);
    let mut fmt = Vec::new();
    fmt.extend(format.tag.to_le_bytes());
    fmt.extend(format.channels.to_le_bytes());
    fmt.extend(format.rate.to_le_bytes());
    fmt.extend((format.rate * u32::from(block)).to_le_bytes());
    fmt.extend(block.to_le_bytes());
    fmt.extend(format.bits.to_le_bytes());
    if format.tag == 6 || format.tag == 7 {
        fmt.extend(0u16.to_le_bytes());
    }
    riff_wave(&fmt, data, claimed)
}

/// Returns a RIFF WAVE file of a `fmt ` chunk and a data chunk.
pub fn riff_wave(fmt: &[u8], data: &[u8], claimed: u32) -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    let length = claimed.saturating_add(4 + 8 + fmt.len() as u32 + 8);
    file.extend(length.to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend((fmt.len() as u32).to_le_bytes());
    file.extend(fmt);
    file.extend(b"data");
    file.extend(claimed.to_le_bytes());
    file.extend(data);
    file
}

/// Returns an aiff file of 16-bit samples.
pub fn aiff(rate: u32, samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let mut common = Vec::new();
    common.extend(1u16.to_be_bytes());
    common.extend((samples.len() as u32).to_be_bytes());
    common.extend(16u16.to_be_bytes());
    common.extend(extended_float(rate));
    let mut sound = vec![0; 8];
    sound.extend(&data);
    let mut file = b"FORM".to_vec();
    file.extend((4 + 8 + common.len() as u32 + 8 + sound.len() as u32).to_be_bytes());
    file.extend(b"AIFF");
    for (name, body) in [(b"COMM", &common), (b"SSND", &sound)] {
        file.extend(name);
        file.extend((body.len() as u32).to_be_bytes());
        file.extend(body);
    }
    file
}

/// Returns an 80-bit IEEE 754 number, as aiff stores its sample rate.
fn extended_float(value: u32) -> [u8; 10] {
    let shift = value.leading_zeros();
    let exponent = 16383 + 31 - shift as u16;
    let mantissa = u64::from(value << shift) << 32;
    let mut bytes = [0; 10];
    bytes[..2].copy_from_slice(&exponent.to_be_bytes());
    bytes[2..].copy_from_slice(&mantissa.to_be_bytes());
    bytes
}

/// Returns `frames` MPEG-1 layer III frames of silence, 1,152 samples each: 128 kbit/s, 44,100 Hz,
/// mono.
pub fn silent_mp3(frames: usize) -> Vec<u8> {
    let mut frame = vec![0xff, 0xfb, 0x90, 0xc4];
    frame.resize(417, 0);
    frame.repeat(frames)
}

/// Returns [`silent_mp3`] after a frame with a tag that states how many frames follow it.
pub fn tagged_mp3(frames: usize) -> Vec<u8> {
    let mut file = silent_mp3(frames + 1);
    // After the header and the side information.
    file[21..25].copy_from_slice(b"Info");
    file[25..29].copy_from_slice(&1u32.to_be_bytes());
    file[29..33].copy_from_slice(&(frames as u32).to_be_bytes());
    file
}

/// Returns 16-bit samples of a sine of amplitude 0.5.
pub fn tone(rate: u32, hz: f64, samples: usize) -> Vec<i16> {
    let step = std::f64::consts::TAU * hz / f64::from(rate);
    (0..samples).map(|n| ((step * n as f64).sin() * 16384.0).round() as i16).collect()
}

/// Returns the little-endian bytes of 16-bit samples.
pub fn bytes_of(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Deterministic noise for damage and fuzzing: a 64-bit linear congruential generator.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn next_u32(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next_u32() as u8).collect()
    }
}
