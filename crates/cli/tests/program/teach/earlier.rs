//! `sourcing-sound teach --add`: the examples of earlier runs, with their sound and their paths.

use super::{BEEPS, OUTPUT, RUMBLE, bench, best, read, report, teach};
use crate::common::sounds;
use serde_json::{Value, json};

#[test]
fn earlier_examples_are_added() {
    let bench = bench();
    teach(&bench, &[&BEEPS, &["-o", "beeps.sound.json"]]).success();
    std::fs::remove_dir_all(bench.path().join("beeps")).unwrap();
    let add = ["--add", "beeps.sound.json"];
    let found = report(&bench, &[&add, &RUMBLE, &OUTPUT]);
    let labels = [&found["labels"][0]["label"], &found["labels"][1]["label"]];
    assert_eq!(labels, ["bedside alarm", "generator"]);
    assert_eq!((&found["examples"], &found["labels"][0]["others"]), (&json!(10), &json!(5)));
    bench.write("new.wav", &sounds::beeps(20));
    assert_eq!(best(&bench, "new.wav"), "bedside alarm");

    // Files alone are merged; an example that both contain counts once.
    let both = ["--add", "beeps.sound.json", "--add", "home.sound.json"];
    let found = report(&bench, &[&both, &["-o", "both.sound.json"]]);
    assert_eq!(found["examples"], 10);

    let without_examples = include_str!("../../../../../models/everyday/urban.head.json");
    bench.write("plain.head.json", without_examples.as_bytes());
    let cases = [
        ("tiny.onnx", "[head-format]"),
        ("missing.sound.json", "[io]"),
        ("plain.head.json", "[head-format]"),
    ];
    for (name, code) in cases {
        let run = teach(&bench, &[&["--add", name], &RUMBLE, &["-o", "no.sound.json"]]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{name}");
        assert!(run.stderr.starts_with(&format!("error: --add {name}: ")), "{}", run.stderr);
        assert!(run.stderr.contains(code), "{}", run.stderr);
    }
    assert!(!bench.path().join("no.sound.json").exists());
}

/// As the page saves them.
#[test]
fn the_sound_of_earlier_examples_is_kept() {
    let bench = bench();
    let with_sound = |from: &str, to: &str, samples: &str| -> Vec<Value> {
        let mut file: Value = serde_json::from_str(&read(&bench, from)).unwrap();
        let examples = file["examples"].as_array().unwrap().iter();
        let sounds = examples.map(|example| {
            json!({"sha256": example["sha256"], "sample_rate": 22_050, "samples": samples})
        });
        let sounds: Vec<Value> = sounds.collect();
        // The sound of an example that was removed.
        let other = json!({"sha256": "0".repeat(64), "sample_rate": 22_050, "samples": samples});
        file["sounds"] = [&sounds[..], &[other]].concat().into();
        bench.write(to, file.to_string().as_bytes());
        sounds
    };
    teach(&bench, &[&BEEPS, &["-o", "beeps.sound.json"]]).success();
    let sounds = with_sound("beeps.sound.json", "a.sound.json", "AAABAAIA");
    // The same examples with other audio, which comes second.
    with_sound("beeps.sound.json", "b.sound.json", "AgABAAAA");
    let add = ["--add", "a.sound.json", "b.sound.json"];
    teach(&bench, &[&add, &RUMBLE, &OUTPUT]).success();
    let found: Value = serde_json::from_str(&read(&bench, "home.sound.json")).unwrap();
    assert_eq!(found["sounds"], json!(sounds));
    assert_eq!(found["examples"].as_array().unwrap().len(), 10);
    bench.write("new.wav", &sounds::beeps(20));
    assert_eq!(best(&bench, "new.wav"), "bedside alarm");
    // Again, and without any audio.
    teach(&bench, &[&["--add", "home.sound.json"], &["-o", "again.sound.json"]]).success();
    let again: Value = serde_json::from_str(&read(&bench, "again.sound.json")).unwrap();
    assert_eq!(again["sounds"], json!(sounds));
    teach(&bench, &[&["--add", "beeps.sound.json"], &["-o", "none.sound.json"]]).success();
    assert!(!read(&bench, "none.sound.json").contains("\"sounds\""));

    let mut broken = again;
    broken["sounds"] = json!([{"sha256": 1}]);
    bench.write("broken.sound.json", broken.to_string().as_bytes());
    let run = teach(&bench, &[&["--add", "broken.sound.json"], &["-o", "no.sound.json"]]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let expected = "error: --add broken.sound.json: the sounds in it cannot be read: ";
    assert!(run.stderr.starts_with(expected) && run.stderr.contains("[head-format]"));
    assert!(!bench.path().join("no.sound.json").exists());
}

#[test]
fn a_path_of_an_earlier_run_may_be_another_recording() {
    let bench = bench();
    let alarm = ["--label", "my alarm", "beeps/0.wav"];
    teach(&bench, &[&alarm, &OUTPUT]).success();
    let add = ["--add", "home.sound.json", "--force"];
    let recordings = |found: &Value| {
        (found["examples"].as_u64().unwrap(), found["labels"][0]["recordings"].as_u64().unwrap())
    };
    assert_eq!(recordings(&report(&bench, &[&alarm, &add, &OUTPUT])), (1, 1), "the same file");
    bench.write("beeps/0.wav", &sounds::beeps(3));
    assert_eq!(recordings(&report(&bench, &[&alarm, &add, &OUTPUT])), (2, 2), "another one");
    let file = read(&bench, "home.sound.json");
    assert_eq!(file.matches("\"recording\": \"beeps/0.wav (").count(), 1, "{file}");
    assert_eq!(recordings(&report(&bench, &[&alarm, &add, &OUTPUT])), (2, 2), "known by now");
}
