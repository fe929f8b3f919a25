//! Any number of channels in pieces of any size: there are as many samples as frames, none is
//! louder than the loudest channel, and the mix is the same as in one piece.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound::{Downmix, downmix};
use sourcing_sound_fuzz::memory;
use sourcing_sound_fuzz::sound::Stretch;

const MOST_SAMPLES: usize = 200_000;
const LOUDEST: f32 = 1e18;

fuzz_target!(|input: (u8, Vec<(Stretch, u16)>)| {
    let (channels, pieces) = input;
    let channels = usize::from(channels);
    memory::within(64 << 20, || {
        let Ok(mut mix) = Downmix::new(channels) else { return };
        let (mut whole, mut output) = (Vec::new(), Vec::new());
        for (stretch, len) in &pieces {
            let mut samples = stretch.samples(usize::from(*len));
            // The sum of larger samples may be infinite; the code after the mix refuses that.
            samples.retain(|sample| !(sample.abs() > LOUDEST && sample.is_finite()));
            samples.truncate(samples.len() / channels * channels);
            if whole.len() + samples.len() > MOST_SAMPLES {
                break;
            }
            mix.push(&samples, &mut output).expect("whole frames");
            whole.extend(samples);
        }
        mix.finish(&mut output);
        assert_eq!(output.len(), whole.len() / channels);
        let at_once = downmix(&whole, channels).expect("whole frames");
        let mut pairs = at_once.iter().zip(&output);
        assert!(pairs.all(|(one, other)| one.to_bits() == other.to_bits()), "pieces differ");
        if whole.iter().all(|sample| sample.is_finite()) {
            let loudest = whole.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
            assert!(output.iter().all(|sample| sample.abs() <= loudest * 1.000_1));
        }
    });
});
