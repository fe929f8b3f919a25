use super::*;
use crate::fixtures::random_columns;
use crate::random::generator;

const LOG: LogScale = LogScale::Decibel { offset: 1e-10 };
const N_MELS: usize = 12;

fn augmenter<'a>(config: &'a AugmentConfig, background: &'a [Columns]) -> Augmenter<'a> {
    Augmenter {
        config,
        log: LOG,
        normalisation: Normalisation { mean: -40.0, std: 20.0 },
        background,
        segment_frames: 173,
        n_labels: 3,
        smoothing: 0.1,
    }
}

/// Settings without any variation.
fn plain() -> AugmentConfig {
    AugmentConfig {
        time_scale: 0.0,
        mel_shift: 0.0,
        mel_scale: 0.0,
        gain: 0.0,
        noise_probability: 0.0,
        background_probability: 0.0,
        silence_probability: 1.0,
        mixup: 0.0,
        mel_masks: (0, 0),
        time_masks: (0, 0),
        ..AugmentConfig::default()
    }
}

fn clips() -> Vec<Columns> {
    let silent = Columns { n_mels: N_MELS, values: vec![-100.0; N_MELS * 50] };
    let mut clips = vec![silent, random_columns(N_MELS, 1, 0)];
    clips.extend((1..7).map(|seed| random_columns(N_MELS, 40 * seed as usize, seed)));
    clips
}

fn examples(clips: &[Columns]) -> Vec<Example<'_>> {
    clips.iter().map(|columns| Example { columns, label: 1 }).collect()
}

#[test]
fn batches_are_finite_and_of_the_right_shape_whatever_the_clips() {
    let config = AugmentConfig { background_probability: 1.0, ..AugmentConfig::default() };
    let full = AugmentConfig { full_view_share: 1.0, ..config.clone() };
    let (clips, background) = (clips(), [random_columns(N_MELS, 30, 9)]);
    for (config, frames) in [(&config, 86), (&full, 173)] {
        for draw in 0..20 {
            let augmenter = augmenter(config, &background);
            let batch = augmenter.batch(&examples(&clips), &mut generator(draw, "test", &[]));
            assert_eq!((batch.len, batch.width), (clips.len(), frames));
            assert_eq!(batch.inputs.len(), clips.len() * N_MELS * frames);
            assert!(batch.inputs.iter().all(|value| value.is_finite()));
            for target in batch.targets.chunks(3) {
                assert!((target.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{target:?}");
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_batch() {
    let (config, clips) = (AugmentConfig::default(), clips());
    let background = [random_columns(N_MELS, 30, 9)];
    let draw = |seed| {
        let mut rng = generator(seed, "test", &[]);
        augmenter(&config, &background).batch(&examples(&clips), &mut rng).inputs
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn without_variation_a_long_clip_is_a_crop_of_itself() {
    let (config, clip) = (plain(), random_columns(N_MELS, 200, 3));
    let augmenter = augmenter(&config, &[]);
    let example = augmenter.example(&clip, 86, &mut generator(1, "test", &[]));
    // Random crops start between columns: every value is between two neighbours.
    let first = |m: usize| example[m * 86] * 20.0 - 40.0;
    let fits = (0..114).any(|t| {
        (0..N_MELS).all(|m| {
            let (a, b) = (clip.values[t * N_MELS + m], clip.values[(t + 1) * N_MELS + m]);
            (a.min(b) - 0.01..=a.max(b) + 0.01).contains(&first(m))
        })
    });
    assert!(fits, "the crop's first column is none of the clip");
}

#[test]
fn a_short_clip_is_placed_somewhere_in_silence() {
    let (config, clip) = (plain(), Columns { n_mels: N_MELS, values: vec![-20.0; N_MELS * 10] });
    let mut starts = std::collections::BTreeSet::new();
    for draw in 0..30 {
        let augmenter = augmenter(&config, &[]);
        let example = augmenter.example(&clip, 86, &mut generator(draw, "test", &[]));
        let row = &example[..86];
        let loud: Vec<_> = (0..86).filter(|&t| (row[t] - 1.0).abs() < 1e-3).collect();
        let silent = row.iter().filter(|value| (**value + 3.0).abs() < 1e-3).count();
        assert_eq!(loud.len() + silent, 86, "neither the clip nor silence");
        assert!((9..=11).contains(&loud.len()), "{} columns of the clip", loud.len());
        starts.insert(loud[0]);
    }
    assert!(starts.len() > 10, "the places are random: {starts:?}");
}

#[test]
fn mixup_keeps_the_greater_part_and_noise_adds_power() {
    let clip = Columns { n_mels: N_MELS, values: vec![-30.0; N_MELS * 100] };
    let noisy = AugmentConfig { noise_probability: 1.0, noise_level: (-3.0, -3.0), ..plain() };
    let example = augmenter(&noisy, &[]).example(&clip, 86, &mut generator(1, "test", &[]));
    let power = |value: f32| 10f32.powf((value * 20.0 - 40.0) / 10.0);
    let mean = example.iter().map(|value| power(*value)).sum::<f32>() / example.len() as f32;
    // 1e-3 of the clip and half of that (-3 dB) of noise.
    assert!((mean / 1.5e-3 - 1.0).abs() < 0.1, "{mean}");

    let mixed = AugmentConfig { mixup: 0.4, ..plain() };
    let examples: Vec<_> = (0..8).map(|i| Example { columns: &clip, label: i % 3 }).collect();
    let batch = augmenter(&mixed, &[]).batch(&examples, &mut generator(1, "test", &[]));
    for (index, target) in batch.targets.chunks(3).enumerate() {
        assert!(target.iter().all(|share| *share <= target[index % 3]), "{target:?}");
    }
}

#[test]
fn powers_and_log_values_convert_both_ways() {
    for log in [LOG, LogScale::Natural { offset: 1e-3 }] {
        for power in [0.0, 1e-9, 1e-3, 1.0, 50.0] {
            let back = to_power(log, from_power(log, power));
            assert!((back - power).abs() <= 1e-4 * power + 1e-9, "{log:?} {power} {back}");
        }
    }
    assert!((from_power(LOG, 0.0) + 100.0).abs() < 1e-3);
}

#[test]
fn normalisation_is_over_all_values() {
    let a = Columns { n_mels: 2, values: vec![1.0, 2.0] };
    let b = Columns { n_mels: 2, values: vec![3.0, 6.0, 3.0, 3.0] };
    let found = Normalisation::of([&a, &b].into_iter());
    assert!((found.mean - 3.0).abs() < 1e-6);
    assert!((found.std - (14.0f32 / 6.0).sqrt()).abs() < 1e-6);
}
