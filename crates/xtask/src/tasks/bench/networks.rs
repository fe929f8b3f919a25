//! The networks on which runtimes are compared.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::tools::workspace::Workspace;

use super::program::Program;

/// Those that ship, by their names in the tables.
const SHIPPED: [(&str, &str); 2] =
    [("everyday", "models/everyday/model.onnx"), ("urban-tiny", "models/urban-v1/model.onnx")];

/// Those and the study's, each with its file. `own`: the program `benches/native.rs`, which makes
/// the study's, as it ships with nothing.
pub fn files(workspace: &Workspace, own: &mut Program) -> Result<Vec<(&'static str, PathBuf)>> {
    let study = workspace.scratch()?.join("study-cnn.onnx");
    own.ask(&json!({ "study_cnn": study }))?;
    let shipped = SHIPPED.iter().map(|&(name, path)| (name, workspace.root().join(path)));
    Ok(shipped.chain([("the study's CNN", study)]).collect())
}
