//! Results as Arrow tables: one schema for segments and one for events, for every program that
//! writes or hands on results in columns. `docs/guide/results.md` describes the columns.
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
//! With the feature `ffi`, `arrow_array::ffi` and `arrow_array::ffi_stream` pass the batches on by
//! the Arrow C data interface, without copying.

mod events;
mod origin;
mod schema;
mod segments;
mod shown;

/// The version of Arrow that the tables are made of.
pub use arrow_array;
pub use arrow_schema;

pub use events::EventRows;
pub use origin::Recording;
pub use schema::{SCHEMA_VERSION, events_schema, segments_schema};
pub use segments::SegmentRows;
pub use shown::Shown;
