#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use super::*;
use crate::network::fixtures::{Tones, every_layer};
use crate::network::plan::FitConfig;
use rand::rngs::Xoshiro256PlusPlus;
use std::sync::atomic::AtomicUsize;

const TRAINING_CLIPS: usize = 10;

fn plan() -> Plan {
    let fit = FitConfig { epochs: 3, batch: 4, patience: None, ..FitConfig::default() };
    let text = || "test".to_owned();
    Plan {
        name: text(),
        network: every_layer().remove(0),
        fit,
        inputs: text(),
        training_clips: text(),
        validation_clips: text(),
    }
}

/// Tones that set the stop flag as soon as `left` examples were drawn.
struct Stopping<'a> {
    tones: Tones,
    left: AtomicUsize,
    stop: &'a AtomicBool,
}

impl Examples for Stopping<'_> {
    fn label(&self, clip: usize) -> usize {
        self.tones.label(clip)
    }

    fn draw(&self, clip: usize, rng: &mut Xoshiro256PlusPlus, inputs: &mut Vec<f32>) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.tones.draw(clip, rng, inputs);
    }

    fn views(&self, clip: usize, inputs: &mut Vec<f32>) -> usize {
        self.tones.views(clip, inputs)
    }
}

/// Trains on ten clips of tones and judges by nine others. Stops in the batch in which the
/// example with the number `draws` is drawn.
fn run(plan: &Plan, checkpoint: &Path, draws: usize) -> Result<Outcome> {
    let stop = AtomicBool::new(false);
    let tones = Tones::new(plan.network.input, plan.network.n_labels);
    let examples = Stopping { tones, left: AtomicUsize::new(draws), stop: &stop };
    let (train, validation): (Vec<_>, Vec<_>) =
        (0..TRAINING_CLIPS + 9).partition(|clip| *clip < TRAINING_CLIPS);
    let (train, validation) = (&train, &validation);
    super::train(&Job { plan, examples: &examples, train, validation, checkpoint, stop: &stop })
}

const WITHOUT_STOP: usize = usize::MAX;

fn finished(outcome: Outcome) -> Trained {
    match outcome {
        Outcome::Finished(trained) => trained,
        Outcome::Interrupted { epochs } => panic!("stopped after {epochs} epochs"),
    }
}

#[test]
fn interrupted_after_every_step_gives_what_an_uninterrupted_run_gives() {
    let folder = tempfile::tempdir().unwrap();
    for (index, network) in every_layer().into_iter().enumerate() {
        let plan = Plan { network, ..plan() };
        let whole = folder.path().join(format!("whole-{index}.bin"));
        let whole = finished(run(&plan, &whole, WITHOUT_STOP).unwrap());
        let pieces = folder.path().join(format!("pieces-{index}.bin"));
        let mut stops = Vec::new();
        let resumed = loop {
            match run(&plan, &pieces, 1).unwrap() {
                Outcome::Finished(trained) => break trained,
                Outcome::Interrupted { epochs } => stops.push(epochs),
            }
        };
        // Ten clips in batches of four: two of four and one of two make an epoch. The last
        // batch of an epoch ends it before the flag is looked at again.
        assert_eq!(stops, [0, 0, 1, 1, 1, 2, 2, 2]);
        assert_eq!(resumed.weights, whole.weights);
        assert_eq!(resumed.best_epoch, whole.best_epoch);
        assert_eq!(resumed.curve, whole.curve);
    }
}

#[test]
fn a_finished_training_is_taken_up_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.bin");
    let first = finished(run(&plan(), &path, WITHOUT_STOP).unwrap());
    let again = finished(run(&plan(), &path, WITHOUT_STOP).unwrap());
    assert_eq!(again.weights, first.weights);
    assert_eq!((again.curve, again.seconds), (first.curve, first.seconds));
}

#[test]
fn the_seed_decides_the_weights() {
    let folder = tempfile::tempdir().unwrap();
    let train = |name: &str, seed| {
        let mut plan = plan();
        plan.fit.seed = seed;
        finished(run(&plan, &folder.path().join(name), WITHOUT_STOP).unwrap()).weights
    };
    assert_eq!(train("a", 1), train("b", 1));
    assert_ne!(train("a", 1), train("c", 2));
}

#[test]
fn a_checkpoint_of_other_settings_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.bin");
    assert!(matches!(run(&plan(), &path, 1).unwrap(), Outcome::Interrupted { epochs: 0 }));
    let mut other = plan();
    other.fit.epochs = 4;
    other.network.l2 = 0.5;
    let error = run(&other, &path, WITHOUT_STOP).err().unwrap().to_string();
    assert!(error.contains("fit.epochs: 4 now, 3 in the checkpoint"), "{error}");
    assert!(error.contains("network.l2: 0.5 now, 0.01 in the checkpoint"), "{error}");
}

#[test]
fn a_damaged_checkpoint_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint.bin");
    run(&plan(), &path, 1).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let error = format!("{:#}", run(&plan(), &path, 1).err().unwrap());
    assert!(error.contains("not what its header says"), "{error}");
}

#[test]
fn every_kind_of_network_learns() {
    let folder = tempfile::tempdir().unwrap();
    for (index, network) in every_layer().into_iter().enumerate() {
        let fit = FitConfig { epochs: 40, batch: 5, learning_rate: 5e-3, ..plan().fit };
        let plan = Plan { network, fit, ..plan() };
        let path = folder.path().join(format!("{index}.bin"));
        let trained = finished(run(&plan, &path, WITHOUT_STOP).unwrap());
        let (first, last) = (trained.curve[0], trained.curve[39]);
        assert!(last.loss < 0.5 * first.loss, "{index}: {} to {}", first.loss, last.loss);
        // Chance is a third.
        let tones = Tones::new(plan.network.input, plan.network.n_labels);
        let network = Network::new(&plan.network, &trained.weights);
        let unseen: Vec<_> = (100..160).collect();
        let judgement = network.judge(&tones, &unseen).unwrap().unwrap();
        assert!(judgement.accuracy > 0.8, "{index}: {judgement:?}");
    }
}

#[test]
fn training_ends_when_it_gets_no_better_and_keeps_the_best_weights() {
    let folder = tempfile::tempdir().unwrap();
    let fit = FitConfig { epochs: 60, patience: Some(4), learning_rate: 5e-3, ..plan().fit };
    let plan = Plan { fit, ..plan() };
    let trained = finished(run(&plan, &folder.path().join("a.bin"), WITHOUT_STOP).unwrap());
    let (best, last) = (trained.best_epoch, trained.curve.len());
    assert!(last == best + 4 || last == 60, "best {best}, last {last}");
    let tones = Tones::new(plan.network.input, plan.network.n_labels);
    let network = Network::new(&plan.network, &trained.weights);
    let validation: Vec<_> = (TRAINING_CLIPS..TRAINING_CLIPS + 9).collect();
    let judgement = network.judge(&tones, &validation).unwrap().unwrap();
    let stated = trained.curve[best - 1];
    assert_eq!(Some(judgement.accuracy), stated.validation_accuracy);
    assert_eq!(Some(judgement.loss), stated.validation_loss);
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    let refusal = |change: fn(&mut Plan)| {
        let mut plan = plan();
        change(&mut plan);
        run(&plan, &path, WITHOUT_STOP).err().unwrap().to_string()
    };
    assert_eq!(refusal(|plan| plan.fit.epochs = 0), "test: at least 1 epoch is needed");
    assert_eq!(refusal(|plan| plan.fit.batch = 0), "test: a batch needs at least 1 example");
    assert_eq!(refusal(|plan| plan.fit.draws = 0), "test: every clip must be drawn at least once");
    assert!(refusal(|plan| plan.network.n_labels = 1).contains("at least 2 labels"));
}
