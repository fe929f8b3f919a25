//! From folders of audio to labelled clips and their columns.
//!
//! In: data sets in one of four layouts. Out: their clips ([`dataset`]), and what the core's front
//! end makes of each ([`columns`], kept on disk). The [`command`] `data` shows what a folder holds.

pub mod columns;
pub mod command;
pub mod dataset;
pub mod summary;
