//! A front end with any settings: refused, or as many finite columns as it promises, in pieces as
//! in one.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use sourcing_sound::{
    ColumnStream, FrameLayout, FrontEnd, FrontEndConfig, LogScale, MelNorm, MelScale, MelTriangles,
    PadMode, Pcm, Window,
};
use sourcing_sound_fuzz::memory;
use sourcing_sound_fuzz::sound::{self, Stretch};

/// Values that one input may compute.
const MOST_VALUES: usize = 1 << 22;

#[derive(Debug)]
struct Input {
    config: FrontEndConfig,
    pieces: Vec<(Stretch, u16)>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let config = FrontEndConfig {
            sample_rate: match input.ratio(7, 8)? {
                true => sound::rate(input)?.hz(),
                false => input.arbitrary()?,
            },
            pre_emphasis: input.arbitrary()?,
            n_fft: size(input)?,
            win_length: size(input)?,
            window: *input.choose(&[Window::Hann, Window::HannSymmetric])?,
            hop_length: size(input)?,
            center: input.arbitrary()?,
            pad_mode: *input.choose(&[PadMode::Constant, PadMode::Reflect])?,
            framing: *input.choose(&[FrameLayout::Librosa, FrameLayout::TensorFlow])?,
            power: number(input, 2.0)?,
            n_mels: size(input)?,
            f_min: number(input, 0.0)?,
            f_max: number(input, 8_000.0)?,
            mel_scale: *input.choose(&[MelScale::Slaney, MelScale::Htk, MelScale::Kaldi])?,
            norm: *input.choose(&[MelNorm::None, MelNorm::Slaney])?,
            triangles: *input.choose(&[MelTriangles::Hertz, MelTriangles::Mel])?,
            log: match input.arbitrary()? {
                true => LogScale::Decibel { offset: number(input, 1e-10)? },
                false => LogScale::Natural { offset: number(input, 1e-10)? },
            },
        };
        Ok(Input { config, pieces: input.arbitrary()? })
    }
}

fn size(input: &mut Unstructured<'_>) -> Result<usize> {
    match input.int_in_range(0..=3)? {
        0 => input.arbitrary(),
        1 => Ok(1 << input.int_in_range(0..=17)?),
        _ => input.int_in_range(0..=2_048),
    }
}

fn number(input: &mut Unstructured<'_>, usual: f32) -> Result<f32> {
    match input.ratio(2, 3)? {
        true => Ok(usual),
        false => input.arbitrary(),
    }
}

fuzz_target!(|input: Input| {
    memory::within(1 << 30, || {
        let Ok(mut front_end) = FrontEnd::new(input.config.clone()) else { return };
        let Ok(rate) = sourcing_sound::SampleRate::new(input.config.sample_rate) else {
            panic!("a rate that is refused was accepted")
        };
        let mut whole: Vec<f32> = Vec::new();
        let mut pieces: Vec<usize> = Vec::new();
        for (stretch, len) in &input.pieces {
            let mut samples = stretch.samples(usize::from(*len) % 8_192);
            samples.retain(|sample| sample.is_finite());
            samples.iter_mut().for_each(|sample| *sample = sample.clamp(-8.0, 8.0));
            let columns = input.config.columns_of(whole.len() + samples.len());
            if columns.saturating_mul(input.config.n_mels + input.config.n_fft) > MOST_VALUES {
                break;
            }
            pieces.push(samples.len());
            whole.extend(samples);
        }
        let Ok(pcm) = Pcm::new(&whole, rate) else { return };
        let at_once = front_end.columns(pcm);
        let mut stream = ColumnStream::new(front_end, rate).expect("the rate is its own");
        let mut columns = Vec::new();
        let mut rest = whole.as_slice();
        for len in pieces {
            let (piece, later) = rest.split_at(len);
            stream.push(piece, &mut columns).expect("finite samples");
            rest = later;
        }
        let finished = stream.finish(&mut columns);
        let Ok(at_once) = at_once else {
            assert!(finished.is_err(), "pieces were accepted, not the whole");
            return;
        };
        finished.expect("the whole was accepted");
        assert!(at_once.iter().all(|value| value.is_finite()));
        assert_eq!(at_once.len(), input.config.columns_of(whole.len()) * input.config.n_mels);
        assert!(at_once == columns, "pieces differ from the whole");
    });
});
