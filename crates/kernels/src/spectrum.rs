//! Power spectra of windowed frames.

use crate::fft::{Complex, LANES, Lane, RealFft};
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x8};

/// Computes the power, or the magnitude, of the bins of frames without allocating.
#[derive(Clone)]
pub struct Spectrum {
    level: Level,
    fft: RealFft,
    window: Vec<f32>,
    magnitude: bool,
    /// Replaces frames that are missing from a batch.
    silence: Vec<f32>,
    /// The spectra of the batch.
    spectra: Vec<Lane>,
}

impl Spectrum {
    /// Plans frames as long as `window`, by which they are multiplied.
    pub fn new(window: Vec<f32>, magnitude: bool) -> Self {
        let length = window.len();
        Spectrum {
            level: Level::new(),
            fft: RealFft::new(length),
            window,
            magnitude,
            silence: vec![0.0; length],
            spectra: vec![[0.0; LANES]; length / 2 + 1],
        }
    }

    /// Returns the samples per frame.
    pub fn frame_len(&self) -> usize {
        self.window.len()
    }

    /// Returns the bins per frame, from 0 Hz to Nyquist.
    pub fn bins(&self) -> usize {
        self.spectra.len()
    }

    /// Computes the spectra of up to eight frames, each at the start of its slice, one lane per
    /// frame in order. A frame's spectrum is the same, bit for bit, in every lane and next to any
    /// other frames.
    #[inline(never)]
    pub fn batch(&mut self, frames: &[&[f32]]) -> &[Lane] {
        let Spectrum { fft, window, magnitude, spectra, silence, .. } = self;
        let mut batch = [silence.as_slice(); LANES];
        for (place, frame) in batch.iter_mut().zip(frames) {
            *place = &frame[..window.len()];
        }
        let bins = fft.run(
            #[inline(always)]
            |n| {
                let mut lane = [0.0; LANES];
                for (value, frame) in lane.iter_mut().zip(&batch) {
                    *value = frame[n] * window[n];
                }
                lane
            },
        );
        dispatch!(self.level, simd => powers(simd, bins, *magnitude, spectra));
        &self.spectra
    }
}

#[inline(always)]
fn powers<S: Simd>(simd: S, bins: &[Complex], magnitude: bool, spectra: &mut [Lane]) {
    for (value, [re, im]) in spectra.iter_mut().zip(bins) {
        let (re, im) = (f32x8::from_slice(simd, re), f32x8::from_slice(simd, im));
        let square = re * re + im * im;
        let result = if magnitude { square.sqrt() } else { square };
        result.store_slice(value);
    }
}
