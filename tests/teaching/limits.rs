//! What a teacher refuses, and the most that it learns.

use super::{RATE, pcm, purr, taught_teacher, teacher};
use sourcing_sound::{
    Background, Example, MAX_EXAMPLES, Model, Pcm, SampleRate, Teacher, examples_from_json,
    examples_to_json, train,
};
use std::f32::consts::TAU;

#[test]
fn bad_input_has_its_code() {
    let mut teacher = teacher();
    let code = |error: sourcing_sound::Error| error.code();
    let silent = vec![1e-5; RATE as usize];
    assert_eq!(code(teacher.add("a", "b", pcm(&silent)).unwrap_err()), "audio-silent");
    assert_eq!(code(teacher.add(" ", "b", pcm(&purr(0.0))).unwrap_err()), "config");
    assert_eq!(code(teacher.train("none").unwrap_err()), "config");
    teacher.add_background("only", pcm(&purr(0.0))).unwrap();
    assert_eq!(code(teacher.train("none").unwrap_err()), "config");
    assert_eq!(teacher.examples().len(), 1, "nothing that failed was kept");

    let urban = Model::urban_tiny().unwrap();
    let refused = Teacher::new(urban, Background::everyday().unwrap());
    assert_eq!(code(refused.err().unwrap()), "config");
    let hour = vec![0.1; 8_000 * 3_601];
    let hour = Pcm::new(&hour, SampleRate::new(8_000).unwrap()).unwrap();
    assert_eq!(code(teacher.add("a", "b", hour).unwrap_err()), "limit");
    let long = "é".repeat(129);
    assert_eq!(code(teacher.add(&long, "b", pcm(&purr(0.0))).unwrap_err()), "limit");
    assert_eq!(teacher.add(&long[2..], "b", pcm(&purr(0.0))), Ok(1));
}

#[test]
fn levels_are_those_of_the_samples_that_there_are() {
    let mut teacher = teacher();
    let tone = |amplitude: f32, seconds: f32| {
        let sine = move |n: u32| amplitude * (TAU * 440.0 * n as f32 / RATE as f32).sin();
        (0..(seconds * RATE as f32) as u32).map(sine).collect::<Vec<f32>>()
    };
    // A tenth of a window, at −57.9 dBFS.
    assert_eq!(teacher.add("a", "short", pcm(&tone(0.0018, 0.2))), Ok(1));
    let level = teacher.examples()[0].level;
    assert!((level + 57.9).abs() < 0.1, "{level} dBFS");
    // The last window begins at a click of one sample, which is not a loud window.
    let clicked = [tone(0.03, 4.0), vec![1.0]].concat();
    assert_eq!(teacher.add("a", "clicked", pcm(&clicked)), Ok(1));
    assert_eq!(teacher.examples()[1].quiet, 0.0);
}

#[test]
fn hostile_files_are_refused_and_change_nothing() {
    let file = taught_teacher().train("two").unwrap().to_json();
    let sha = Model::everyday().unwrap().sha256().to_owned();
    let other_base = file.replace(&sha, &"0".repeat(64));
    // NaN in half precision, in base64.
    let start = file.find("\"vector\": \"").unwrap() + 11;
    let not_a_number = format!("{}AH4A{}", &file[..start], &file[start + 4..]);
    let short = format!("{}{}", &file[..start], &file[start + 8..]);
    let plain = std::fs::read_to_string("../models/everyday/urban.head.json").unwrap();
    let cases = [
        (other_base.as_str(), "head-mismatch"),
        (&not_a_number, "head-format"),
        (&short, "head-format"),
        (&plain, "head-format"),
        ("[]", "head-format"),
        ("", "head-format"),
        (&file[..file.len() / 2], "head-format"),
    ];
    let mut teacher = teacher();
    for (text, code) in cases {
        let error = teacher.merge(text.as_bytes()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    assert!(teacher.examples().is_empty());
    assert_eq!(teacher.merge(&vec![b' '; (64 << 20) + 1]).unwrap_err().code(), "limit");
    // Ten megabytes of labels: in one, and in thousands of examples.
    let long = format!("\"label\": {:?}", "x".repeat(10 << 20));
    let one = file.replacen("\"label\": \"clicks\"", &long, 1);
    assert_eq!(teacher.merge(one.as_bytes()).unwrap_err().code(), "limit");
    let example = taught_teacher().examples()[0].clone();
    let mut many = vec![example; 8_000];
    for (index, example) in many.iter_mut().enumerate() {
        example.label = Some(format!("{index:>1300}"));
    }
    let many = examples_to_json(&many);
    assert_eq!(examples_from_json(many.as_bytes()).unwrap_err().code(), "limit");
    assert!(teacher.examples().is_empty());
}

#[test]
fn many_labels_train_and_too_many_examples_are_refused() {
    let teacher = taught_teacher();
    let examples = teacher.examples();
    let many: Vec<Example> = (0..200)
        .flat_map(|label| {
            let mut own = examples[..5].to_vec();
            own.iter_mut().for_each(|example| example.label = Some(format!("label {label}")));
            own
        })
        .collect();
    let (model, background) = (Model::everyday().unwrap(), Background::everyday().unwrap());
    let taught = train(&model, &background, "many", &many).unwrap();
    assert_eq!(taught.head.metadata().labels.len(), 200);
    let too_many = vec![examples[0].clone(); MAX_EXAMPLES + 1];
    let error = train(&model, &background, "many", &too_many).unwrap_err();
    assert_eq!(error.code(), "limit");
}

/// Time that grew with the square of their number would be minutes here, with its cube years.
#[test]
fn thousands_of_examples_of_one_label_are_trained() {
    let kept = taught_teacher();
    let purrs = kept.examples().iter().filter(|one| one.label.as_deref() == Some("my purr"));
    let many = |one_recording: bool| -> Vec<Example> {
        let examples = purrs.clone().cycle().take(MAX_EXAMPLES).enumerate();
        let renamed = examples.map(|(index, example)| {
            let mut example = example.clone();
            example.recording = if one_recording { "one".into() } else { format!("take {index}") };
            example.sha256 = format!("{index:064x}");
            example
        });
        renamed.collect()
    };
    let (model, background) = (Model::everyday().unwrap(), Background::everyday().unwrap());
    let taught = train(&model, &background, "many", &many(false)).unwrap();
    let label = &taught.report.labels[0];
    assert_eq!((label.recordings, label.left_out.len()), (MAX_EXAMPLES, MAX_EXAMPLES));
    assert_eq!(label.recall.unwrap().hits, MAX_EXAMPLES, "each has thousands like it");
    let taught = train(&model, &background, "many", &many(true)).unwrap();
    let label = &taught.report.labels[0];
    assert_eq!((label.recordings, label.examples), (1, MAX_EXAMPLES));
}
