//! Writes YAMNet as an ONNX file.
//!
//! Conv, Relu, GlobalAveragePool, Flatten, Gemm, Sigmoid; Cast and Mul turn 16-bit weights into
//! f32. They depend on no input, so that a runtime computes them once, when it loads the file.

use super::network::{Convolution, Kind, N_MELS, Network, PATCH_FRAMES};
use super::quantise::{self, MIN_WEIGHTS};
use crate::onnx::graph::{Builder, file, integer, integers, tensor, tensor_i16};
use tract_onnx::pb::{ModelProto, tensor_proto::DataType};

/// Scores by label, 0 to 1.
const SCORES: &str = "scores";
/// What the last layer hears.
const EMBEDDING: &str = "embedding";

/// The file as a protobuf message. `properties` become `metadata_props`.
///
/// The graph maps `log_mel` f32 `[1, 1, 64, 96]` to `scores` f32 `[1, labels]` and `embedding`
/// f32 `[1, n_features]`.
pub fn model(network: &Network, properties: Vec<(String, String)>) -> ModelProto {
    let mut builder = Builder::new();
    let mut extents = (N_MELS, PATCH_FRAMES);
    for layer in &network.convolutions {
        convolution(&mut builder, layer, extents);
        extents = (layer.outputs(extents.0), layer.outputs(extents.1));
    }
    let labels = network.dense_bias.len();
    builder.push("GlobalAveragePool", "mean", &[], vec![]);
    builder.push("Flatten", EMBEDDING, &[], vec![integer("axis", 1)]);
    weight(&mut builder, "dense.weight", &[labels, network.n_features], &network.dense_weight);
    builder.constant(tensor("dense.bias", &[labels], &network.dense_bias));
    let inputs = ["dense.weight", "dense.bias"];
    builder.push("Gemm", "logits", &inputs, vec![integer("transB", 1)]);
    builder.push("Sigmoid", SCORES, &[], vec![]);
    let outputs: [(&str, &[usize]); 2] =
        [(SCORES, &[1, labels]), (EMBEDDING, &[1, network.n_features])];
    file(builder.finish(N_MELS, PATCH_FRAMES, &outputs), properties)
}

/// One convolution over an image of `(bands, columns)`, and its ReLU.
fn convolution(builder: &mut Builder, layer: &Convolution, extents: (usize, usize)) {
    let name = &layer.name;
    let (kernel, bias) = (format!("{name}.weight"), format!("{name}.bias"));
    let shape = [layer.channels, layer.inputs_of_each(), layer.kernel, layer.kernel];
    weight(builder, &kernel, &shape, &layer.weight);
    builder.constant(tensor(&bias, &[layer.channels], &layer.bias));
    let (above, below) = layer.padding(extents.0);
    let (before, after) = layer.padding(extents.1);
    let group = match layer.kind {
        Kind::Full => 1,
        Kind::Depthwise => layer.channels,
    };
    let attributes = vec![
        integers("kernel_shape", &[layer.kernel as i64; 2]),
        integers("strides", &[layer.stride as i64; 2]),
        integers("pads", &[above, before, below, after].map(|zeros| zeros as i64)),
        integer("group", group as i64),
    ];
    builder.push("Conv", &format!("{name}.conv"), &[&kernel, &bias], attributes);
    builder.push("Relu", &format!("{name}.relu"), &[], vec![]);
}

/// The weights `name`, whose first extent counts the outputs: as they are, or as 16-bit integers
/// times a scale per output where there are many.
fn weight(builder: &mut Builder, name: &str, shape: &[usize], weights: &[f32]) {
    if weights.len() < MIN_WEIGHTS {
        builder.constant(tensor(name, shape, weights));
        return;
    }
    let quantised = quantise::by_row(weights, weights.len() / shape[0]);
    let (integers, steps, scale) =
        (format!("{name}.i16"), format!("{name}.steps"), format!("{name}.scale"));
    let mut per_output = vec![1; shape.len()];
    per_output[0] = shape[0];
    builder.constant(tensor_i16(&integers, shape, &quantised.values));
    builder.constant(tensor(&scale, &per_output, &quantised.scales));
    let to_f32 = vec![integer("to", DataType::Float as i64)];
    builder.beside("Cast", &steps, &[&integers], to_f32);
    builder.beside("Mul", name, &[&steps, &scale], vec![]);
}
