//! Embeddings that were computed elsewhere: Parquet files with a row per window of a clip.
//!
//! `docs/guide/results.md` describes the columns, which the Python package writes. [`file`] reads
//! the rows of a file and [`clips`] puts them together; what does not fit is an [`error`].

mod clips;
mod error;
mod file;
#[cfg(test)]
mod tests;

pub use clips::{Embeddings, Unlabelled, read};
pub use error::{EmbeddingsError, Problem};
