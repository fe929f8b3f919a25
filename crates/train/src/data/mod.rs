//! From folders of audio to labelled clips and their columns.
//!
//! In: data sets in one of four layouts, and folders of [`excerpts`]. Out: clips ([`dataset`]) and
//! their log-mel [`columns`] from the core's front end, which are computed in [`parallel`] and
//! cached on disk ([`cache`], [`rows`]); or [`embeddings`] that were computed elsewhere, without
//! audio. The [`command`] `data` shows the contents of a folder; [`summary`] sums it up for
//! evaluations and cards.

pub mod cache;
pub mod columns;
pub mod command;
pub mod dataset;
pub mod embeddings;
pub mod excerpts;
pub mod parallel;
pub mod rows;
pub mod sound;
pub mod summary;
