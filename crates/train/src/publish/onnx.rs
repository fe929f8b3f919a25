//! What every ONNX file written here has in common: opset 14, named values, metadata.

use half::f16;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto::AttributeType,
    tensor_proto::DataType, tensor_shape_proto, type_proto,
};

/// Name of every network's input: normalised log-mel columns, `[1, 1, n_mels, frames]`.
pub const INPUT: &str = "log_mel";

/// An extent that the runtime chooses.
pub const OPEN: usize = 0;

/// Returns the file as a protobuf message. `properties` become `metadata_props`.
pub fn file(graph: GraphProto, properties: Vec<(String, String)>) -> ModelProto {
    let properties = properties.into_iter();
    ModelProto {
        ir_version: 7,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 14 }],
        producer_name: env!("CARGO_PKG_NAME").to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        metadata_props: properties
            .map(|(key, value)| StringStringEntryProto { key, value })
            .collect(),
        ..ModelProto::default()
    }
}

/// A graph that grows node by node; each node of the main path reads the previous value.
pub struct Builder {
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
    last: String,
}

impl Default for Builder {
    /// Creates a graph without nodes; its last value is its input.
    fn default() -> Self {
        Self { nodes: Vec::new(), weights: Vec::new(), last: INPUT.to_owned() }
    }
}

impl Builder {
    /// Adds a constant.
    pub fn constant(&mut self, tensor: TensorProto) {
        self.weights.push(tensor);
    }

    /// Adds a node that reads the last value, then `inputs`, and writes the value `name`, which
    /// becomes the last.
    pub fn push(&mut self, op: &str, name: &str, inputs: &[&str], attributes: Vec<AttributeProto>) {
        let last = std::mem::replace(&mut self.last, name.to_owned());
        let inputs: Vec<&str> =
            std::iter::once(last.as_str()).chain(inputs.iter().copied()).collect();
        self.node(op, name, &inputs, attributes);
    }

    /// Adds a node that reads `inputs` and writes the value `name`, off the main path.
    pub fn node(&mut self, op: &str, name: &str, inputs: &[&str], attributes: Vec<AttributeProto>) {
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: op.to_owned(),
            attribute: attributes,
            ..NodeProto::default()
        });
    }

    /// Makes an earlier value the one that the next node reads.
    pub fn back_to(&mut self, name: &str) {
        self.last = name.to_owned();
    }

    /// Returns the graph from `[1, 1, n_mels, frames]` to the named `outputs` with their shapes;
    /// `frames` may be [`OPEN`].
    pub fn finish(self, n_mels: usize, frames: usize, outputs: &[(&str, &[usize])]) -> GraphProto {
        GraphProto {
            node: self.nodes,
            name: "sourcing-sound".to_owned(),
            initializer: self.weights,
            input: vec![value_info(INPUT, &[1, 1, n_mels, frames])],
            output: outputs.iter().map(|(name, shape)| value_info(name, shape)).collect(),
            ..GraphProto::default()
        }
    }
}

/// Returns an array of f32.
pub fn tensor(name: &str, shape: &[usize], values: &[f32]) -> TensorProto {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    raw_tensor(name, shape, DataType::Float, bytes.collect())
}

/// Returns an array of 16-bit floats.
pub fn tensor_f16(name: &str, shape: &[usize], values: &[f16]) -> TensorProto {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    raw_tensor(name, shape, DataType::Float16, bytes.collect())
}

/// Returns an array of 8-bit integers.
pub fn tensor_i8(name: &str, shape: &[usize], values: &[i8]) -> TensorProto {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    raw_tensor(name, shape, DataType::Int8, bytes.collect())
}

/// Returns a list of 64-bit integers, such as the shape for a node.
pub fn tensor_i64(name: &str, values: &[i64]) -> TensorProto {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    raw_tensor(name, &[values.len()], DataType::Int64, bytes.collect())
}

fn raw_tensor(name: &str, shape: &[usize], kind: DataType, raw_data: Vec<u8>) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: shape.iter().map(|&extent| extent as i64).collect(),
        data_type: kind as i32,
        raw_data,
        ..TensorProto::default()
    }
}

/// Returns an attribute that is one whole number.
pub fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..AttributeProto::default()
    }
}

/// Returns an attribute that is a list of whole numbers.
pub fn integers(name: &str, values: &[i64]) -> AttributeProto {
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
        value: Some(match extent {
            OPEN => Value::DimParam("frames".to_owned()),
            extent => Value::DimValue(extent as i64),
        }),
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
