//! The inner loops of `sourcing-sound`: slices in, slices out.
//!
//! ```text
//! samples → BlockConverter → Spectrum → energies → lay_out → network::Network
//! ```
//!
//! A crate of its own, so that these alone are compiled for speed where all else is compiled for
//! size. What is generic or inlined is compiled by the crate that uses it, so nothing here that
//! takes time is generic for its callers, and what is small is never inlined. Functions choose the
//! instruction set themselves. Arguments are checked by the caller.

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
