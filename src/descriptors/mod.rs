//! Descriptors of a sound, a few numbers per frame: spectral centroid, bandwidth and roll-off,
//! zero-crossing rate, mel power and cepstral coefficients, equal to those of librosa 0.11.
//!
//! They use the same spectra and filters as [`crate::FrontEnd`].

mod config;
mod frames;
mod plan;
mod shape;
mod stream;
mod whole;
mod zero_crossing;

pub use config::DescriptorConfig;
pub use frames::DescriptorFrames;
pub use plan::Descriptors;
pub use stream::DescriptorStream;
