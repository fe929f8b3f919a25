//! A file of taught sounds: merged, trained on and written again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound::{Background, Model, Teacher, examples_from_json};
use sourcing_sound_fuzz::{memory, tiny};
use std::sync::LazyLock;

/// Training time grows with the square of the examples.
const MOST_EXAMPLES: usize = 40;

static TAUGHT: LazyLock<(Model, Background)> = LazyLock::new(|| {
    let model = tiny::two_patches();
    let background = tiny::background(&model);
    (model, background)
});

fuzz_target!(init: {
    LazyLock::force(&TAUGHT);
}, |bytes: &[u8]| {
    memory::within((64 << 20) + 64 * bytes.len(), || {
        let _ = examples_from_json(bytes);
        let (model, background) = TAUGHT.clone();
        let mut teacher = Teacher::new(model, background).expect("they fit");
        let Ok(added) = teacher.merge(bytes) else { return };
        assert_eq!(added, teacher.examples().len());
        if added > MOST_EXAMPLES {
            return;
        }
        let Ok(taught) = teacher.train("fuzz") else { return };
        let written = taught.to_json();
        let merged = teacher.merge(written.as_bytes()).expect("what is written can be read");
        assert_eq!(merged, 0, "every example is there already");
    });
});
