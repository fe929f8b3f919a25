//! Writes YAMNet as an ONNX file.
//!
//! Conv, Relu, GlobalAveragePool, Flatten, Gemm, Sigmoid; Cast, Mul and Reshape turn 16-bit
//! weights into f32. They depend on no input, so that a runtime computes them once, when it loads the file.

use super::network::{Convolution, Kind, N_MELS, Network, PATCH_FRAMES};
use super::quantise::{self, MIN_WEIGHTS};
use crate::onnx::graph::{Builder, file, integer, integers, tensor, tensor_i16, tensor_i64};
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
    let (outputs, inputs) = (shape[0], weights.len() / shape[0]);
    let quantised = quantise::by_row(weights, inputs);
    let part = |what: &str| format!("{name}.{what}");
    let (integers, steps, scale) = (part("i16"), part("steps"), part("scale"));
    builder.constant(tensor_i16(&integers, &[outputs, inputs], &quantised.values));
    builder.constant(tensor(&scale, &[outputs, 1], &quantised.scales));
    let to_f32 = vec![integer("to", DataType::Float as i64)];
    builder.beside("Cast", &steps, &[&integers], to_f32);
    if shape.len() == 2 {
        builder.beside("Mul", name, &[&steps, &scale], vec![]);
        return;
    }
    // Scaled as rows and reshaped then: tract takes several times as long to scale an image of
    // four extents.
    let (rows, extents) = (part("rows"), part("shape"));
    let extent = |&extent: &usize| extent as i64;
    builder.beside("Mul", &rows, &[&steps, &scale], vec![]);
    builder.constant(tensor_i64(&extents, &shape.iter().map(extent).collect::<Vec<_>>()));
    builder.beside("Reshape", name, &[&rows, &extents], vec![]);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::*;
    use tract_onnx::prelude::*;

    /// Weights that are quantised, 1×1, after a 3×3 stem.
    fn network() -> Network {
        let wave = |n: usize, seed: f32| (0..n).map(move |i| (seed * i as f32).sin() * 0.2);
        let layer = |name: &str, kind, kernel, channels: usize, inputs: usize| Convolution {
            name: name.to_owned(),
            kind,
            kernel,
            stride: kernel.min(2),
            channels,
            weight: wave(channels * inputs * kernel * kernel, 0.7).collect(),
            bias: wave(channels, 1.1).collect(),
        };
        Network {
            convolutions: vec![
                layer("stem", Kind::Full, 3, 320, 1),
                layer("depthwise", Kind::Depthwise, 3, 320, 1),
                layer("pointwise", Kind::Full, 1, 320, 320),
            ],
            n_features: 320,
            dense_weight: wave(5 * 320, 0.3).collect(),
            dense_bias: wave(5, 0.9).collect(),
        }
    }

    /// The same sums, written out.
    fn by_hand(network: &Network, image: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut image, mut rows, mut columns) = (image.to_vec(), N_MELS, PATCH_FRAMES);
        for layer in &network.convolutions {
            let (out_rows, out_columns) = (layer.outputs(rows), layer.outputs(columns));
            let (above, before) = (layer.padding(rows).0, layer.padding(columns).0);
            let (k, inputs) = (layer.kernel, layer.inputs_of_each());
            let mut next = Vec::new();
            for channel in 0..layer.channels {
                for (row, column) in (0..out_rows * out_columns)
                    .map(|at| (at / out_columns * layer.stride, at % out_columns * layer.stride))
                {
                    let mut sum = layer.bias[channel];
                    for tap in 0..inputs * k * k {
                        let (input, y, x) = (tap / (k * k), tap / k % k + row, tap % k + column);
                        let heard = if layer.kind == Kind::Full { input } else { channel };
                        if (above..rows + above).contains(&y)
                            && (before..columns + before).contains(&x)
                        {
                            let at = (heard * rows + y - above) * columns + x - before;
                            sum += layer.weight[channel * inputs * k * k + tap] * image[at];
                        }
                    }
                    next.push(sum.max(0.0));
                }
            }
            (image, rows, columns) = (next, out_rows, out_columns);
        }
        let mean = |channel: &[f32]| channel.iter().sum::<f32>() / channel.len() as f32;
        let embedding: Vec<f32> = image.chunks_exact(rows * columns).map(mean).collect();
        let weights = network.dense_weight.chunks_exact(network.n_features);
        let logits = weights.zip(&network.dense_bias).map(|(weights, bias)| {
            bias + weights.iter().zip(&embedding).map(|(w, x)| w * x).sum::<f32>()
        });
        (logits.map(|logit| 1.0 / (1.0 + (-logit).exp())).collect(), embedding)
    }

    #[test]
    fn the_file_computes_what_the_layers_say() {
        let network = network();
        let proto = model(&network, vec![]);
        let graph = proto.graph.as_ref().unwrap();
        let integers = graph.initializer.iter().filter(|w| w.data_type == DataType::Int16 as i32);
        assert_eq!(integers.count(), 1, "the pointwise layer");
        let plan = onnx().model_for_proto_model(&proto).unwrap();
        let plan = plan.into_optimized().unwrap().into_runnable().unwrap();
        let image: Vec<f32> = (0..N_MELS * PATCH_FRAMES).map(|i| (i as f32 * 0.13).cos()).collect();
        let input = Tensor::from_shape(&[1, 1, N_MELS, PATCH_FRAMES], &image).unwrap();
        let outputs = plan.run(tvec!(input.into_tvalue())).unwrap();
        let (scores, embedding) = by_hand(&network, &image);
        for (output, expected) in outputs.iter().zip([scores, embedding]) {
            let view = output.to_plain_array_view::<f32>().unwrap();
            assert_eq!(view.shape(), [1, expected.len()]);
            for (value, expected) in view.iter().zip(expected) {
                assert!((value - expected).abs() < 1e-3, "{value} instead of {expected}");
            }
        }
    }
}
