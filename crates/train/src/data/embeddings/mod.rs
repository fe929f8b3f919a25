//! Embeddings that were computed elsewhere: Parquet files with a row per window of a clip.
//!
//! `docs/guide/results.md` describes the columns, which the Python package writes. [`file`] reads
//! the rows of a file and [`clips`] combines them; [`error`] describes invalid ones.

mod clips;
mod error;
mod file;
#[cfg(test)]
mod tests;

pub use clips::{Embeddings, Unlabelled, read};
pub use error::{EmbeddingsError, Problem};
