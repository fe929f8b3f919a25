//! Results as Arrow tables: the schemas of segments, events and embeddings, for every program that
//! writes, passes on or reads results in columns. `docs/guide/results.md` describes them.
//!
//! ```
//! use sourcing_sound_results::{Recording, SegmentRows, Shown};
//! # fn rows(
//! #     classifier: &mut sourcing_sound::Classifier,
//! #     pcm: sourcing_sound::Pcm<'_>,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! let mut rows = SegmentRows::new(classifier, Shown::new(None, classifier));
//! let recording = Recording { file: "dog.wav".to_owned(), ..Recording::default() };
//! for prediction in classifier.classify(pcm)? {
//!     rows.push(&recording, &prediction)?;
//! }
//! let batch = rows.take()?;
//! assert_eq!(batch.schema(), *rows.schema());
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `ffi`, `arrow_array::ffi` and `arrow_array::ffi_stream` pass the batches on
//! through the Arrow C data interface, without copying.

mod embeddings;
mod events;
mod origin;
mod schema;
mod segments;
mod shown;

/// The version of Arrow that the tables use.
pub use arrow_array;
pub use arrow_schema;

pub use embeddings::{Clip, EmbeddingRows};
pub use events::EventRows;
pub use origin::Recording;
pub use schema::{
    EMBEDDINGS, MODEL_KEY, MODEL_SHA256_KEY, ROWS_KEY, SCHEMA_VERSION, VERSION_KEY,
    embeddings_schema, events_schema, segments_schema,
};
pub use segments::SegmentRows;
pub use shown::Shown;
