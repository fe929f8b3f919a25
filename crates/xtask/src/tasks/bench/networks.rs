//! The networks on which runtimes are compared.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::tools::workspace::Workspace;

use super::program::Program;

/// Those that ship, by their names in the tables.
const SHIPPED: [(&str, &str); 2] =
    [("everyday", "models/everyday/model.onnx"), ("urban-tiny", "models/urban-v1/model.onnx")];

/// Returns those and the study's, each with its file. The study's does not ship; `own`, the program
/// `benches/native.rs`, writes it.
pub fn files(workspace: &Workspace, own: &mut Program) -> Result<Vec<(&'static str, PathBuf)>> {
    let study = workspace.scratch()?.join("study-cnn.onnx");
    own.ask(&json!({ "study_cnn": study }))?;
    let shipped = SHIPPED.iter().map(|&(name, path)| (name, workspace.root().join(path)));
    Ok(shipped.chain([("the study's CNN", study)]).collect())
}
