//! A small run from audio files to a head's files, on a base model whose embedding is the mean
//! level of each third of the bands.

#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::command::{Arguments, execute};
use super::embed::{Embedder, Sound};
use super::evaluation::{ALL_UNKNOWN, Evaluation, among_the_bases_labels};
use super::material::Folders;
use super::segment;
use crate::data::columns::find_sources;
use crate::data::embeddings::{EmbeddingsError, Problem};
use crate::fixtures::{sound, write_dataset, write_wav};
use crate::publish::provenance::Stated;
use crate::tiny_model;
use clap::Parser;
use parquet::arrow::ArrowWriter;
use sourcing_sound::{Classifier, Head, HeadFeature, Model, PatchLayout, Pcm, SampleRate};
use sourcing_sound_decode::Recording;
use sourcing_sound_results::{Clip, EmbeddingRows};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::TempDir;

const RATE: u32 = 22_050;
static GO_ON: AtomicBool = AtomicBool::new(false);

fn base_bytes() -> Vec<u8> {
    tiny_model::patched_onnx(&tiny_model::patched_metadata())
}

fn arguments(root: &Path) -> Arguments {
    std::fs::write(root.join("base.onnx"), base_bytes()).unwrap();
    Arguments {
        base: root.join("base.onnx"),
        folders: Folders {
            data: Some(root.join("my-sounds")),
            embeddings: Vec::new(),
            extra: None,
            background: None,
            unknown: Vec::new(),
        },
        refines: None,
        copies: 1,
        out: root.join("out/mine.head.json"),
        features: vec![HeadFeature::EmbeddingMean],
        test_folds: Vec::new(),
        stated: Stated::default(),
        work: root.join("work"),
        seed: 1,
    }
}

/// Writes three folders of sounds, twelve recordings each, some longer than a segment.
fn write_folders(root: &Path) {
    for (label, name) in ["low", "high", "noise"].into_iter().enumerate() {
        for recording in 0..12u64 {
            for slice in 0..2u64 {
                let seconds = if recording == 0 { 5.0 } else { 0.6 };
                let path = format!("my-sounds/{name}/{name}-take-{recording}__{slice}.wav");
                let samples = sound(label, seconds, 100 * recording + slice);
                write_wav(&root.join(path), &samples, RATE);
            }
        }
    }
}

/// Writes faint sounds, which have no label.
fn write_faint(folder: &Path) {
    for index in 0..12u64 {
        let faint = sound(index as usize % 3, 1.5, 900 + index).into_iter().map(|x| x * 3e-3);
        write_wav(&folder.join(format!("far-{index}-0.wav")), &faint.collect::<Vec<_>>(), RATE);
    }
}

fn run(arguments: &Arguments) -> Evaluation {
    execute(arguments, "test".to_owned(), &GO_ON).unwrap().unwrap()
}

fn best_label(head: &[u8], samples: &[f32]) -> (String, bool) {
    let base = Model::from_onnx(&base_bytes()).unwrap();
    let mut classifier = Classifier::with_head_only(base, Head::from_json(head).unwrap()).unwrap();
    let pcm = Pcm::new(samples, SampleRate::new(RATE).unwrap()).unwrap();
    let prediction = classifier.classify(pcm).unwrap().remove(0);
    (prediction.top(1)[0].label.to_owned(), prediction.rejected())
}

#[test]
fn custom_sounds_become_a_head() {
    let root = TempDir::new().unwrap();
    write_folders(root.path());
    write_faint(&root.path().join("background"));
    write_faint(&root.path().join("others"));
    let mut arguments = arguments(root.path());
    arguments.folders.background = Some(root.path().join("background"));
    arguments.folders.unknown = vec![root.path().join("others")];
    let evaluation = run(&arguments);
    assert_eq!(evaluation.labels, ["high", "low", "noise"]);
    assert_eq!(evaluation.data.total.present, 72);
    assert!(evaluation.stages.len() >= 3, "folds by the hash of the recording's name");
    let tested: usize = evaluation.stages.iter().map(|stage| stage.n_test).sum();
    assert_eq!(tested, 72, "every clip is left out once");
    let mean = evaluation.mean.as_ref().unwrap();
    assert!(mean.accuracy > 0.95, "{}, where chance is 0.33", mean.accuracy);
    assert!(evaluation.shipped.export_difference <= 1e-4);
    let names: Vec<_> = evaluation.unknown.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names[..3], ["background", "others", ALL_UNKNOWN]);
    assert!(evaluation.unknown[..3].iter().all(|set| set.auroc > 0.95 && !set.synthesised));
    assert!(evaluation.unknown[3..].iter().all(|set| set.synthesised && set.segments > 0));
    let taken = evaluation.refines.iter().map(|(label, names)| (label.as_str(), names.join(" ")));
    let expected = [("high", "high".to_owned()), ("low", "low".to_owned())];
    assert_eq!(taken.collect::<Vec<_>>(), expected, "the base has labels of those names");

    let head = std::fs::read(&arguments.out).unwrap();
    for (index, label) in ["low", "high", "noise"].into_iter().enumerate() {
        assert_eq!(best_label(&head, &sound(index, 1.0, 7_777)).0, label);
    }
    assert!(best_label(&head, &[0.0; RATE as usize]).1, "silence is rejected");
    let text = String::from_utf8(head.clone()).unwrap();
    assert!(!text.contains(&evaluation.date), "the head holds no date");
    assert!(text.contains("my-sounds"), "the head says what it was trained on");
    let read = |name: &str| std::fs::read_to_string(root.path().join("out").join(name)).unwrap();
    let stored: Evaluation = serde_json::from_str(&read("mine.evaluation.json")).unwrap();
    assert_eq!(stored.stages.len(), evaluation.stages.len());
    assert_eq!(stored.stages[0].scores.confusion, evaluation.stages[0].scores.confusion);
    let card = read("mine.CARD.md");
    assert!(card.contains("| noise |") && card.contains("| background |"), "{card}");
    assert!(!card.contains("UrbanSound8K"), "{card}");

    // The same input gives the same bytes, from the cache as from the audio.
    run(&arguments);
    assert_eq!(std::fs::read(&arguments.out).unwrap(), head);
    std::fs::remove_dir_all(&arguments.work).unwrap();
    run(&arguments);
    assert_eq!(std::fs::read(&arguments.out).unwrap(), head);
}

/// Writes the windows of every recording in a folder per label, and of the faint ones, as the
/// Python package does, in one file per label.
fn write_embeddings(root: &Path) -> PathBuf {
    let model = Model::from_onnx(&base_bytes()).unwrap();
    let hop = segment::hop_seconds(model.metadata());
    let mut classifier = Classifier::new(model).unwrap();
    let folder = root.join("parts");
    std::fs::create_dir(&folder).unwrap();
    for label in ["noise", "low", "background", "high"] {
        let mut rows = EmbeddingRows::new(&classifier);
        let sounds = if label == "background" { root.to_owned() } else { root.join("my-sounds") };
        for source in find_sources(&sounds.join(label)).unwrap() {
            let file = format!("archive/{label}/{}", source.name);
            let label = Some(label.to_owned()).filter(|label| label != "background");
            let clip = Clip { file, label, ..Clip::default() };
            let recording = sourcing_sound_decode::decode(&source.path).unwrap();
            let pcm = Pcm::new(&recording.samples, SampleRate::new(RATE).unwrap()).unwrap();
            for (index, patch) in classifier.patches(pcm).unwrap().iter().enumerate() {
                rows.push(&clip, index as f64 * hop, &patch.embedding, &patch.scores);
            }
        }
        let table = rows.take().unwrap();
        let file = std::fs::File::create(folder.join(format!("{label}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(file, table.schema(), None).unwrap();
        writer.write(&table).unwrap();
        writer.close().unwrap();
    }
    folder
}

#[test]
fn embeddings_give_the_head_of_the_audio() {
    let root = TempDir::new().unwrap();
    write_folders(root.path());
    write_faint(&root.path().join("background"));
    let mut of_audio = Arguments { copies: 0, ..arguments(root.path()) };
    of_audio.folders.background = Some(root.path().join("background"));
    let mut of_embeddings = Arguments {
        out: root.path().join("out/embedded.head.json"),
        work: root.path().join("other work"),
        ..arguments(root.path())
    };
    of_embeddings.folders.data = None;
    of_embeddings.folders.embeddings = vec![write_embeddings(root.path())];
    let (expected, found) = (run(&of_audio), run(&of_embeddings));
    let head = |path: &Path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let (audio, embedded) = (head(&of_audio.out), head(&of_embeddings.out));
    // Equal bit for bit, except for what is stated about it.
    let own = ["name", "training_data", "config_hash"];
    for (key, value) in audio.as_object().unwrap() {
        assert!(own.contains(&key.as_str()) || embedded[key] == *value, "{key}");
    }
    assert_eq!(audio.as_object().unwrap().len(), embedded.as_object().unwrap().len());
    let card = embedded["training_data"].as_str().unwrap();
    assert!(card.starts_with("Embeddings \"parts\": 72 clips of 36 recordings"), "{card}");
    assert_eq!(found.recipe.copies, 0, "copies are made of audio");
    assert_eq!(found.data.background, expected.data.background);
    let accuracy = |evaluation: &Evaluation| evaluation.mean.as_ref().unwrap().accuracy;
    assert_eq!(accuracy(&found), accuracy(&expected));

    // Another base is refused with a reason.
    let other = root.path().join("other.onnx");
    let mut metadata = tiny_model::patched_metadata();
    metadata.name = "other".to_owned();
    std::fs::write(&other, tiny_model::patched_onnx(&metadata)).unwrap();
    let refused = Arguments { base: other, ..of_embeddings };
    let error = execute(&refused, String::new(), &GO_ON).unwrap_err();
    let error = error.downcast_ref::<EmbeddingsError>().unwrap();
    assert!(matches!(error.problem, Problem::OtherBase { .. }), "{error}");
}

#[derive(clap::Parser)]
struct CommandLine {
    #[command(flatten)]
    arguments: Arguments,
}

#[test]
fn embeddings_replace_audio_and_copies() {
    let parse = |options: &[&str]| {
        let words = ["head", "--base", "b.onnx", "--out", "x.head.json"].iter().chain(options);
        CommandLine::try_parse_from(words).map(|line| line.arguments)
    };
    let taken = parse(&["--embeddings", "a", "--embeddings", "b", "--unknown", "c"]).unwrap();
    assert_eq!(taken.folders.embeddings, ["a", "b"].map(PathBuf::from));
    assert!(parse(&["--data", "a", "--copies", "0"]).is_ok());
    assert!(parse(&[]).is_err(), "one of the two is needed");
    for other in [["--data", "c"], ["--copies", "2"], ["--extra", "c"]] {
        let refused = parse(&[&["--embeddings", "a"], &other[..]].concat()).err().unwrap();
        assert!(refused.to_string().contains("cannot be used with"), "{refused}");
    }
}

#[test]
fn official_folds_are_left_out_in_turn() {
    let root = TempDir::new().unwrap();
    let data = root.path().join("my-sounds");
    write_dataset(&data, 3, 3);
    std::fs::remove_file(data.join("audio/fold3/30000-0-0-1.wav")).unwrap();
    std::fs::write(data.join("audio/fold1/10000-0-0-1.wav"), b"not audio").unwrap();
    let features = vec![HeadFeature::EmbeddingMean, HeadFeature::EmbeddingMax];
    let arguments = Arguments { features, ..arguments(root.path()) };
    let evaluation = run(&arguments);
    let folds: Vec<_> = evaluation.stages.iter().map(|stage| stage.test_folds.as_str()).collect();
    assert_eq!(folds, ["1", "2", "3"]);
    let whole = evaluation.mean_of_whole_folds.unwrap();
    assert_eq!(whole.test_folds, ["1", "2"], "a clip of fold 3 is missing");
    assert_eq!(evaluation.data.unreadable.len(), 1, "damage is named, not hidden");
    assert!(evaluation.data.unreadable[0].contains("10000-0-0-1"));
    assert!(evaluation.unknown.iter().all(|set| set.synthesised), "no folder was given");
    let head = Head::from_json(&std::fs::read(&arguments.out).unwrap()).unwrap();
    assert!(head.detector().is_some(), "synthesised sounds need no folder");
    assert!(head.metadata().card.licence.contains("not stated"), "the layout is not the data set");
    assert!(head.metadata().card.training_data.contains("laid out as UrbanSound8K"));
    assert!(head.metadata().card.folds.contains("trained on folds 1-3"));
}

#[test]
fn unusable_training_data_are_refused() {
    let root = TempDir::new().unwrap();
    write_folders(root.path());
    let good = arguments(root.path());
    let refused = |arguments: &Arguments| {
        format!("{:#}", execute(arguments, String::new(), &GO_ON).unwrap_err())
    };
    let plain = root.path().join("plain.onnx");
    std::fs::write(&plain, tiny_model::onnx(&tiny_model::metadata())).unwrap();
    let message = refused(&Arguments { base: plain, ..good.clone() });
    assert!(message.contains("\"tiny\" has no embedding"), "{message}");
    let out = root.path().join("out/mine.json");
    assert!(refused(&Arguments { out, ..good.clone() }).contains("NAME.head.json"));
    let mut extra = good.clone();
    extra.folders.extra = Some(root.path().to_path_buf());
    assert!(refused(&extra).contains("--extra"));
    let refines = root.path().join("refines.json");
    std::fs::write(&refines, r#"{"refines": {"low": ["low"], "high": ["shrill"]}}"#).unwrap();
    let message = refused(&Arguments { refines: Some(refines), ..good.clone() });
    assert!(message.contains("the base has no label \"shrill\""), "{message}");
    let test_folds = vec![[9].into()];
    assert!(refused(&Arguments { test_folds, ..good.clone() }).contains("fold 9 has no clips"));
    assert!(!good.out.exists());
    std::fs::create_dir_all(root.path().join("my-sounds/rare")).unwrap();
    let rare = |slice: &str| root.path().join(format!("my-sounds/rare/only{slice}.wav"));
    write_wav(&rare("__1"), &[0.1; 100], RATE);
    write_wav(&rare("__2"), &[0.1; 100], RATE);
    let message = refused(&good);
    assert!(message.contains("\"rare\": found 1, needed 2"), "{message}");
    assert!(!good.work.exists(), "nothing was processed before");
}

#[test]
fn a_segment_is_four_seconds_of_patches() {
    let mut base = tiny_model::patched_metadata();
    // 100 columns per second.
    (base.front_end.sample_rate, base.front_end.hop_length) = (32_000, 320);
    for (frames, hop_frames, expected) in
        [(200, 50, 5), (96, 48, 7), (400, 50, 1), (1_000, 100, 1), (2, 1, 128)]
    {
        base.patch = Some(PatchLayout { frames, hop_frames });
        base.segment_frames = frames;
        assert_eq!(segment::patches(&base), expected, "{frames} every {hop_frames}");
    }
    base.patch = Some(PatchLayout { frames: 200, hop_frames: 50 });
    base.segment_frames = 200;
    let hop_seconds = segment::hop_seconds(&base);
    assert_eq!((segment::seconds(&base), hop_seconds, segment::window_step(&base)), (4.0, 0.5, 4));
    base.patch = None;
    assert_eq!((segment::patches(&base), segment::window_step(&base)), (1, 1));
}

#[test]
fn an_interrupted_run_resumes() {
    let root = TempDir::new().unwrap();
    let base = Model::from_onnx(&base_bytes()).unwrap();
    let (stop, loads) = (AtomicBool::new(false), AtomicUsize::new(0));
    // Fewer threads than that start the last 64, so some remain when the stop is set.
    const SOUNDS: usize = 192;
    let sounds: Vec<_> =
        (0..SOUNDS).map(|i| Sound { name: format!("s{i}"), key: "1".into() }).collect();
    let embedder = Embedder::new(&base, root.path(), &stop).unwrap();
    let load = |stop_at: usize| {
        let (stop, loads) = (&stop, &loads);
        move |index: usize| {
            loads.fetch_add(1, Ordering::Relaxed);
            if index >= stop_at {
                stop.store(true, Ordering::Relaxed);
            }
            Ok(Recording::new(sound(index % 3, 0.1, index as u64), RATE))
        }
    };
    assert!(embedder.embed("sounds", &sounds, load(128)).unwrap().is_none());
    stop.store(false, Ordering::Relaxed);
    loads.store(0, Ordering::Relaxed);
    let embedded = embedder.embed("sounds", &sounds, load(usize::MAX)).unwrap().unwrap();
    assert_eq!(loads.load(Ordering::Relaxed), 64, "the first 128 were kept");
    assert_eq!(embedded.patches.len(), SOUNDS);
    assert!(embedded.patches.iter().all(Option::is_some));

    // A damaged file of the cache is computed again, with the same result.
    let folder = std::fs::read_dir(root.path()).unwrap().next().unwrap().unwrap().path();
    for file in std::fs::read_dir(&folder).unwrap() {
        std::fs::write(file.unwrap().path(), b"damaged").unwrap();
    }
    let again = embedder.embed("sounds", &sounds, load(usize::MAX)).unwrap().unwrap();
    assert_eq!(again.patches, embedded.patches);
    // The cache is not used for other audio under the same names.
    let others: Vec<_> =
        (0..SOUNDS).map(|i| Sound { name: format!("s{i}"), key: "2".into() }).collect();
    loads.store(0, Ordering::Relaxed);
    embedder.embed("sounds", &others, load(usize::MAX)).unwrap().unwrap();
    assert_eq!(loads.load(Ordering::Relaxed), SOUNDS);
}

#[test]
fn a_sound_that_failed_is_tried_again() {
    let root = TempDir::new().unwrap();
    let base = Model::from_onnx(&base_bytes()).unwrap();
    let embedder = Embedder::new(&base, root.path(), &GO_ON).unwrap();
    let sounds = ["a", "b"].map(|name| Sound { name: name.to_owned(), key: "1".to_owned() });
    let audio = |index: usize| Recording::new(sound(index, 0.5, 3), RATE);
    let load = |index: usize| {
        anyhow::ensure!(index == 0, "busy");
        Ok(audio(index))
    };
    let first = embedder.embed("sounds", &sounds, load).unwrap().unwrap();
    assert!(first.patches[0].is_some() && first.patches[1].is_none());
    assert_eq!(first.failures, ["b: busy"]);
    let load = |index: usize| {
        assert_eq!(index, 1, "the other one was kept");
        Ok(audio(index))
    };
    let second = embedder.embed("sounds", &sounds, load).unwrap().unwrap();
    assert!(second.failures.is_empty());
    assert_eq!(second.patches[0], first.patches[0]);
    assert!(second.patches[1].is_some());
}

#[test]
fn the_shipped_head_fits_the_shipped_base() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/everyday");
    let read = |name: &str| std::fs::read(models.join(name)).unwrap();
    let base = Model::from_onnx(&read("model.onnx")).unwrap();
    let head = Head::from_json(&read("urban.head.json")).unwrap();
    let evaluation: Evaluation = serde_json::from_slice(&read("urban.evaluation.json")).unwrap();
    assert_eq!(evaluation.base.sha256, base.sha256());
    assert_eq!(evaluation.config_hash, head.metadata().card.config_hash);
    assert!(evaluation.labels.iter().eq(head.metadata().labels.iter()));
    let shorter = among_the_bases_labels(&evaluation.stages);
    assert!(shorter.ends_with("76.4%, 74.7%, 69.8%"), "{shorter}");
    assert!(head.metadata().card.accuracy.ends_with(&shorter));
    let mut classifier = Classifier::with_head_only(base, head).unwrap();
    let silence = vec![0.0; 4 * RATE as usize];
    let pcm = Pcm::new(&silence, SampleRate::new(RATE).unwrap()).unwrap();
    let predictions = classifier.classify(pcm).unwrap();
    assert_eq!(predictions.len(), 1, "4 s are one segment");
    assert!(predictions[0].rejected(), "silence is none of the labels");
}
