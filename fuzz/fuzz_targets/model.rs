//! A model file: ONNX with its metadata. If accepted, it must also run.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourcing_sound::{Classifier, Engine, Model, Pcm, SampleRate};
use sourcing_sound_fuzz::{memory, sound};

/// The memory that a plan may take for its buffers, and as much again for weights that are stored
/// in few bits.
const MOST_BYTES: usize = 1 << 30;
/// Larger inputs would only make the fuzzer slow.
const MOST_INPUT_VALUES: usize = 1 << 14;

fuzz_target!(|bytes: &[u8]| {
    memory::within(MOST_BYTES, || {
        let Ok(model) = Model::from_onnx_on(bytes, Engine::Lean) else { return };
        let metadata = model.metadata();
        let values = metadata.front_end.n_mels * metadata.segment_frames;
        if values > MOST_INPUT_VALUES || metadata.segment_seconds() > 4.0 {
            return;
        }
        let Ok(mut classifier) = Classifier::new(model) else { return };
        let rate = SampleRate::new(16_000).expect("a usual rate");
        let samples = sound::noise(1, 24_000);
        let pcm = Pcm::new(&samples, rate).expect("finite samples");
        if let Ok(predictions) = classifier.classify(pcm) {
            for prediction in predictions {
                assert!(prediction.scores().iter().all(|score| (0.0..=1.0).contains(score)));
            }
        }
    });
});
