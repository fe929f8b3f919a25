//! An audio file of any format, from a seekable source and from a pipe: refused, or whole frames and
//! warnings in words. What is left of it from a time on is the end of the whole.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound_decode::{Channel, DecodeError, Decoder, EXTENSIONS};
use sourcing_sound_fuzz::{foreign, memory};
use std::io::Cursor;

/// Frames of one input; gaps may be long silence.
const MOST_FRAMES: u64 = 2_000_000;
/// Samples of one input that are compared.
const MOST_COMPARED: usize = 1_000_000;

fuzz_target!(init: {
    std::panic::set_hook(Box::new(foreign::only_own_panics));
}, |bytes: &[u8]| {
    let Some((&first, file)) = bytes.split_first() else { return };
    let extension = EXTENSIONS[usize::from(first & 0x1f) % EXTENSIONS.len()];
    let name = format!("input.{extension}");
    memory::within((96 << 20) + 64 * bytes.len(), || {
        let open = || {
            let source = Cursor::new(file.to_vec());
            match first & 0x20 == 0 {
                true => Decoder::from_seekable(&name, source, file.len() as u64),
                false => Decoder::from_reader(&name, source),
            }
        };
        let Ok(decoder) = open() else { return };
        let _ = match first & 0xc0 {
            0x40 => mono(decoder, Channel::Mix),
            0x80 => mono(decoder, Channel::Number(2)),
            // Within the seeds, which last 0.1 s.
            0xc0 => skip(decoder, open(), (file.len() % 97) as f64 / 1_000.0),
            _ => blocks(decoder),
        };
    });
});

fn blocks(mut decoder: Decoder) -> Result<(), DecodeError> {
    let channels = decoder.channels();
    let mut frames = 0;
    while let Some(block) = decoder.next_block()? {
        assert!(block.len().is_multiple_of(channels), "{} of {channels}", block.len());
        frames += (block.len() / channels) as u64;
        if frames > MOST_FRAMES {
            break;
        }
    }
    decoder.warnings().iter().for_each(|warning| assert!(!warning.to_string().is_empty()));
    Ok(())
}

fn mono(decoder: Decoder, channel: Channel) -> Result<(), DecodeError> {
    let mut mono = decoder.mono(channel)?;
    let mut frames = 0;
    while let Some(block) = mono.next_block()? {
        frames += block.len() as u64;
        if frames > MOST_FRAMES {
            break;
        }
    }
    Ok(())
}

fn skip(
    mut decoder: Decoder,
    whole: Result<Decoder, DecodeError>,
    seconds: f64,
) -> Result<(), DecodeError> {
    let first = (seconds * f64::from(decoder.sample_rate())).round() as usize * decoder.channels();
    decoder.skip_to(seconds)?;
    let (whole, rest) = (samples(whole?)?, samples(decoder)?);
    let expected = whole.get(first..).unwrap_or_default();
    if whole.len() < MOST_COMPARED {
        assert_eq!(rest.len(), expected.len(), "from {seconds} s");
    }
    let mut pairs = rest.iter().zip(expected);
    assert!(pairs.all(|(one, other)| one.to_bits() == other.to_bits()), "from {seconds} s");
    Ok(())
}

fn samples(mut decoder: Decoder) -> Result<Vec<f32>, DecodeError> {
    let mut samples = Vec::new();
    while samples.len() < MOST_COMPARED
        && let Some(block) = decoder.next_block()?
    {
        samples.extend_from_slice(block);
    }
    Ok(samples)
}
