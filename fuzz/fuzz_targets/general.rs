//! A model file for the general engine. Memory must stay in proportion to the file here, too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound::{Classifier, Engine, Model, Pcm, SampleRate};
use sourcing_sound_fuzz::{foreign, memory, sound};

const MOST_BYTES: usize = 1 << 30;
const MOST_INPUT_VALUES: usize = 1 << 14;

fuzz_target!(init: {
    std::panic::set_hook(Box::new(foreign::only_own_panics));
}, |bytes: &[u8]| {
    memory::within(MOST_BYTES, || {
        let Ok(model) = Model::from_onnx_on(bytes, Engine::General) else { return };
        let metadata = model.metadata();
        let values = metadata.front_end.n_mels * metadata.segment_frames;
        if values > MOST_INPUT_VALUES || metadata.segment_seconds() > 4.0 {
            return;
        }
        let Ok(mut classifier) = Classifier::new(model) else { return };
        let samples = sound::noise(1, 24_000);
        let rate = SampleRate::new(16_000).expect("a usual rate");
        let _ = classifier.classify(Pcm::new(&samples, rate).expect("finite samples"));
    });
});
