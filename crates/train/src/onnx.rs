//! Writes a trained network as an ONNX file: opset 13, batch norm already folded.
//!
//! Only operators that every runtime has, pooling rather than reductions:
//! Conv, Relu, MaxPool, AveragePool (over frequency), GlobalAveragePool and GlobalMaxPool
//! (over time), Add, Flatten, Gemm.

use crate::infer::{Convolution, Folded};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto::AttributeType,
    tensor_proto::DataType, tensor_shape_proto, type_proto,
};

const INPUT: &str = "log_mel";
const OUTPUT: &str = "logits";

/// The file as a protobuf message. `properties` become `metadata_props`.
///
/// The graph maps `log_mel` f32 `[1, 1, n_mels, frames]`, normalised, to `logits` f32
/// `[1, n_outputs]`.
pub fn model(network: &Folded, frames: usize, properties: Vec<(String, String)>) -> ModelProto {
    let properties = properties.into_iter();
    ModelProto {
        ir_version: 7,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 13 }],
        producer_name: env!("CARGO_PKG_NAME").to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph(network, frames)),
        metadata_props: properties
            .map(|(key, value)| StringStringEntryProto { key, value })
            .collect(),
        ..ModelProto::default()
    }
}

fn graph(network: &Folded, frames: usize) -> GraphProto {
    let mut builder = Builder { last: INPUT.to_owned(), ..Builder::default() };
    let mut height = network.n_mels;
    for (index, convolution) in network.convolutions.iter().enumerate() {
        builder.convolution(index, convolution);
        height = height.div_ceil(convolution.block.stride);
        if convolution.block.pool {
            height /= 2;
        }
    }
    builder.head(network, height);
    let n_outputs = network.linear.bias.len();
    GraphProto {
        node: builder.nodes,
        name: "sourcing-sound".to_owned(),
        initializer: builder.weights,
        input: vec![value_info(INPUT, &[1, 1, network.n_mels, frames])],
        output: vec![value_info(OUTPUT, &[1, n_outputs])],
        ..GraphProto::default()
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
    /// Name of the value that the next node reads.
    last: String,
}

impl Builder {
    fn convolution(&mut self, index: usize, convolution: &Convolution) {
        let block = &convolution.block;
        let (weight, bias) = (format!("block{index}.weight"), format!("block{index}.bias"));
        let shape = [block.channels, convolution.channels_in, block.kernel, block.kernel];
        self.weights.push(tensor(&weight, &shape, &convolution.weight));
        self.weights.push(tensor(&bias, &[block.channels], &convolution.bias));
        let pad = (block.kernel / 2) as i64;
        let (kernel, stride) = (block.kernel as i64, block.stride as i64);
        let attributes = vec![
            integers("kernel_shape", &[kernel, kernel]),
            integers("strides", &[stride, stride]),
            integers("pads", &[pad, pad, pad, pad]),
        ];
        self.push("Conv", &format!("block{index}.conv"), &[&weight, &bias], attributes);
        self.push("Relu", &format!("block{index}.relu"), &[], vec![]);
        if block.pool {
            let window = [integers("kernel_shape", &[2, 2]), integers("strides", &[2, 2])];
            self.push("MaxPool", &format!("block{index}.pool"), &[], window.to_vec());
        }
    }

    /// Mean over frequency, mean plus maximum over time, linear.
    fn head(&mut self, network: &Folded, height: usize) {
        let window = vec![
            integers("kernel_shape", &[height as i64, 1]),
            integers("strides", &[height as i64, 1]),
        ];
        self.push("AveragePool", "over_frequency", &[], window);
        let over_frequency = self.last.clone();
        self.push("GlobalAveragePool", "mean_over_time", &[], vec![]);
        let mean = std::mem::replace(&mut self.last, over_frequency);
        self.push("GlobalMaxPool", "max_over_time", &[], vec![]);
        self.push("Add", "pooled", &[&mean], vec![]);
        self.push("Flatten", "features", &[], vec![integer("axis", 1)]);
        let linear = &network.linear;
        let shape = [linear.bias.len(), linear.n_features];
        self.weights.push(tensor("linear.weight", &shape, &linear.weight));
        self.weights.push(tensor("linear.bias", &[linear.bias.len()], &linear.bias));
        let inputs = ["linear.weight", "linear.bias"];
        self.push("Gemm", OUTPUT, &inputs, vec![integer("transB", 1)]);
    }

    /// Adds a node that reads the last value, then `inputs`, and writes the value `name`.
    fn push(&mut self, op: &str, name: &str, inputs: &[&str], attribute: Vec<AttributeProto>) {
        let more = inputs.iter().map(|&input| input.to_owned());
        self.nodes.push(NodeProto {
            input: std::iter::once(self.last.clone()).chain(more).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: op.to_owned(),
            attribute,
            ..NodeProto::default()
        });
        self.last = name.to_owned();
    }
}

fn tensor(name: &str, shape: &[usize], values: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: shape.iter().map(|&extent| extent as i64).collect(),
        data_type: DataType::Float as i32,
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..TensorProto::default()
    }
}

fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..AttributeProto::default()
    }
}

fn integers(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..AttributeProto::default()
    }
}

fn value_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    use tensor_shape_proto::{Dimension, dimension::Value};
    let dimension = |&extent: &usize| Dimension {
        value: Some(Value::DimValue(extent as i64)),
        ..Dimension::default()
    };
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: shape.iter().map(dimension).collect() }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}
