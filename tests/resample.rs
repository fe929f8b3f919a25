//! Measures the resampler: what it must keep, what it must remove, and when.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use std::f64::consts::TAU;

use rubato::Resampler as _;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use sourcing_sound::SampleRate;
use sourcing_sound::resample::Resampler;

const OUTPUT_HZ: u32 = 22_050;
const INPUT_HZ: [u32; 2] = [44_100, 48_000];

fn resampler(input_hz: u32, output_hz: u32) -> Resampler {
    Resampler::new(SampleRate::new(input_hz).unwrap(), SampleRate::new(output_hz).unwrap())
}

/// Resamples `input` in pushes of `chunk` samples.
fn resample(input: &[f32], input_hz: u32, output_hz: u32, chunk: usize) -> Vec<f32> {
    let mut resampler = resampler(input_hz, output_hz);
    let mut output = Vec::new();
    for samples in input.chunks(chunk) {
        resampler.push(samples, &mut output);
    }
    resampler.finish(&mut output);
    output
}

/// Returns a sine of `hz` and amplitude 0.9.
fn tone(hz: f64, rate: u32, samples: usize) -> Vec<f32> {
    let step = TAU * hz / f64::from(rate);
    (0..samples).map(|n| (0.9 * (step * n as f64).sin()) as f32).collect()
}

/// Returns the level of the steady middle half, in dB relative to a full-scale sine.
fn level_db(samples: &[f32]) -> f64 {
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let energy: f64 = middle.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    10.0 * (2.0 * energy / middle.len() as f64).log10()
}

/// Returns how much a tone of one second loses from `input_hz` to [`OUTPUT_HZ`], in dB.
fn attenuation_db(hz: f64, input_hz: u32) -> f64 {
    let input = tone(hz, input_hz, input_hz as usize);
    level_db(&input) - level_db(&resample(&input, input_hz, OUTPUT_HZ, 4_096))
}

#[test]
fn aliases_are_rejected_by_80_db() {
    for input_hz in INPUT_HZ {
        let nyquist = f64::from(OUTPUT_HZ) / 2.0;
        let top = f64::from(input_hz) / 2.0 - 50.0;
        let mut worst = f64::INFINITY;
        for step in 0..=120 {
            let hz = nyquist + (top - nyquist) * f64::from(step) / 120.0;
            let rejection = attenuation_db(hz, input_hz);
            worst = worst.min(rejection);
            assert!(rejection >= 80.0, "{hz:.0} Hz at {input_hz} Hz: {rejection:.1} dB");
        }
        println!("{input_hz} Hz: alias rejection of at least {worst:.1} dB above {nyquist} Hz");
    }
}

#[test]
fn the_passband_is_flat() {
    for input_hz in INPUT_HZ {
        let mut worst = 0f64;
        for hz in (100..=9_500).step_by(235) {
            let attenuation = attenuation_db(f64::from(hz), input_hz);
            worst = worst.max(attenuation.abs());
            assert!(attenuation.abs() <= 0.1, "{hz} Hz at {input_hz} Hz: {attenuation:.3} dB");
        }
        println!("{input_hz} Hz: flat within {worst:.4} dB to 9.5 kHz");
    }
}

#[test]
fn nothing_but_the_tone_comes_out() {
    for input_hz in INPUT_HZ {
        for hz in [440.0, 3_000.0, 8_000.0] {
            let seconds = 1;
            let output = resample(
                &tone(hz, input_hz, seconds * input_hz as usize),
                input_hz,
                OUTPUT_HZ,
                1_000,
            );
            let ideal = tone(hz, OUTPUT_HZ, output.len());
            let error: Vec<f32> = output.iter().zip(&ideal).map(|(a, b)| a - b).collect();
            let distortion = level_db(&error) - level_db(&ideal);
            assert!(distortion <= -80.0, "{hz} Hz at {input_hz} Hz: {distortion:.1} dB");
        }
    }
}

#[test]
fn a_click_stays_at_its_time() {
    for input_hz in INPUT_HZ.into_iter().chain([8_000, 16_000, 96_000]) {
        for at in [0.1, 0.5, 0.987] {
            let mut input = vec![0.0; input_hz as usize];
            let index = (at * f64::from(input_hz)) as usize;
            input[index] = 1.0;
            let output = resample(&input, input_hz, OUTPUT_HZ, 777);
            let loudest =
                (0..output.len()).max_by(|&a, &b| output[a].abs().total_cmp(&output[b].abs()));
            let expected = index as f64 / f64::from(input_hz) * f64::from(OUTPUT_HZ);
            let distance = (loudest.unwrap() as f64 - expected).abs();
            assert!(distance <= 1.0, "{at} s at {input_hz} Hz: {distance:.2} samples off");
        }
    }
}

#[test]
fn the_output_is_as_long_as_the_input() {
    for input_hz in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000] {
        for samples in [1, 2, 100, 1_763, 1_764, 4_801, 50_000] {
            let output = resample(&vec![0.1; samples], input_hz, OUTPUT_HZ, 512);
            let ideal = samples as f64 * f64::from(OUTPUT_HZ) / f64::from(input_hz);
            let difference = (output.len() as f64 - ideal).abs();
            assert!(difference <= 0.5, "{samples} at {input_hz} Hz: {} samples", output.len());
        }
    }
}

#[test]
fn chunking_does_not_change_a_bit() {
    for input_hz in [22_050, 44_100, 48_000] {
        let input = tone(1_234.5, input_hz, 30_011);
        let whole = resample(&input, input_hz, OUTPUT_HZ, input.len());
        for chunk in [1, 128, 1_000, 4_096] {
            assert_eq!(
                resample(&input, input_hz, OUTPUT_HZ, chunk),
                whole,
                "{input_hz} Hz, {chunk}"
            );
        }
    }
}

#[test]
fn equal_rates_pass_samples_untouched() {
    let input = tone(1_000.0, OUTPUT_HZ, 3_000);
    assert_eq!(resample(&input, OUTPUT_HZ, OUTPUT_HZ, 100), input);
}

/// Returns what rubato converts `input` to, in blocks of 40 ms, from the first sample on.
fn by_rubato(input: &[f32], input_hz: u32, output_hz: u32) -> Vec<f32> {
    let mut fft = rubato::Fft::<f32>::new_custom(
        input_hz as usize,
        output_hz as usize,
        input_hz as usize / 25,
        1,
        1,
        rubato::WindowFunction::BlackmanHarris2,
        rubato::FixedSync::Both,
    )
    .unwrap();
    let block = fft.input_frames_next();
    let mut output = Vec::new();
    let mut converted = vec![0.0; fft.output_frames_max()];
    for samples in input.chunks_exact(block) {
        let samples = InterleavedSlice::new(samples, 1, block).unwrap();
        let frames = converted.len();
        let mut buffer = InterleavedSlice::new_mut(&mut converted, 1, frames).unwrap();
        let (_, produced) = fft.process_into_buffer(&samples, &mut buffer, None).unwrap();
        output.extend_from_slice(&converted[..produced]);
    }
    output.split_off(fft.output_delay())
}

#[test]
fn samples_are_those_of_rubato() {
    let usual = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000];
    // 47,999 is a prime: a block is a second.
    for input_hz in usual.into_iter().chain([12_345, 47_999]) {
        let input: Vec<f32> = (0..3 * input_hz).map(|n| noise(n) - 0.5).collect();
        for output_hz in [16_000, 22_050, 32_000, 44_100] {
            if input_hz == output_hz {
                continue;
            }
            let ours = resample(&input, input_hz, output_hz, 4_096);
            let theirs = by_rubato(&input, input_hz, output_hz);
            assert!(theirs.len() > output_hz as usize && ours.len() >= theirs.len());
            let differences = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
            let largest = differences.fold(0f32, f32::max);
            assert!(largest <= 1e-5, "{input_hz} to {output_hz} Hz: {largest:e}");
        }
    }
}

/// Returns a number from 0 to 1.
fn noise(n: u32) -> f32 {
    let hash = (n + 1).wrapping_mul(2_654_435_761);
    let hash = (hash ^ (hash >> 15)).wrapping_mul(2_246_822_519);
    (hash ^ (hash >> 13)) as f32 / u32::MAX as f32
}
