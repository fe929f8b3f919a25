//! The inner loops of `sourcing-sound`: slices in, slices out.
//!
//! ```text
//! samples → BlockConverter → Spectrum → energies → lay_out → network::Network
//! ```
//!
//! A separate crate, so that these loops are compiled for speed while everything else is compiled
//! for size. Generic and inlined code is compiled by the crate that uses it, so no expensive
//! function here is generic for its callers, and small ones are never inlined. Functions choose the
//! instruction set themselves. Callers check the arguments.

mod convert;
mod fft;
mod lay_out;
mod mel;
pub mod network;
mod spectrum;
mod vectors;

pub use convert::BlockConverter;
pub use fft::{LANES, Lane};
pub use lay_out::lay_out;
pub use mel::{Triangle, energies};
pub use network::sigmoid;
pub use spectrum::Spectrum;
pub use vectors::{dot, emphasise, first_beyond, scale_rows, subtract};
