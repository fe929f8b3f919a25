//! What every published model states in the same way.
//!
//! In: figures and facts from the command that trained. Out: [`statement`]s in the model's file,
//! parts of its card ([`sections`], [`text`]), the origin of its data ([`provenance`]), and the
//! [`onnx`] file itself, which is read back after writing ([`file`]).

pub mod file;
pub mod onnx;
pub mod provenance;
pub mod sections;
pub mod statement;
pub mod text;
