//! Writes a trained network as an ONNX file, with folded batch norm.
//!
//! Uses only operators that every runtime has, pooling rather than reductions: Conv, Relu, MaxPool,
//! AveragePool (over frequency), GlobalAveragePool and GlobalMaxPool (over time), Add, Flatten,
//! Gemm.

use crate::nn::infer::{Convolution, Folded};
use crate::publish::onnx::{Builder, file, integer, integers, tensor};
use tract_onnx::pb::ModelProto;

const OUTPUT: &str = "logits";

/// Returns the file as a protobuf message. `properties` become `metadata_props`.
///
/// The graph maps `log_mel` f32 `[1, 1, n_mels, frames]`, normalised, to `logits` f32
/// `[1, n_outputs]`.
pub fn model(network: &Folded, frames: usize, properties: Vec<(String, String)>) -> ModelProto {
    let mut builder = Builder::default();
    let mut height = network.n_mels;
    for (index, block) in network.convolutions.iter().enumerate() {
        convolution(&mut builder, index, block);
        height = height.div_ceil(block.block.stride);
        if block.block.pool {
            height /= 2;
        }
    }
    head(&mut builder, network, height);
    let outputs: [(&str, &[usize]); 1] = [(OUTPUT, &[1, network.linear.bias.len()])];
    file(builder.finish(network.n_mels, frames, &outputs), properties)
}

fn convolution(builder: &mut Builder, index: usize, convolution: &Convolution) {
    let block = &convolution.block;
    let (weight, bias) = (format!("block{index}.weight"), format!("block{index}.bias"));
    let shape = [block.channels, convolution.channels_in, block.kernel, block.kernel];
    builder.constant(tensor(&weight, &shape, &convolution.weight));
    builder.constant(tensor(&bias, &[block.channels], &convolution.bias));
    let pad = (block.kernel / 2) as i64;
    let (kernel, stride) = (block.kernel as i64, block.stride as i64);
    let attributes = vec![
        integers("kernel_shape", &[kernel, kernel]),
        integers("strides", &[stride, stride]),
        integers("pads", &[pad, pad, pad, pad]),
    ];
    builder.push("Conv", &format!("block{index}.conv"), &[&weight, &bias], attributes);
    builder.push("Relu", &format!("block{index}.relu"), &[], vec![]);
    if block.pool {
        let window = vec![integers("kernel_shape", &[2, 2]), integers("strides", &[2, 2])];
        builder.push("MaxPool", &format!("block{index}.pool"), &[], window);
    }
}

/// Adds the mean over frequency, mean plus maximum over time, and the linear layer.
fn head(builder: &mut Builder, network: &Folded, height: usize) {
    let window = vec![
        integers("kernel_shape", &[height as i64, 1]),
        integers("strides", &[height as i64, 1]),
    ];
    builder.push("AveragePool", "over_frequency", &[], window);
    builder.push("GlobalAveragePool", "mean_over_time", &[], vec![]);
    builder.back_to("over_frequency");
    builder.push("GlobalMaxPool", "max_over_time", &[], vec![]);
    builder.push("Add", "pooled", &["mean_over_time"], vec![]);
    builder.push("Flatten", "features", &[], vec![integer("axis", 1)]);
    let linear = &network.linear;
    let shape = [linear.bias.len(), linear.n_features];
    builder.constant(tensor("linear.weight", &shape, &linear.weight));
    builder.constant(tensor("linear.bias", &[linear.bias.len()], &linear.bias));
    let inputs = ["linear.weight", "linear.bias"];
    builder.push("Gemm", OUTPUT, &inputs, vec![integer("transB", 1)]);
}
