#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use super::*;
use crate::fixtures::{plan, random_columns, tiny_net};

const N_MELS: usize = 16;

fn clips() -> Vec<Columns> {
    // Label 1 is louder in the upper bands.
    (0..10u64)
        .map(|seed| {
            let mut clip = random_columns(N_MELS, 30, seed);
            for column in clip.values.chunks_mut(N_MELS) {
                let louder = if seed % 2 == 1 { 8..16 } else { 0..8 };
                column[louder].iter_mut().for_each(|value| *value += 40.0);
            }
            clip
        })
        .collect()
}

fn run(plan: &Plan, checkpoint: &Path, stop: bool) -> Result<Outcome> {
    let (columns, stop) = (clips(), AtomicBool::new(stop));
    let example = |(index, columns)| Example { columns, label: index % 2 };
    let examples: Vec<_> = columns.iter().enumerate().map(example).collect();
    train(&Job {
        plan,
        clips: &examples,
        background: &[],
        normalisation: Normalisation::of(columns.iter()),
        log: LogScale::Decibel { offset: 1e-10 },
        segment_frames: 30,
        checkpoint,
        stop: &stop,
    })
}

fn finished(outcome: Outcome) -> State {
    match outcome {
        Outcome::Finished(state) => *state,
        Outcome::Interrupted { epochs } => panic!("stopped after {epochs} epochs"),
    }
}

#[test]
fn interrupted_after_every_step_gives_the_weights_of_an_uninterrupted_run() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(tiny_net(N_MELS, 2));
    let whole = finished(run(&plan, &folder.path().join("whole.bin"), false).unwrap());
    let pieces = folder.path().join("pieces.bin");
    let mut stops = 0;
    let resumed = loop {
        match run(&plan, &pieces, true).unwrap() {
            Outcome::Finished(state) => break *state,
            Outcome::Interrupted { .. } => stops += 1,
        }
    };
    // 10 clips in batches of 4 are 2 steps an epoch; the last of 6 steps ends the training.
    assert_eq!((whole.step, stops), (6, 5));
    assert_eq!(resumed.weights, whole.weights);
    assert_eq!(resumed.average, whole.average);
    assert_eq!(resumed.adam, whole.adam);
}

#[test]
fn the_seed_decides_the_weights() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(tiny_net(N_MELS, 2));
    let mut train = |name: &str, seed| {
        plan.train.seed = seed;
        finished(run(&plan, &folder.path().join(name), false).unwrap()).average
    };
    let (first, again, other) = (train("a", 1), train("b", 1), train("c", 2));
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[test]
fn a_checkpoint_of_other_settings_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.bin");
    let mut plan = plan(tiny_net(N_MELS, 2));
    assert!(matches!(run(&plan, &path, true).unwrap(), Outcome::Interrupted { epochs: 0 }));
    plan.train.epochs = 4;
    let error = run(&plan, &path, false).err().unwrap().to_string();
    assert!(error.contains("train.epochs: 4 now, 3 in the checkpoint"), "{error}");
}

#[test]
fn a_cut_off_checkpoint_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.bin");
    let plan = plan(tiny_net(N_MELS, 2));
    run(&plan, &path, true).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let error = format!("{:#}", run(&plan, &path, false).err().unwrap());
    assert!(error.contains("not what its header says"), "{error}");
    std::fs::write(&path, b"something else").unwrap();
    assert!(run(&plan, &path, false).is_err());
}
