//! Tells what a sound is: streaming log-mel features and CNN inference, the same in a
//! browser (as WebAssembly), on the command line and in training.
//!
//! Data flows one way, and a module imports only what stands before it:
//!
//! | module | what it does |
//! |---|---|
//! | [`Pcm`], [`SampleRate`] | audio, checked once |
//! | [`resample`] | streaming rate conversion |
//! | [`spectrum`], [`mel`] | power STFT and mel filter bank, equal to librosa's |
//! | [`FrontEnd`], [`ColumnStream`] | PCM → feature columns, for networks |
//! | [`Descriptors`], [`Dct`], [`power_to_db`] | PCM → centroid, bandwidth, roll-off, zero-crossing rate, mel power, MFCC, equal to librosa's |
//! | [`magnitude_db`] | a whole recording → its spectrum in dB |
//! | [`Labels`], [`Taxonomy`] | names, groups and kinds of what is heard |
//! | [`ModelMetadata`] | what a model file says about itself |
//! | [`Model`] | ONNX bytes → a checked, optimised network |
//! | [`Head`] | other labels on a big network's embedding |
//! | [`Classifier`] | a recording → [`Prediction`]s |
//! | [`Stream`] | live audio → an [`Update`] every hop, with [`SoundEvent`]s |
//!
//! ```no_run
//! use sourcing_sound::{Classifier, Model, Pcm, SampleRate};
//!
//! let model = Model::from_onnx(&std::fs::read("models/urban-v1/model.onnx")?)?;
//! let mut classifier = Classifier::new(model)?;
//! let four_seconds: Vec<f32> = vec![0.0; 4 * 48_000]; // mono samples
//! for prediction in classifier.classify(Pcm::new(&four_seconds, SampleRate::new(48_000)?)?)? {
//!     for category in prediction.top(3) {
//!         println!("{:.2} {}", category.score, category.label);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod audio;
mod classifier;
mod dct;
mod decibel;
mod descriptors;
mod error;
mod framing;
mod front_end;
mod head;
pub mod mel;
mod metadata;
mod model;
mod prediction;
pub mod resample;
mod scorer;
mod segments;
mod smooth;
pub mod spectrum;
mod stream;
mod taxonomy;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
mod whole_spectrum;

pub use audio::{Pcm, SampleRate, downmix};
pub use classifier::Classifier;
pub use dct::Dct;
pub use decibel::power_to_db;
pub use descriptors::{DescriptorConfig, DescriptorFrames, Descriptors};
pub use error::{ERROR_CODES, Error, ErrorKind, Result};
pub use framing::FrameLayout;
pub use front_end::{ColumnStream, FrontEnd, FrontEndConfig, LogScale};
pub use head::{Head, HeadFeature, HeadMetadata, Patch, pool};
pub use mel::{MelFilterBank, MelNorm, MelScale, MelTriangles};
pub use metadata::{Activation, FORMAT_VERSION, ModelMetadata, Padding, PatchLayout};
pub use model::Model;
pub use prediction::{Category, GroupScore, Labels, Prediction};
pub use segments::Segments;
pub use smooth::SoundEvent;
pub use stream::{Stream, StreamConfig, Update};
pub use taxonomy::{Group, Taxonomy};
pub use whole_spectrum::{WholeSpectrum, magnitude_db};
