//! Names the sounds in audio: streaming log-mel features and CNN inference, with the same code in a
//! browser (as WebAssembly), on the command line and in training.
//!
//! Data flows one way, and a module imports only what comes before it:
//!
//! | module | what it does |
//! |---|---|
//! | [`Pcm`], [`SampleRate`] | audio, checked once |
//! | [`resample`] | streaming rate conversion |
//! | [`spectrum`], [`mel`] | power STFT and mel filter bank, equal to librosa's |
//! | [`FrontEnd`], [`ColumnStream`] | PCM → feature columns, for networks |
//! | [`Descriptors`], [`Dct`], [`power_to_db`] | PCM → centroid, bandwidth, roll-off, zero-crossing rate, mel power, MFCC, equal to librosa's |
//! | [`magnitude_db`] | a whole recording → its spectrum in dB |
//! | [`Labels`], [`Taxonomy`] | names, groups and kinds of sounds |
//! | [`ModelMetadata`] | the description in a model file |
//! | [`Model`] | ONNX bytes → a checked, optimised network |
//! | [`Head`], [`Detector`] | added labels on a network's embedding |
//! | [`Classifier`] | a recording → [`Prediction`]s, or the network's output for each [`Patch`] |
//! | [`Teacher`] | a few examples of a sound → a [`Head`] |
//! | [`Stream`] | live audio → an [`Update`] every hop, with [`SoundEvent`]s |
//!
//! # Example
//!
#![cfg_attr(feature = "everyday", doc = "```")]
#![cfg_attr(not(feature = "everyday"), doc = "```ignore")]
//! use sourcing_sound::{Classifier, Model, Pcm, SampleRate};
//!
//! let rate = SampleRate::new(48_000)?;
//! // Four seconds of mono samples, −1 to 1: a square wave that wails like a siren.
//! let mut phase = 0.0_f32;
//! let samples: Vec<f32> = (0..4 * rate.hz())
//!     .map(|index| {
//!         let seconds = index as f32 / rate.hz() as f32;
//!         let hz = 1_000.0 + 400.0 * (std::f32::consts::TAU * 2.0 * seconds).sin();
//!         phase = (phase + hz / rate.hz() as f32).fract();
//!         if phase < 0.5 { 0.3 } else { -0.3 }
//!     })
//!     .collect();
//!
//! let mut classifier = Classifier::new(Model::everyday()?)?;
//! let predictions = classifier.classify(Pcm::new(&samples, rate)?)?;
//! for category in predictions[0].top(3) {
//!     println!("{:.2} {}", category.score, category.label);
//! }
//! # assert!(predictions.len() > 1);
//! # assert!(predictions[0].top(1)[0].label.to_lowercase().contains("siren"));
//! # Ok::<(), sourcing_sound::Error>(())
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `everyday` | yes | `Model::everyday`: 527 everyday sounds, compiled in (about 1.1 MB in a program that calls it) |
//! | `general` | yes | tract, for models with operators that the crate's own engine lacks |
//! | `urban` | no | `Head::urban`: ten finer urban labels for `everyday` (30 KB) |
//! | `urban-tiny` | no | `Model::urban_tiny`: a small network for the same ten sounds only (0.5 MB) |
//! | `web-classifier` | no | for wasm32: the JavaScript bindings of the npm package's classifier |
//! | `web-teacher` | no | for wasm32: those of its teacher |
//!
//! The code is MIT OR Apache-2.0, and the weights of `everyday` are MIT: what the default features
//! compile in is free for commercial use. The weights of `urban` and `urban-tiny` are not: they
//! derive from UrbanSound8K, which is CC BY-NC 3.0, so use them for non-commercial purposes only.
//! `default-features = false` leaves all weights out; [`Model::from_onnx`] takes any other model.
//!
//! # Heads
//!
//! A [`Head`] adds labels to a model. `Head::urban` is one, and `sourcing-sound-train head` makes
//! your own. [`Classifier::with_head`] puts the head's labels before those of the model. They
//! replace the labels that they refine, and all others stay, so a sound that the head does not know
//! is still named by the model. A label that both have, and that is not refined, has the higher of
//! both scores. [`Category::source`] states where a label comes from.
//! [`Classifier::with_head_only`] returns only the head's labels.
//!
//! # Versions
//!
//! The minimum supported Rust version is 1.95; raising it requires a new minor version. Versions
//! follow semver: code that compiles with 0.3.0 compiles with every 0.3.x. No type of a dependency
//! is part of the API (apart from serde's traits on some types), so dependencies may change at
//! any time. Scores may change in any version, with a better model or engine; the changelog then
//! lists the change.

#![warn(missing_debug_implementations)]

mod audio;
mod base;
mod classifier;
mod dct;
mod decibel;
mod decimal;
mod descriptors;
mod downmix;
mod engine;
mod error;
mod events;
mod framing;
mod front_end;
#[cfg(feature = "general")]
mod general;
mod grid;
mod head;
mod joint;
mod json;
mod labels;
pub mod mel;
mod metadata;
mod model;
mod opaque;
mod order;
mod patches;
mod pre_emphasis;
mod prediction;
pub mod resample;
mod scorer;
mod segments;
mod smooth;
pub mod spectrum;
mod stream;
mod taxonomy;
mod teach;
mod threads;
mod vocabulary;
// For JavaScript and the browser tests; not part of the public Rust API.
#[cfg(all(target_arch = "wasm32", any(feature = "web-classifier", feature = "web-teacher")))]
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "JavaScript cannot print them")]
pub mod wasm;
mod whole_spectrum;

pub use audio::{Pcm, SampleRate};
pub use classifier::Classifier;
pub use dct::Dct;
pub use decibel::power_to_db;
pub use descriptors::{DescriptorConfig, DescriptorFrames, DescriptorStream, Descriptors};
pub use downmix::{Downmix, MAX_CHANNELS, Taken, downmix};
pub use engine::sigmoid;
pub use error::{ERROR_CODES, Error, ErrorKind, Result};
pub use events::Events;
pub use framing::{FrameLayout, PadMode};
pub use front_end::{ColumnStream, FrontEnd, FrontEndConfig, LogScale};
pub use head::{Detector, Head, HeadFeature, HeadMetadata, Patch, pool};
pub use labels::Labels;
pub use mel::{MelFilterBank, MelNorm, MelScale, MelTriangles};
pub use metadata::{
    Activation, Card, Decision, FORMAT_VERSION, ModelMetadata, Padding, PatchLayout,
};
pub use model::{Engine, Model};
pub use patches::PatchStream;
pub use prediction::{Category, GroupScore, Prediction};
pub use scorer::lay_out;
pub use segments::Segments;
pub use smooth::SoundEvent;
pub use spectrum::Window;
pub use stream::{Stream, StreamConfig, Update};
pub use taxonomy::{Group, Taxonomy};
pub use teach::{
    Background, Direction, Example, Finding, FindingKind, LabelReport, MAX_EXAMPLES, Report, Share,
    Taught, Teacher, examples_from_json, examples_to_json, train,
};
pub use vocabulary::LabelSource;
pub use whole_spectrum::{WholeSpectrum, magnitude_db};

// Runs the Rust code in the readme as tests.
#[cfg(all(doctest, feature = "everyday"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
