#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::*;
use sourcing_sound_train::data::dataset::Dataset;
use sourcing_sound_train::fixtures::write_dataset;
use std::sync::atomic::AtomicBool;

/// Three labels in two folds, 36 clips; the second fold is tested.
struct Bench {
    folder: tempfile::TempDir,
    dataset: Dataset,
    split: Split,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    write_dataset(&folder.path().join("data"), 2, 3);
    let dataset = Dataset::read(&folder.path().join("data")).unwrap();
    let of = |wanted: fn(&Slice) -> bool| {
        (0..dataset.slices.len()).filter(|&i| wanted(&dataset.slices[i])).collect::<Vec<_>>()
    };
    let split = Split {
        name: "2".to_owned(),
        train: of(|slice| slice.fold == 1 && !slice.recording.ends_with('2')),
        validation: of(|slice| slice.fold == 1 && slice.recording.ends_with('2')),
        test: of(|slice| slice.fold == 2),
        dropped: 0,
    };
    Bench { folder, dataset, split }
}

impl Bench {
    fn run(&self, method: &Networks, work: &str, stop: bool) -> Result<Option<Verdict>> {
        let (work, stop) = (self.folder.path().join(work), AtomicBool::new(stop));
        std::fs::create_dir_all(&work).unwrap();
        let job = Job {
            slices: &self.dataset.slices,
            labels: &self.dataset.labels,
            seed: 1,
            work: &work,
            stop: &stop,
        };
        method.run(&self.split, &job)
    }

    fn prepared(&self, kind: Kind, options: &Options) -> Networks {
        let mut method = Networks::new(kind, options);
        let preparation = method.prepare(&self.dataset.slices, self.folder.path()).unwrap();
        assert_eq!(preparation.usable, vec![true; self.dataset.slices.len()]);
        assert!(preparation.failures.is_empty());
        assert!(preparation.features_ms.unwrap() > 0.0);
        method
    }
}

fn accuracy(bench: &Bench, verdict: &Verdict) -> f64 {
    let right = |(scores, &clip): (&Vec<f32>, &usize)| {
        let own = scores[bench.dataset.slices[clip].label];
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        scores.iter().all(|score| *score <= own)
    };
    let n = verdict.scores.iter().zip(&bench.split.test).filter(|pair| right(*pair)).count();
    n as f64 / bench.split.test.len() as f64
}

#[test]
fn every_experiment_distinguishes_low_high_and_noise() {
    let bench = bench();
    for kind in [Kind::MelCnn, Kind::MfccCnn, Kind::SlicesCnn, Kind::Rnn] {
        let options = Options { epochs: Some(8), batch: Some(4), ..Options::default() };
        let verdict = bench.run(&bench.prepared(kind, &options), kind.name(), false).unwrap();
        let verdict = verdict.unwrap();
        assert_eq!(verdict.scores.len(), bench.split.test.len());
        let accuracy = accuracy(&bench, &verdict);
        assert!(accuracy > 0.6, "{}: {accuracy}, chance is a third", kind.name());
        let network = Recipe::new(kind, &options).network(3);
        assert_eq!(verdict.parameters, Some(network.parameters().unwrap() as u64));
        assert!(verdict.multiply_adds.unwrap() >= network.multiply_adds().unwrap() as u64);
        assert!(verdict.cost.model_ms.unwrap() > 0.0 && verdict.seconds > 0.0);
        assert_eq!(verdict.details["epochs"], verdict.curve.len());
        assert!(verdict.curve.iter().all(|epoch| epoch.validation_accuracy.is_some()));
    }
}

#[test]
fn a_stopped_run_resumes() {
    let bench = bench();
    let options = Options { epochs: Some(2), batch: Some(8), ..Options::default() };
    let method = bench.prepared(Kind::Rnn, &options);
    assert!(bench.run(&method, "stopped", true).unwrap().is_none());
    assert!(bench.folder.path().join("stopped/checkpoint.bin").exists());
    let resumed = bench.run(&method, "stopped", false).unwrap().unwrap();
    let whole = bench.run(&method, "whole", false).unwrap().unwrap();
    assert_eq!(resumed.scores, whole.scores);
    assert_eq!(resumed.curve, whole.curve);
}

#[test]
fn a_checkpoint_of_other_clips_is_refused() {
    let mut bench = bench();
    let options = Options { epochs: Some(1), ..Options::default() };
    let method = bench.prepared(Kind::Rnn, &options);
    bench.run(&method, "work", true).unwrap();
    bench.split.train.pop();
    let error = bench.run(&method, "work", false).err().unwrap().to_string();
    assert!(error.contains("training_clips: "), "{error}");
    assert!(!error.contains("validation_clips"), "{error}");
}

#[test]
fn clips_without_audio_are_named_and_may_not_be_split() {
    let bench = bench();
    let broken = &bench.dataset.slices[bench.split.test[0]].path;
    std::fs::write(broken, b"not a wav file").unwrap();
    let mut method = Networks::new(Kind::Rnn, &Options::default());
    let preparation = method.prepare(&bench.dataset.slices, bench.folder.path()).unwrap();
    assert_eq!(preparation.usable.iter().filter(|usable| !**usable).count(), 1);
    assert!(!preparation.usable[bench.split.test[0]]);
    assert!(preparation.failures[0].contains(&*broken.to_string_lossy()));
    let error = bench.run(&method, "work", false).err().unwrap().to_string();
    assert!(error.contains("has no features"), "{error}");
}

#[test]
fn settings_follow_the_options_and_leave_the_seed_to_the_record() {
    let default = Networks::new(Kind::MelCnn, &Options::default()).settings();
    assert_eq!(default["layers"].as_array().unwrap().len(), 10);
    assert_eq!(default["fit"]["batch"], 16);
    assert!(default["fit"].get("seed").is_none());
    let options = Options { epochs: Some(7), ..Options::default() };
    assert_ne!(Networks::new(Kind::MelCnn, &options).settings(), default);
}

#[test]
fn the_median_of_an_even_number_is_the_mean_of_two() {
    assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
    assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(Vec::new()), None);
}
