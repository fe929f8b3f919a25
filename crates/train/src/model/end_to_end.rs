//! A small run from audio files to a model folder.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use crate::data::dataset::Layout;
use crate::fixtures::{write_dataset, write_wav};
use crate::model::assemble::Assembly;
use crate::model::config::{self, AugmentConfig, SEGMENT_FRAMES, TrainConfig};
use crate::model::evaluation::Evaluation;
use crate::model::material::{Folders, Material};
use crate::model::network::NetConfig;
use crate::model::stage::{Shared, StageSpec};
use crate::nn::layers::Block;
use crate::publish::provenance::{Provenance, Stated, TrainedOn};
use sourcing_sound::{Classifier, Model, Pcm, SampleRate};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

fn load(data: &Path, work: &Path) -> Material {
    let folders = Folders {
        data: data.to_path_buf(),
        extra: None,
        background: Some(data.join("background")),
    };
    Material::load(&folders, config::front_end(), work).unwrap()
}

#[test]
fn a_small_data_set_becomes_a_model_that_has_learned() {
    let folder = tempfile::tempdir().unwrap();
    let (data, work) = (folder.path().join("data"), folder.path().join("work"));
    write_dataset(&data, 2, 5);
    let hum: Vec<_> = (0..22_050).map(|n| 0.1 * (n as f32 * 0.02).sin()).collect();
    write_wav(&data.join("background/hum.wav"), &hum, 22_050);
    std::fs::write(data.join("audio/fold1/10000-0-0-1.wav"), b"not audio").unwrap();
    let material = load(&data, &work);
    assert_eq!(material.summary.unreadable.len(), 1, "damage is named, not hidden");
    assert!(material.summary.unreadable[0].contains("10000-0-0-1.wav"));
    assert_eq!(material.clips.len(), 59);

    let block = |channels, kernel, stride| Block { channels, kernel, stride, pool: true };
    let blocks = vec![block(8, 5, 2), block(16, 3, 1), block(16, 3, 1)];
    let net = NetConfig { n_mels: material.front_end.n_mels, n_labels: 3, blocks, dropout: 0.1 };
    // Forty short epochs, and one label is noise, so little noise is added.
    let augment = AugmentConfig { noise_probability: 0.1, mixup: 0.1, ..AugmentConfig::default() };
    let train = TrainConfig {
        epochs: 40,
        batch: 8,
        learning_rate: 1e-2,
        average: 0.9,
        augment,
        ..TrainConfig::default()
    };
    let shared = Shared {
        material: &material,
        train: &train,
        net: &net,
        segment_frames: SEGMENT_FRAMES,
        work: &work,
        fresh: false,
        stop: &AtomicBool::new(false),
    };
    let left_out = StageSpec::leaving_out(BTreeSet::from([1]));
    let stage = shared.run(&left_out).unwrap().unwrap();
    assert_eq!((stage.judged.len(), stage.facts.n_train), (29, 30));
    let accuracy = crate::metrics::accuracy(&stage.judged);
    assert!(accuracy > 0.8, "{accuracy}, where chance is 0.33");
    let as_trained = crate::metrics::accuracy(&stage.judged_as_trained);
    assert!(as_trained > 0.6, "{as_trained} before the refit, where chance is 0.33");
    let last = shared.run(&StageSpec::everything()).unwrap().unwrap();

    // A second run finds the features and the results of the first.
    let again = Shared { material: &load(&data, &work), ..shared };
    let cached = again.run(&left_out).unwrap().unwrap();
    assert_eq!(cached.judged, stage.judged);
    assert_eq!(cached.folded().unwrap(), stage.folded().unwrap());
    let of_stage = work.join(&left_out.name);
    assert!(of_stage.join("result.bin").is_file());
    again.discard(&left_out).unwrap();
    assert_eq!(std::fs::read_dir(of_stage).unwrap().count(), 0, "a fresh run begins with nothing");

    let out = folder.path().join("model");
    let clips = material.clips.iter().map(|clip| &clip.slice);
    let trained_on =
        TrainedOn::new(Layout::UrbanSound8k, &material.data_name, &material.labels, clips);
    let evaluation = Assembly {
        name: "small",
        command: "test".into(),
        material: &material,
        provenance: &Provenance::of("model", &trained_on, &Stated::default()),
        stages: &[stage],
        last: &last,
        unknown: &[data.join("background")],
        work: &work,
        out: &out,
    }
    .write()
    .unwrap();
    assert_eq!(evaluation.mean.accuracy, accuracy);
    let stored: Evaluation =
        serde_json::from_str(&std::fs::read_to_string(out.join("evaluation.json")).unwrap())
            .unwrap();
    assert_eq!(stored.config, evaluation.config);
    assert_eq!(stored.stages[0].scores.confusion, evaluation.stages[0].scores.confusion);
    let card = std::fs::read_to_string(out.join("CARD.md")).unwrap();
    assert!(card.contains("| 1 | 29 | 15 |"), "{card}");

    assert!(!card.contains("CC BY") && card.contains("laid out as UrbanSound8K"), "{card}");

    let model = Model::from_onnx(&std::fs::read(out.join("model.onnx")).unwrap()).unwrap();
    assert_eq!(
        model.metadata().card.training_data,
        "Folder \"data\" (laid out as UrbanSound8K): 59 clips of 30 recordings in folds 1-2; \
         labels low, high, noise"
    );
    assert!(model.metadata().card.licence.contains("not stated"));
    let mut classifier = Classifier::new(model).unwrap();
    let recording =
        sourcing_sound_decode::decode(data.join("audio/fold2/20100-1-0-0.wav")).unwrap();
    let rate = SampleRate::new(recording.sample_rate).unwrap();
    let predictions = classifier.classify(Pcm::new(&recording.samples, rate).unwrap()).unwrap();
    assert_eq!(predictions[0].top(1)[0].label, "high");
}
