//! Writes the network as an ONNX file.
//!
//! Conv, Relu, HardSwish, Sigmoid, Mul, Add, GlobalAveragePool, Flatten, Gemm; Cast, Mul and
//! Reshape turn stored weights into f32. These three depend on no input, so a runtime computes them
//! once, when it loads the file. The number of frames is left open.

use super::layout::{Activation, Convolution, Layout, N_MELS, SqueezeExcite};
use super::quantise::Stored;
use crate::nn::net::Array;
use crate::publish::onnx::{
    Builder, OPEN, file, integer, integers, tensor, tensor_f16, tensor_i8, tensor_i64,
};
use anyhow::{Context, Result};
use std::collections::HashMap;
use tract_onnx::pb::{ModelProto, tensor_proto::DataType};

/// Output with a number per label.
const LOGITS: &str = "logits";
/// Output with the input of the last two layers.
const EMBEDDING: &str = "embedding";

/// How weights are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// In the format of [`Stored`].
    Stored,
    /// As 32-bit floats.
    Float32,
}

/// Returns the file as a protobuf message. `properties` become `metadata_props`.
///
/// The graph maps `log_mel` f32 `[1, 1, 128, frames]`, normalised, to `logits` f32 `[1, labels]`
/// and `embedding` f32 `[1, n]`.
pub fn model(
    layout: &Layout,
    weights: &[Array],
    kind: Weights,
    properties: Vec<(String, String)>,
) -> Result<ModelProto> {
    let arrays = weights.iter().map(|array| (array.name.as_str(), array)).collect();
    let mut writer = Writer { builder: Builder::default(), arrays, kind };
    writer.convolution(&layout.stem)?;
    let mut output = last_of(&layout.stem);
    for (index, block) in layout.blocks.iter().enumerate() {
        let input = output;
        if let Some(expand) = &block.expand {
            writer.convolution(expand)?;
        }
        writer.convolution(&block.depthwise)?;
        if let Some(squeeze_excite) = &block.squeeze_excite {
            writer.squeeze_excite(squeeze_excite, &last_of(&block.depthwise))?;
        }
        writer.convolution(&block.project)?;
        output = last_of(&block.project);
        if block.residual {
            output = format!("block{index}.sum");
            writer.builder.push("Add", &output, &[&input], vec![]);
        }
    }
    writer.convolution(&layout.last)?;
    writer.builder.push("GlobalAveragePool", "mean", &[], vec![]);
    writer.builder.push("Flatten", EMBEDDING, &[], vec![integer("axis", 1)]);
    writer.linear("hidden", "hidden.linear")?;
    writer.builder.push("HardSwish", "hidden", &[], vec![]);
    writer.linear("classifier", LOGITS)?;
    let outputs: [(&str, &[usize]); 2] =
        [(LOGITS, &[1, layout.labels]), (EMBEDDING, &[1, layout.embedding()])];
    Ok(file(writer.builder.finish(N_MELS, OPEN, &outputs), properties))
}

/// Returns the value in which a convolution, with what follows it, ends.
fn last_of(layer: &Convolution) -> String {
    match layer.activation {
        Activation::Linear => format!("{}.conv", layer.name),
        Activation::Relu | Activation::HardSwish => layer.name.clone(),
    }
}

struct Writer<'a> {
    builder: Builder,
    arrays: HashMap<&'a str, &'a Array>,
    kind: Weights,
}

impl Writer<'_> {
    fn convolution(&mut self, layer: &Convolution) -> Result<()> {
        let [weight, bias] = self.layer(&layer.name, None)?;
        let (kernel, stride, pad) =
            (layer.kernel as i64, layer.stride as i64, (layer.kernel / 2) as i64);
        let attributes = vec![
            integers("kernel_shape", &[kernel; 2]),
            integers("strides", &[stride; 2]),
            integers("pads", &[pad; 4]),
            integer("group", if layer.depthwise { layer.inputs as i64 } else { 1 }),
        ];
        let conv = format!("{}.conv", layer.name);
        self.builder.push("Conv", &conv, &[&weight, &bias], attributes);
        match layer.activation {
            Activation::Linear => {}
            Activation::Relu => self.builder.push("Relu", &layer.name, &[], vec![]),
            Activation::HardSwish => self.builder.push("HardSwish", &layer.name, &[], vec![]),
        }
        Ok(())
    }

    /// Adds two linear layers as 1 × 1 convolutions of an image of one point.
    fn squeeze_excite(&mut self, layer: &SqueezeExcite, input: &str) -> Result<()> {
        let name = &layer.name;
        self.builder.push("GlobalAveragePool", &format!("{name}.mean"), &[], vec![]);
        self.point(&format!("{name}.fc1"), [layer.hidden, layer.channels])?;
        self.builder.push("Relu", &format!("{name}.relu"), &[], vec![]);
        self.point(&format!("{name}.fc2"), [layer.channels, layer.hidden])?;
        self.builder.push("Sigmoid", &format!("{name}.scales"), &[], vec![]);
        self.builder.push("Mul", name, &[input], vec![]);
        Ok(())
    }

    fn point(&mut self, name: &str, [outputs, inputs]: [usize; 2]) -> Result<()> {
        let [weight, bias] = self.layer(name, Some(&[outputs, inputs, 1, 1]))?;
        let attributes = vec![integers("kernel_shape", &[1, 1])];
        self.builder.push("Conv", name, &[&weight, &bias], attributes);
        Ok(())
    }

    fn linear(&mut self, name: &str, output: &str) -> Result<()> {
        let [weight, bias] = self.layer(name, None)?;
        self.builder.push("Gemm", output, &[&weight, &bias], vec![integer("transB", 1)]);
        Ok(())
    }

    /// Adds weight, in `shape` or its own, and bias of a layer; returns their names.
    fn layer(&mut self, name: &str, shape: Option<&[usize]>) -> Result<[String; 2]> {
        let [weight, bias] = ["weight", "bias"].map(|part| format!("{name}.{part}"));
        self.weight(&weight, shape)?;
        self.weight(&bias, None)?;
        Ok([weight, bias])
    }

    /// Adds the array `name`, as f32, in `shape` or its own.
    fn weight(&mut self, name: &str, shape: Option<&[usize]>) -> Result<()> {
        let array = *self.arrays.get(name).with_context(|| format!("there is no {name}"))?;
        let shape = shape.unwrap_or(&array.shape);
        if self.kind == Weights::Float32 {
            self.builder.constant(tensor(name, shape, &array.values));
            return Ok(());
        }
        let to_f32 = || vec![integer("to", DataType::Float as i64)];
        let part = |what: &str| format!("{name}.{what}");
        match Stored::new(array) {
            Stored::Float16(values) => {
                let stored = part("f16");
                self.builder.constant(tensor_f16(&stored, shape, &values));
                self.builder.node("Cast", name, &[&stored], to_f32());
            }
            Stored::Int8 { values, scales } => {
                let (groups, size) = (scales.len(), values.len() / scales.len());
                let (integers, steps, scale) = (part("i8"), part("steps"), part("scale"));
                let (halves, rows, extents) = (part("scale.f16"), part("rows"), part("shape"));
                self.builder.constant(tensor_i8(&integers, &[groups, size], &values));
                self.builder.constant(tensor_f16(&halves, &[groups, 1], &scales));
                self.builder.node("Cast", &steps, &[&integers], to_f32());
                self.builder.node("Cast", &scale, &[&halves], to_f32());
                // Scaled by group, then reshaped.
                let extent = |&extent: &usize| extent as i64;
                self.builder.node("Mul", &rows, &[&steps, &scale], vec![]);
                let sizes: Vec<_> = shape.iter().map(extent).collect();
                self.builder.constant(tensor_i64(&extents, &sizes));
                self.builder.node("Reshape", name, &[&rows, &extents], vec![]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use crate::everyday::layout::fixtures::small;
    use crate::everyday::network::{Inputs, run};
    use crate::everyday::quantise::rounded;
    use prost::Message;
    use tract_onnx::prelude::*;

    fn by_tract(proto: &ModelProto, inputs: &Inputs) -> (Vec<f32>, Vec<f32>) {
        let bytes = proto.encode_to_vec();
        let shape = [1, 1, N_MELS, inputs.frames];
        let plan = onnx()
            .model_for_read(&mut &bytes[..])
            .unwrap()
            .with_input_fact(0, f32::fact(shape).into())
            .unwrap()
            .into_optimized()
            .unwrap()
            .into_runnable()
            .unwrap();
        let image = Tensor::from_shape(&shape, &inputs.values).unwrap();
        let outputs = plan.run(tvec!(image.into_tvalue())).unwrap();
        let numbers = |index: usize| {
            let view = outputs[index].to_plain_array_view::<f32>().unwrap();
            view.iter().copied().collect::<Vec<_>>()
        };
        (numbers(0), numbers(1))
    }

    #[test]
    fn the_file_computes_what_the_trainer_computes_at_any_length() {
        // Wide enough for its last layers to be stored as integers.
        let arrays = small(700, 1_200);
        let layout = Layout::of(&arrays).unwrap();
        let weights = layout.ordered(arrays).unwrap();
        assert!(weights.iter().any(|a| matches!(Stored::new(a), Stored::Int8 { .. })));
        for (kind, weights, frames) in
            [(Weights::Stored, &rounded(&weights), 40), (Weights::Float32, &weights, 71)]
        {
            let proto = model(&layout, weights, kind, vec![]).unwrap();
            let wave = |i: usize| (i as f32 * 0.13).sin();
            let inputs =
                Inputs { values: (0..N_MELS * frames).map(wave).collect(), len: 1, frames };
            let expected = run(&layout, weights, &inputs).unwrap().remove(0);
            let (logits, embedding) = by_tract(&proto, &inputs);
            let near = |a: &[f32], b: &[f32]| {
                assert_eq!(a.len(), b.len());
                let largest = b.iter().fold(1e-3f32, |largest, value| largest.max(value.abs()));
                for (a, b) in a.iter().zip(b) {
                    assert!((a - b).abs() < 1e-3 * largest, "{a} is not {b}");
                }
            };
            near(&logits, &expected.logits);
            near(&embedding, &expected.embedding);
        }
    }

    #[test]
    fn a_missing_array_is_named() {
        let arrays = small(3, 6);
        let layout = Layout::of(&arrays).unwrap();
        let mut weights = layout.ordered(arrays).unwrap();
        weights.retain(|array| array.name != "hidden.bias");
        let error = model(&layout, &weights, Weights::Stored, vec![]).unwrap_err();
        assert!(error.to_string().contains("hidden.bias"));
    }
}
