//! A head's file, and the background's. If accepted, it must score, and write the same file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound::{Background, Classifier, Head, Model, Pcm, SampleRate};
use sourcing_sound_fuzz::{memory, sound, tiny};
use std::sync::LazyLock;

static MODEL: LazyLock<Model> = LazyLock::new(tiny::two_patches);

fuzz_target!(init: {
    LazyLock::force(&MODEL);
}, |bytes: &[u8]| {
    memory::within((64 << 20) + 64 * bytes.len(), || {
        if let Ok(background) = Background::from_json(bytes) {
            let again = Background::from_json(background.to_json().as_bytes());
            assert!(again.is_ok_and(|again| again == background));
        }
        let Ok(head) = Head::from_json(bytes) else { return };
        Head::from_json(head.to_json().as_bytes()).expect("what is written can be read");
        for only in [false, true] {
            let classifier = match only {
                true => Classifier::with_head_only(MODEL.clone(), head.clone()),
                false => Classifier::with_head(MODEL.clone(), head.clone()),
            };
            let Ok(mut classifier) = classifier else { continue };
            let samples = sound::noise(1, 30_000);
            let rate = SampleRate::new(22_050).expect("a usual rate");
            let pcm = Pcm::new(&samples, rate).expect("finite samples");
            if let Ok(predictions) = classifier.classify(pcm) {
                let mut scores = predictions.iter().flat_map(|prediction| prediction.scores());
                assert!(scores.all(|score| (0.0..=1.0).contains(score)));
            }
        }
    });
});
