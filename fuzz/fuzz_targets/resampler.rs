//! Any rate to any rate, in pieces of any size: the output equals that of the whole, with the
//! length that the two rates imply.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use sourcing_sound::resample::{Resampler, resample};
use sourcing_sound::{Pcm, SampleRate};
use sourcing_sound_fuzz::memory;
use sourcing_sound_fuzz::sound::{self, Stretch};

const MOST_SAMPLES: usize = 60_000;
/// From 1 Hz to 384 kHz, one sample becomes 384,000.
const MOST_OUTPUT: u64 = 4_000_000;

#[derive(Debug)]
struct Input {
    from: SampleRate,
    to: SampleRate,
    pieces: Vec<(Stretch, u16)>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Input { from: sound::rate(input)?, to: sound::rate(input)?, pieces: input.arbitrary()? })
    }
}

/// Rates near 384 kHz without a common divisor need blocks of a second.
const MOST_BYTES: usize = 1 << 30;

fuzz_target!(|input: Input| {
    memory::within(MOST_BYTES, || {
        let mut whole: Vec<f32> = Vec::new();
        let mut pieces: Vec<usize> = Vec::new();
        for (stretch, len) in &input.pieces {
            let mut samples = stretch.samples(usize::from(*len));
            samples.retain(|sample| sample.is_finite());
            samples.iter_mut().for_each(|sample| *sample = sample.clamp(-8.0, 8.0));
            if whole.len() + samples.len() > MOST_SAMPLES {
                break;
            }
            pieces.push(samples.len());
            whole.extend(samples);
        }
        let expected =
            (whole.len() as u64 * u64::from(input.to.hz())).div_ceil(u64::from(input.from.hz()));
        if expected > MOST_OUTPUT {
            return;
        }
        let mut resampler = Resampler::new(input.from, input.to);
        let mut output = Vec::new();
        let mut rest = whole.as_slice();
        for len in pieces {
            let (piece, later) = rest.split_at(len);
            resampler.push(piece, &mut output);
            rest = later;
        }
        resampler.finish(&mut output);
        assert!(output.iter().all(|sample| sample.is_finite()));
        assert!(output.len().abs_diff(expected as usize) <= 1, "{} of {expected}", output.len());
        let Ok(pcm) = Pcm::new(&whole, input.from) else { return };
        assert!(*resample(pcm, input.to) == *output, "pieces differ from the whole");
    });
});
