//! Small models, built as in the tests.

#[path = "../../tests/common/random.rs"]
pub mod random;
#[path = "../../tests/common/random_network.rs"]
pub mod random_network;
#[path = "../../tests/common/tiny_model.rs"]
pub mod tiny_model;

use prost::Message;
use sourcing_sound::{Background, Model};
use tract_onnx::pb::{ModelProto, StringStringEntryProto};

/// Returns a model of three labels without an embedding, with segments of 1 s.
///
/// # Panics
/// If the core refuses it.
pub fn plain() -> Model {
    Model::from_onnx(&tiny_model::onnx(&tiny_model::metadata())).expect("the tiny model is fine")
}

/// Returns a model of three labels with an embedding of three numbers, in patches.
///
/// # Panics
/// If the core refuses it.
pub fn patched() -> Model {
    let metadata = tiny_model::patched_metadata();
    Model::from_onnx(&tiny_model::patched_onnx(&metadata)).expect("the tiny model is fine")
}

/// Returns the same with two overlapping patches per segment.
///
/// # Panics
/// If the core refuses it.
pub fn two_patches() -> Model {
    let mut metadata = tiny_model::patched_metadata();
    let bytes = tiny_model::patched_onnx(&metadata);
    let mut model = ModelProto::decode(bytes.as_slice()).expect("it was just encoded");
    metadata.segment_frames = 36;
    let props = metadata.to_props().into_iter();
    model.metadata_props =
        props.map(|(key, value)| StringStringEntryProto { key, value }).collect();
    Model::from_onnx(&model.encode_to_vec()).expect("the tiny model is fine")
}

/// Returns how many numbers an example of a taught sound has.
pub fn vector_len(model: &Model) -> usize {
    let metadata = model.metadata();
    metadata.embedding_size.unwrap_or_default() + 2 * metadata.labels.len()
}

/// Returns a background of zeros for a model.
///
/// # Panics
/// If the core refuses it.
pub fn background(model: &Model) -> Background {
    let names = (model.metadata().name.as_str(), model.sha256());
    let background = Background::new(names, "none", vec![0.0; vector_len(model)], Vec::new());
    background.expect("a background of zeros is fine")
}
