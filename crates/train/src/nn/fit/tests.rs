#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::*;
use crate::nn::examples::Batch;
use crate::nn::fixtures::{Tones, average_policy, best_policy, blocks, every_layer};
use crate::nn::layers::Layer;
use crate::nn::policy::Rate;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const TRAINING_CLIPS: usize = 10;

/// A network and how it is trained.
#[derive(Clone)]
struct Plan {
    network: NetworkConfig,
    policy: Policy,
}

fn plan() -> Plan {
    Plan { network: every_layer().remove(0), policy: best_policy(3, None) }
}

/// Tones that set the stop flag once `left` batches have been drawn.
struct Stopping<'a> {
    tones: Tones,
    left: AtomicUsize,
    stop: &'a AtomicBool,
}

impl Examples for Stopping<'_> {
    fn batch(&self, clips: &[usize], rng: &mut Xoshiro256PlusPlus) -> Result<Batch> {
        let left = self.left.fetch_sub(1, Ordering::Relaxed);
        if left == 1 {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.tones.batch(clips, rng)
    }
}

/// Trains on ten clips of tones and, if the best epoch is kept, judges by nine others. Stops in
/// batch number `batches`.
fn run(plan: &Plan, checkpoint: &Path, batches: usize) -> Result<Outcome> {
    let stop = AtomicBool::new(false);
    let Plan { network, policy } = plan;
    let tones = Tones::new(network.input, 3);
    let examples = Stopping { tones, left: AtomicUsize::new(batches), stop: &stop };
    let (train, validation): (Vec<_>, Vec<_>) =
        (0..TRAINING_CLIPS + 9).partition(|clip| *clip < TRAINING_CLIPS);
    let judges = matches!(policy.keep, Keep::Best { .. });
    super::train(&Job {
        training: Training {
            name: "test",
            plan: &json!({ "network": network, "epochs": policy.epochs }),
            checkpoint,
            stop: &stop,
        },
        network,
        policy: *policy,
        examples: &examples,
        train: &train,
        validation: judges.then_some((&examples.tones, &*validation)),
    })
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
    for (index, network) in every_layer().into_iter().chain([blocks()]).enumerate() {
        let policy = match network == blocks() {
            true => Policy { batch: 3, ..average_policy(3) },
            false => plan().policy,
        };
        let plan = Plan { network, policy };
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
        // Ten clips in batches of four: two of four and one of two make an epoch; so do three whole
        // batches of three. The last batch of an epoch ends it before the flag is checked again.
        assert_eq!(stops, [0, 0, 1, 1, 1, 2, 2, 2]);
        assert_eq!(resumed.weights, whole.weights);
        assert_eq!(resumed.best_epoch, whole.best_epoch);
        assert_eq!(resumed.curve, whole.curve);
    }
}

#[test]
fn a_finished_training_is_reused_unchanged() {
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
        plan.policy.seed = seed;
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
    other.policy.epochs = 4;
    other.network.l2 = 0.5;
    let error = run(&other, &path, WITHOUT_STOP).err().unwrap().to_string();
    assert!(error.contains("epochs: 4 now, 3 in the checkpoint"), "{error}");
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
    assert!(error.contains("contradicts its header"), "{error}");
}

#[test]
fn every_kind_of_network_learns() {
    let folder = tempfile::tempdir().unwrap();
    for (index, network) in every_layer().into_iter().enumerate() {
        let policy = Policy { batch: 5, rate: Rate::Constant(5e-3), ..best_policy(40, None) };
        let plan = Plan { network, policy };
        let path = folder.path().join(format!("{index}.bin"));
        let trained = finished(run(&plan, &path, WITHOUT_STOP).unwrap());
        let (first, last) = (trained.curve[0], trained.curve[39]);
        assert!(last.loss < 0.5 * first.loss, "{index}: {} to {}", first.loss, last.loss);
        // Chance is a third.
        let tones = Tones::new(plan.network.input, 3);
        let network = Network::new(&plan.network, &trained.weights.parameters);
        let unseen: Vec<_> = (100..160).collect();
        let judgement = network.judge(&tones, &unseen).unwrap().unwrap();
        assert!(judgement.accuracy > 0.8, "{index}: {judgement:?}");
    }
}

#[test]
fn training_ends_when_it_gets_no_better_and_keeps_the_best_weights() {
    let folder = tempfile::tempdir().unwrap();
    let policy = Policy { rate: Rate::Constant(5e-3), ..best_policy(60, Some(4)) };
    let plan = Plan { policy, ..plan() };
    let trained = finished(run(&plan, &folder.path().join("a.bin"), WITHOUT_STOP).unwrap());
    let (best, last) = (trained.best_epoch, trained.curve.len());
    assert!(last == best + 4 || last == 60, "best {best}, last {last}");
    let tones = Tones::new(plan.network.input, 3);
    let network = Network::new(&plan.network, &trained.weights.parameters);
    let validation: Vec<_> = (TRAINING_CLIPS..TRAINING_CLIPS + 9).collect();
    let judgement = network.judge(&tones, &validation).unwrap().unwrap();
    let stated = trained.curve[best - 1];
    assert_eq!(Some(judgement.accuracy), stated.validation_accuracy);
    assert_eq!(Some(judgement.loss), stated.validation_loss);
}

#[test]
fn untrainable_jobs_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    let refusal = |change: fn(&mut Plan)| {
        let mut plan = plan();
        change(&mut plan);
        run(&plan, &path, WITHOUT_STOP).err().unwrap().to_string()
    };
    assert_eq!(refusal(|plan| plan.policy.epochs = 0), "test: at least 1 epoch is needed");
    assert_eq!(refusal(|plan| plan.policy.batch = 0), "test: a batch needs at least 1 example");
    assert_eq!(
        refusal(|plan| plan.policy.draws = 0),
        "test: every clip must be drawn at least once"
    );
    let batch_norm = |plan: &mut Plan| {
        plan.network = blocks();
        plan.policy.batch = 1;
    };
    assert!(refusal(batch_norm).contains("batch norm needs at least 2 examples"));
    let one_label = |plan: &mut Plan| {
        plan.network.layers = vec![Layer::Flatten, Layer::Dense { units: 1, relu: false }];
    };
    assert!(refusal(one_label).contains("at least 2 labels"));
}
