//! Sounds taught by examples, from samples to scores, with the shipped model.
#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

#[path = "teaching/limits.rs"]
mod limits;

use sourcing_sound::{
    Background, Classifier, FindingKind, Head, Model, Pcm, SampleRate, Share, Teacher,
    examples_from_json, examples_to_json, train,
};
use std::f32::consts::TAU;

const RATE: u32 = 32_000;

/// Returns a low hum with harmonics that swells about once a second, differently in each take, 0 to
/// 2.
fn purr(take: f32) -> Vec<f32> {
    let (pitch, swell) = (24.0 + 5.0 * take, 1.1 + 0.3 * take);
    sound(4.0, take, move |seconds, noise| {
        let tone: f32 = (1..8).map(|n| (TAU * pitch * n as f32 * seconds).sin() / n as f32).sum();
        0.1 * (tone + 0.3 * noise) * (1.2 + (TAU * swell * seconds).sin())
    })
}

/// Returns several clicks per second.
fn clicks(take: f32) -> Vec<f32> {
    let every = 0.11 + 0.02 * take;
    sound(4.0, take, move |seconds, noise| 0.5 * noise * (-(seconds % every) * 400.0).exp())
}

/// Returns something else.
fn rumble(take: f32) -> Vec<f32> {
    let pitch = 300.0 + 50.0 * take;
    sound(4.0, take, move |seconds, noise| 0.1 * (TAU * pitch * seconds).sin() + 0.05 * noise)
}

fn sound(seconds: f32, take: f32, value: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    let mut state = take.to_bits().wrapping_mul(2_654_435_761) | 1;
    (0..(seconds * RATE as f32) as u32)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            value(index as f32 / RATE as f32, state as f32 / u32::MAX as f32 * 2.0 - 1.0)
        })
        .collect()
}

fn pcm(samples: &[f32]) -> Pcm<'_> {
    Pcm::new(samples, SampleRate::new(RATE).unwrap()).unwrap()
}

fn teacher() -> Teacher {
    Teacher::new(Model::everyday().unwrap(), Background::everyday().unwrap()).unwrap()
}

/// Returns a teacher with three takes of each of two sounds.
fn taught_teacher() -> Teacher {
    let mut teacher = teacher();
    for take in [0.0, 1.0, 2.0] {
        teacher.add("my purr", &format!("purr {take}"), pcm(&purr(take))).unwrap();
        teacher.add("clicks", &format!("clicks {take}"), pcm(&clicks(take))).unwrap();
    }
    teacher
}

/// Returns the mean scores of the first labels over a sound's segments.
fn scores(head: &Head, samples: &[f32], labels: usize) -> Vec<f32> {
    let mut classifier = Classifier::with_head(Model::everyday().unwrap(), head.clone()).unwrap();
    let predictions = classifier.classify(pcm(samples)).unwrap();
    let of = |label: usize| predictions.iter().map(|one| one.scores()[label]).sum::<f32>();
    (0..labels).map(|label| of(label) / predictions.len() as f32).collect()
}

#[test]
fn taught_sounds_are_distinguished_in_new_takes() {
    let taught = taught_teacher().train("two").unwrap();
    for take in [0.4, 0.9, 1.6] {
        let of_purr = scores(&taught.head, &purr(take), 2);
        assert!(of_purr[0] > 0.5 && of_purr[1] < 0.2, "purr {take}: {of_purr:?}");
        let of_clicks = scores(&taught.head, &clicks(take), 2);
        assert!(of_clicks[1] > 0.5 && of_clicks[0] < 0.2, "clicks {take}: {of_clicks:?}");
        let of_else = scores(&taught.head, &rumble(take), 2);
        assert!(of_else.iter().all(|&score| score < 0.3), "something else {take}: {of_else:?}");
    }
    let report = &taught.report;
    assert_eq!(report.labels.len(), 2);
    // Without its neighbour, a take at the end of the range may be missed; nothing else is found.
    let recall = report.labels[0].recall.unwrap();
    assert!(recall.hits >= 2 && recall.of == 3, "{recall}");
    assert_eq!(report.labels[0].precision, Some(Share { hits: recall.hits, of: recall.hits }));
    assert_eq!((report.labels[0].examples, report.labels[0].others), (3, 3));
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn no_score_of_the_base_changes() {
    let head = taught_teacher().train("two").unwrap().head;
    let mut base = Classifier::new(Model::everyday().unwrap()).unwrap();
    let mut with_head = Classifier::with_head(Model::everyday().unwrap(), head).unwrap();
    let samples = purr(1.3);
    let (before, after) =
        (base.classify(pcm(&samples)).unwrap(), with_head.classify(pcm(&samples)).unwrap());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.scores(), &after.scores()[2..]);
    }
    assert_eq!(
        after[0].top(1)[0].label,
        "my purr",
        "it comes before the kinds of sound that it is"
    );
}

#[test]
fn a_label_that_the_model_knows_adds_to_it() {
    let mut teacher = teacher();
    assert_eq!(teacher.add("PURR", "one", pcm(&purr(0.0))), Ok(1));
    teacher.add("Purr", "two", pcm(&purr(1.0))).unwrap();
    teacher.add("my fridge", "three", pcm(&rumble(0.0))).unwrap();
    let taught = teacher.train("known").unwrap();
    let head = taught.head.metadata();
    assert_eq!(head.labels.iter().collect::<Vec<_>>(), ["Purr", "my fridge"]);
    assert!(head.refines.is_empty() && !head.parents.contains_key("Purr"));
    assert_eq!(taught.report.labels[0].recordings, 2);
    let adds = |label| {
        let mut findings = taught.report.findings.iter();
        findings.any(|found| found.kind == FindingKind::Adds && found.label == label)
    };
    assert!(adds("Purr") && !adds("my fridge"));

    // Examples that were stored under another spelling have the same label.
    let kept = examples_to_json(taught.examples()).replace("\"Purr\"", "\"purr\"");
    let kept = examples_from_json(kept.as_bytes()).unwrap();
    let background = Background::everyday().unwrap();
    let again = train(&Model::everyday().unwrap(), &background, "known", &kept).unwrap();
    assert_eq!(again.to_json(), taught.to_json());

    let mut base = Classifier::new(Model::everyday().unwrap()).unwrap();
    let mut with_head = Classifier::with_head(Model::everyday().unwrap(), taught.head).unwrap();
    let labels = base.metadata().labels.clone();
    let own = labels.position("Purr").unwrap();
    assert_eq!(with_head.metadata().labels.len(), labels.len() + 1);
    // A taught sound, a sound that the base knows, and neither.
    let mut raised = 0;
    for samples in [purr(0.4), purr(1.6), clicks(0.0), rumble(1.0)] {
        let before = base.classify(pcm(&samples)).unwrap();
        let after = with_head.classify(pcm(&samples)).unwrap();
        for (before, after) in before.iter().zip(&after) {
            assert!(after.scores()[0] >= before.scores()[own]);
            raised += usize::from(after.scores()[0] > before.scores()[own]);
            let mut others = before.scores().to_vec();
            others.remove(own);
            assert_eq!(after.scores()[2..], others);
        }
    }
    assert!(raised > 0, "the examples add nothing");
}

#[test]
fn the_same_examples_give_the_same_file_and_a_file_gives_its_examples() {
    let taught = taught_teacher().train("two").unwrap();
    let file = taught.to_json();
    assert_eq!(Head::from_json(file.as_bytes()).unwrap(), taught.head);
    assert_eq!(taught_teacher().train("two").unwrap().to_json(), file);

    let mut other = teacher();
    assert_eq!(other.merge(file.as_bytes()), Ok(6));
    assert_eq!(other.merge(file.as_bytes()), Ok(0), "they are there already");
    assert_eq!(other.examples(), taught.examples());
    assert_eq!(other.train("two").unwrap().to_json(), file);

    let json = examples_to_json(taught.examples());
    assert_eq!(examples_from_json(json.as_bytes()).unwrap(), taught.examples());
    assert!(other.remove(5).is_some() && other.remove(5).is_none());
}

#[test]
fn one_example_is_enough_to_begin() {
    let mut teacher = teacher();
    teacher.add("my purr", "one", pcm(&purr(0.0))).unwrap();
    let taught = teacher.train("my purr").unwrap();
    assert!(scores(&taught.head, &purr(0.0), 1)[0] > 0.8);
    assert!(scores(&taught.head, &rumble(0.0), 1)[0] < 0.2);
    let label = &taught.report.labels[0];
    assert_eq!((label.recall, label.precision), (None, None));
    assert_eq!(taught.report.findings[0].kind, FindingKind::Few);
    assert!(taught.report.to_string().contains("1 example from 1 recording"));
}

#[test]
fn findings_say_what_is_wrong_with_the_examples() {
    let mut teacher = taught_teacher();
    let rounded: Vec<f32> = purr(0.0).iter().map(|x| (x * 32_767.0).round() / 32_768.0).collect();
    teacher.add("my purr", "a copy", pcm(&rounded)).unwrap();
    let quieter: Vec<f32> = purr(2.0).iter().map(|x| 0.5 * x).collect();
    teacher.add("my purr", "a quieter copy", pcm(&quieter)).unwrap();
    let overdriven: Vec<f32> = clicks(0.5).iter().map(|x| (9.0 * x).clamp(-1.0, 1.0)).collect();
    teacher.add("clicks", "too loud", pcm(&overdriven)).unwrap();
    teacher.add("purring", "the same sound", pcm(&purr(1.4))).unwrap();
    teacher.add("Rain", "of the model's name", pcm(&rumble(1.0))).unwrap();
    let report = teacher.train("wrong").unwrap().report;
    let has = |kind: FindingKind, label: &str, recording: &str| {
        report.findings.iter().any(|finding| {
            let names = recording.is_empty() || finding.recordings.iter().any(|r| r == recording);
            finding.kind == kind && finding.label == label && names
        })
    };
    assert!(has(FindingKind::Copies, "my purr", "a copy"), "{:?}", report.findings);
    assert!(has(FindingKind::Clipped, "clicks", "too loud"));
    assert!(has(FindingKind::Alike, "purring", ""));
    assert!(has(FindingKind::Adds, "Rain", ""));
    assert!(has(FindingKind::Few, "Rain", ""));
    assert!(has(FindingKind::Similar, "my purr", "a quieter copy"));
    assert!(!has(FindingKind::Similar, "my purr", "purr 1"));
    assert!(!has(FindingKind::Similar, "clicks", ""));
    assert_eq!(
        report.labels[0].recordings, 4,
        "a copy is no other recording, a quieter one may be"
    );
    assert_eq!(report.labels[0].examples, 5);
}

#[test]
fn recordings_of_one_name_in_two_files_stay_separate() {
    let file = |take: f32| {
        let mut teacher = teacher();
        teacher.add("my purr", "IMG_1.wav", pcm(&purr(take))).unwrap();
        teacher.add_background("IMG_1.wav", pcm(&rumble(take))).unwrap();
        (teacher.examples()[0].sha256.clone(), teacher.train("one").unwrap().to_json())
    };
    let ((_, first), (hash, second)) = (file(0.0), file(1.0));
    let mut both = teacher();
    assert_eq!((both.merge(first.as_bytes()), both.merge(second.as_bytes())), (Ok(2), Ok(2)));
    let names: Vec<&str> = both.examples().iter().map(|one| one.recording.as_str()).collect();
    let renamed = format!("IMG_1.wav ({})", &hash[..8]);
    assert_eq!((names[0], names[1], names[2]), ("IMG_1.wav", "IMG_1.wav", renamed.as_str()));
    let report = both.train("both").unwrap().report;
    assert_eq!((report.labels[0].recordings, report.labels[0].others), (2, 2));
    assert_eq!(both.merge(second.as_bytes()), Ok(0), "it is known under its new name");

    // A later file of the same recording has more of it, under its first name.
    let mut longer = teacher();
    longer.merge(second.as_bytes()).unwrap();
    longer.add("my purr", "IMG_1.wav", pcm(&purr(0.5))).unwrap();
    let longer = longer.train("longer").unwrap().to_json();
    assert_eq!(both.merge(longer.as_bytes()), Ok(1));
    assert_eq!(both.examples().last().unwrap().recording, renamed);
}

#[test]
fn the_same_audio_under_two_names_is_reported() {
    let mut teacher = taught_teacher();
    teacher.add_background("the purr again", pcm(&purr(0.0))).unwrap();
    teacher.add("clicks", "a purr", pcm(&purr(1.0))).unwrap();
    let report = teacher.train("both").unwrap().report;
    let found = report.findings.iter().filter(|one| one.kind == FindingKind::Contradictory);
    let found: Vec<(&str, Vec<&str>)> = found
        .map(|one| (one.label.as_str(), one.recordings.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(found, [("my purr", vec!["purr 0", "purr 1"]), ("clicks", vec!["a purr"])]);
    assert_eq!(report.findings[0].kind, FindingKind::Contradictory, "it comes first");
    // One sentence for one recording and for several.
    let message = &report.findings[0].message;
    assert!(message.contains(": given as my purr and as something that it is not."), "{message}");
    let consistent = taught_teacher().train("two").unwrap().report;
    assert!(consistent.findings.iter().all(|one| one.kind != FindingKind::Contradictory));
}

#[test]
fn pauses_are_not_learned_as_the_sound() {
    let mut teacher = teacher();
    // 4 s of the sound in half a minute of a quiet room.
    let mut samples: Vec<f32> = rumble(1.0).iter().map(|x| 0.02 * x).collect();
    samples = samples.iter().copied().cycle().take(30 * RATE as usize).collect();
    samples[..4 * RATE as usize].copy_from_slice(&purr(0.0));
    assert_eq!(teacher.add("my purr", "with pauses", pcm(&samples)), Ok(1));
    let [example] = teacher.examples() else { panic!("one example") };
    assert_eq!((example.start, example.seconds), (0.0, 10.0));
    assert!((24.5..26.5).contains(&example.quiet), "{} s", example.quiet);
    let taught = teacher.train("my purr").unwrap();
    assert!(scores(&taught.head, &purr(0.0), 1)[0] > 0.8);
    assert!(scores(&taught.head, &samples[10 * RATE as usize..], 1)[0] < 0.2);
    let mut findings = taught.report.findings.iter();
    let quiet = findings.find(|finding| finding.kind == FindingKind::Quiet).unwrap();
    let message = format!("with pauses: {:.0} s were left out", example.quiet);
    assert!(quiet.message.starts_with(&message), "{}", quiet.message);

    // Without these pauses, nothing is left out and nothing is reported.
    teacher.remove(0);
    teacher.add("my purr", "cut", pcm(&samples[..4 * RATE as usize])).unwrap();
    assert_eq!(teacher.examples()[0].quiet, 0.0);
    let report = teacher.train("my purr").unwrap().report;
    assert!(report.findings.iter().all(|finding| finding.kind != FindingKind::Quiet));
}

#[test]
fn what_is_given_as_something_else_is_pushed_down() {
    let mut teacher = teacher();
    for take in [0.0, 1.0, 2.0] {
        teacher.add("my purr", &format!("{take}"), pcm(&purr(take))).unwrap();
    }
    // Another kind of purr, which is mistaken for it at first.
    let other = |take: f32| -> Vec<f32> {
        purr(take).iter().zip(clicks(take)).map(|(purr, click)| purr + 0.6 * click).collect()
    };
    let before = scores(&teacher.train("my purr").unwrap().head, &other(1.3), 1)[0];
    teacher.add_background("not this", pcm(&other(1.0))).unwrap();
    let taught = teacher.train("my purr").unwrap();
    let after = scores(&taught.head, &other(1.3), 1)[0];
    assert!(after < before - 0.1 && after < 0.5, "{before} → {after}");
    assert!(scores(&taught.head, &purr(1.3), 1)[0] > 0.5, "what was taught is still recognised");
    assert_eq!(taught.report.labels[0].others, 1);
    assert_eq!(taught.report.labels[0].mistaken, Some(Share { hits: 0, of: 1 }));
}

#[test]
fn backgrounds_are_read_as_they_are_written() {
    let background = Background::everyday().unwrap();
    assert_eq!(Background::from_json(background.to_json().as_bytes()), Ok(background.clone()));
    assert_eq!(background.base_name(), "everyday");
    let broken = background.to_json().replace("\"version\": 1", "\"version\": 2");
    assert_eq!(Background::from_json(broken.as_bytes()).unwrap_err().code(), "head-format");
}
