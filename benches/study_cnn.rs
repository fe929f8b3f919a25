//! The study's convolutional network as a model file: its layers on 60 mel bands of 4 s, with
//! random weights, which cost as much as trained ones.

use prost::Message;
use sourcing_sound::{FrontEndConfig, Labels, ModelMetadata};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataType,
};

use crate::random::Random;
use crate::tiny_model;

const LABELS: usize = 10;
const MELS: usize = 60;
const FRAMES: usize = 174;

/// Returns the file's bytes: 2,204,538 parameters.
pub fn onnx() -> Vec<u8> {
    let mut layers = Layers::default();
    layers.convolution(16, 2);
    layers.pool();
    layers.convolution(32, 2);
    layers.convolution(64, 3);
    layers.pool();
    layers.flatten();
    layers.dense(64);
    layers.relu();
    layers.dense(LABELS);
    let output = layers.last.clone();
    let mut model = tiny_model::model(&metadata());
    model.graph = Some(GraphProto {
        name: "study-cnn".to_owned(),
        input: vec![tiny_model::tensor_info("log_mel", &[1, 1, MELS, FRAMES])],
        output: vec![tiny_model::tensor_info(&output, &[1, LABELS])],
        initializer: layers.weights,
        node: layers.nodes,
        ..GraphProto::default()
    });
    ModelProto::encode_to_vec(&model)
}

fn metadata() -> ModelMetadata {
    let tiny = tiny_model::metadata();
    let names = (0..LABELS).map(|index| format!("label {index}")).collect();
    ModelMetadata {
        name: "study-cnn".to_owned(),
        description: "The study's convolutional network, not trained".to_owned(),
        labels: Labels::new(names).expect("ten different names"),
        front_end: FrontEndConfig {
            n_fft: 2_048,
            win_length: 2_048,
            n_mels: MELS,
            f_min: 0.0,
            f_max: 11_025.0,
            ..tiny.front_end
        },
        segment_frames: FRAMES,
        ..tiny
    }
}

/// A chain of layers, each of which reads the output of the previous one.
struct Layers {
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
    last: String,
    /// Output shape of the last one: channels, rows, columns.
    shape: [usize; 3],
    random: Random,
}

impl Default for Layers {
    fn default() -> Self {
        Layers {
            nodes: Vec::new(),
            weights: Vec::new(),
            last: "log_mel".to_owned(),
            shape: [1, MELS, FRAMES],
            random: Random::new(1),
        }
    }
}

impl Layers {
    /// Adds a convolution without padding, followed by a ReLU.
    fn convolution(&mut self, channels: usize, kernel: usize) {
        let [inputs, rows, columns] = self.shape;
        let weights = self.trained(&[channels, inputs, kernel, kernel]);
        self.push("Conv", &weights, vec![integers("kernel_shape", &[kernel as i64; 2])]);
        self.shape = [channels, rows + 1 - kernel, columns + 1 - kernel];
        self.relu();
    }

    /// Adds a max-pool of 2 × 2 values.
    fn pool(&mut self) {
        let attributes = ["kernel_shape", "strides"].map(|name| integers(name, &[2, 2]));
        self.push("MaxPool", &[], attributes.to_vec());
        let [channels, rows, columns] = self.shape;
        self.shape = [channels, rows / 2, columns / 2];
    }

    fn flatten(&mut self) {
        self.push("Flatten", &[], vec![]);
        self.shape = [self.shape.iter().product(), 1, 1];
    }

    fn dense(&mut self, units: usize) {
        let weights = self.trained(&[units, self.shape[0]]);
        let transposed = AttributeProto {
            name: "transB".to_owned(),
            r#type: AttributeType::Int as i32,
            i: 1,
            ..AttributeProto::default()
        };
        self.push("Gemm", &weights, vec![transposed]);
        self.shape = [units, 1, 1];
    }

    fn relu(&mut self) {
        self.push("Relu", &[], vec![]);
    }

    fn push(&mut self, op: &str, weights: &[String], attribute: Vec<AttributeProto>) {
        let output = format!("{}.{op}", self.nodes.len());
        let inputs = [std::slice::from_ref(&self.last), weights].concat();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.nodes.push(NodeProto { attribute, ..tiny_model::node(op, &inputs, &output) });
        self.last = output;
    }

    /// Returns the names of new weights of this shape, outputs first, and of a bias.
    fn trained(&mut self, shape: &[usize]) -> [String; 2] {
        let inputs: usize = shape[1..].iter().product();
        // Keeps the outputs as large as the inputs.
        let scale = (6.0 / inputs as f32).sqrt();
        let weights = self.random.signed_values(shape[0] * inputs, scale);
        let bias = self.random.signed_values(shape[0], 0.1);
        let name = |kind| format!("{}.{kind}", self.nodes.len());
        let tensors = [(name("weight"), shape, weights), (name("bias"), &shape[..1], bias)];
        tensors.map(|(name, shape, values)| {
            self.weights.push(TensorProto {
                name: name.clone(),
                dims: shape.iter().map(|&size| size as i64).collect(),
                data_type: DataType::Float as i32,
                raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
                ..TensorProto::default()
            });
            name
        })
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
