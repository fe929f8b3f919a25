//! Small networks of every operator that the lean engine covers, in random shapes.

use super::random::Random;
use super::tiny_model::{self, LABELS, node, tensor_info};
use sourcing_sound::ModelMetadata;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataType,
};

/// A model for the three labels of the tiny one.
pub fn random_model(random: &mut Random) -> (ModelMetadata, ModelProto) {
    let mut metadata = tiny_model::metadata();
    metadata.front_end.n_mels = 8 + random.below(20);
    metadata.segment_frames = 8 + random.below(40);
    let (rows, columns) = (metadata.front_end.n_mels, metadata.segment_frames);
    let mut graph = Graph { rows, columns, channels: 1, ..Graph::new(random) };
    let outputs = 1 + graph.random.below(20);
    graph.convolution(1, outputs);
    for _ in 0..graph.random.below(6) {
        graph.block();
    }
    graph.head();
    let mut model = tiny_model::model(&metadata);
    model.graph = Some(GraphProto {
        name: "random".to_owned(),
        input: vec![tensor_info("features", &[1, 1, rows, columns])],
        output: vec![tensor_info("logits", &[1, LABELS.len()])],
        initializer: graph.weights,
        node: graph.nodes,
        ..Default::default()
    });
    (metadata, model)
}

struct Graph<'a> {
    random: &'a mut Random,
    nodes: Vec<NodeProto>,
    weights: Vec<TensorProto>,
    /// The last value and its shape.
    last: String,
    channels: usize,
    rows: usize,
    columns: usize,
}

impl<'a> Graph<'a> {
    fn new(random: &'a mut Random) -> Self {
        let (nodes, weights, last) = (Vec::new(), Vec::new(), "features".to_owned());
        Graph { random, nodes, weights, last, channels: 1, rows: 1, columns: 1 }
    }

    fn block(&mut self) {
        let outputs = 1 + self.random.below(40);
        match self.random.below(9) {
            0 => self.convolution(1, outputs),
            1 => self.convolution(self.channels, self.channels),
            2 => self.pointwise(outputs),
            3 => self.residual(),
            4 => self.squeeze_and_excite(),
            5 => self.pool("MaxPool"),
            6 => self.pool("AveragePool"),
            7 => self.reduce(),
            _ => self.batch_norm(),
        }
    }

    /// `groups` is 1 or the number of channels.
    fn convolution(&mut self, groups: usize, outputs: usize) {
        let mut size = |length: usize| 1 + self.random.below(length.min(5));
        let kernel = [size(self.rows), size(self.columns)];
        let strides = [size(2), size(2)];
        let pads: Vec<i64> =
            kernel.iter().chain(&kernel).map(|&k| self.random.below(k) as i64).collect();
        let outputs = if groups > 1 { self.channels } else { outputs };
        let groups = if groups > 1 { self.channels } else { 1 };
        let attributes = vec![
            ints("kernel_shape", &kernel.map(|size| size as i64)),
            ints("strides", &strides.map(|size| size as i64)),
            ints("pads", &pads),
            int("group", groups as i64),
        ];
        let inputs = self.channels / groups;
        self.weighted_convolution(&[outputs, inputs, kernel[0], kernel[1]], attributes);
        self.rows = windowed(self.rows, kernel[0], strides[0], pads[0] + pads[2]);
        self.columns = windowed(self.columns, kernel[1], strides[1], pads[1] + pads[3]);
        if self.random.one_in(4) {
            self.batch_norm();
        }
        self.activation();
    }

    fn pointwise(&mut self, outputs: usize) {
        self.weighted_convolution(&[outputs, self.channels, 1, 1], vec![]);
        self.activation();
    }

    fn weighted_convolution(&mut self, dims: &[usize; 4], attributes: Vec<AttributeProto>) {
        let per_output: usize = dims[1..].iter().product();
        let weights = self.weight(dims, (1.5 / per_output as f32).sqrt() * 1.5);
        let mut inputs = vec![self.last.clone(), weights];
        if !self.random.one_in(3) {
            inputs.push(self.weight(&[dims[0]], 0.3));
        }
        self.push("Conv", inputs, attributes);
        self.channels = dims[0];
    }

    /// An expansion, a projection back, and the sum with what came in, in either order.
    fn residual(&mut self) {
        let (before, channels) = (self.last.clone(), self.channels);
        self.pointwise(2 * channels);
        self.weighted_convolution(&[channels, 2 * channels, 1, 1], vec![]);
        let inputs = match self.random.one_in(2) {
            true => vec![self.last.clone(), before],
            false => vec![before, self.last.clone()],
        };
        self.push("Add", inputs, vec![]);
        self.activation();
    }

    fn squeeze_and_excite(&mut self) {
        let (before, channels) = (self.last.clone(), self.channels);
        let (rows, columns) = (self.rows, self.columns);
        self.push_after("GlobalAveragePool", vec![]);
        (self.rows, self.columns) = (1, 1);
        self.pointwise(1 + channels / 4);
        self.weighted_convolution(&[channels, 1 + channels / 4, 1, 1], vec![]);
        let gate = *self.random.pick(&["Sigmoid", "HardSigmoid"]);
        self.push_after(gate, vec![]);
        self.push("Mul", vec![before, self.last.clone()], vec![]);
        (self.rows, self.columns) = (rows, columns);
    }

    fn pool(&mut self, op: &str) {
        let mut size = |length: usize| 1 + self.random.below(length.min(4));
        let kernel = [size(self.rows), size(self.columns)];
        let strides = [size(3), size(3)];
        let pads: Vec<i64> = kernel
            .iter()
            .chain(&kernel)
            .map(|&size| self.random.below(size.div_ceil(2)) as i64)
            .collect();
        let mut attributes = vec![
            ints("kernel_shape", &kernel.map(|size| size as i64)),
            ints("strides", &strides.map(|size| size as i64)),
            ints("pads", &pads),
        ];
        if op == "AveragePool" {
            attributes.push(int("count_include_pad", self.random.below(2) as i64));
        }
        self.push_after(op, attributes);
        self.rows = windowed(self.rows, kernel[0], strides[0], pads[0] + pads[2]);
        self.columns = windowed(self.columns, kernel[1], strides[1], pads[1] + pads[3]);
    }

    /// Over one axis.
    fn reduce(&mut self) {
        let op = *self.random.pick(&["ReduceMean", "ReduceMax"]);
        let axis = *self.random.pick(&[2, -1]);
        self.push_after(op, vec![ints("axes", &[axis]), int("keepdims", 1)]);
        *(if axis == 2 { &mut self.rows } else { &mut self.columns }) = 1;
    }

    fn batch_norm(&mut self) {
        let channels = [self.channels];
        let parameters: Vec<String> = (0..3).map(|_| self.weight(&channels, 1.0)).collect();
        let variances: Vec<f32> = (0..self.channels).map(|_| 1.5 + self.random.signed()).collect();
        let variances = self.constant(&channels, variances);
        let inputs = [vec![self.last.clone()], parameters, vec![variances]].concat();
        self.push("BatchNormalization", inputs, vec![]);
    }

    fn activation(&mut self) {
        match self.random.below(7) {
            0 => self.push_after("Relu", vec![]),
            1 => self.push_after("HardSwish", vec![]),
            2 => self.push_after("Sigmoid", vec![]),
            3 => {
                let limits = [self.constant(&[], vec![0.0]), self.constant(&[], vec![6.0])];
                let inputs = [vec![self.last.clone()], limits.to_vec()].concat();
                self.push("Clip", inputs, vec![]);
            }
            4 => {
                let factor = self.constant(&[], vec![0.7]);
                self.push("Mul", vec![self.last.clone(), factor], vec![]);
            }
            _ => {}
        }
    }

    /// Pooling and a linear layer, or a linear layer over the whole map.
    fn head(&mut self) {
        match self.random.below(3) {
            0 => {
                let map = self.last.clone();
                self.push_after("GlobalAveragePool", vec![]);
                let mean = self.last.clone();
                self.push("GlobalMaxPool", vec![map], vec![]);
                self.push("Add", vec![self.last.clone(), mean], vec![]);
                (self.rows, self.columns) = (1, 1);
            }
            1 => {
                self.push_after("GlobalAveragePool", vec![]);
                (self.rows, self.columns) = (1, 1);
            }
            _ => {}
        }
        let inputs = self.channels * self.rows * self.columns;
        self.push_after("Flatten", vec![int("axis", 1)]);
        let scale = (1.0 / inputs as f32).sqrt();
        let bias = self.weight(&[LABELS.len()], 0.3);
        let transposed = self.random.one_in(2);
        let dims = if transposed { [LABELS.len(), inputs] } else { [inputs, LABELS.len()] };
        let weights = self.weight(&dims, scale);
        let mut gemm = node("Gemm", &[&self.last, &weights, &bias], "logits");
        gemm.attribute.push(int("transB", i64::from(transposed)));
        self.nodes.push(gemm);
    }

    fn weight(&mut self, dims: &[usize], scale: f32) -> String {
        let values = self.random.signed_values(dims.iter().product(), scale);
        self.constant(dims, values)
    }

    fn constant(&mut self, dims: &[usize], values: Vec<f32>) -> String {
        let name = format!("constant{}", self.weights.len());
        self.weights.push(TensorProto {
            name: name.clone(),
            dims: dims.iter().map(|&size| size as i64).collect(),
            data_type: DataType::Float as i32,
            float_data: values,
            ..Default::default()
        });
        name
    }

    fn push_after(&mut self, op: &str, attributes: Vec<AttributeProto>) {
        self.push(op, vec![self.last.clone()], attributes);
    }

    fn push(&mut self, op: &str, inputs: Vec<String>, attributes: Vec<AttributeProto>) {
        let name = format!("value{}", self.nodes.len());
        let mut node = node(op, &[], &name);
        (node.input, node.attribute) = (inputs, attributes);
        self.nodes.push(node);
        self.last = name;
    }
}

fn windowed(length: usize, kernel: usize, stride: usize, padding: i64) -> usize {
    (length + padding as usize - kernel) / stride + 1
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    let (name, r#type) = (name.to_owned(), AttributeType::Ints as i32);
    AttributeProto { name, r#type, ints: values.to_vec(), ..Default::default() }
}

fn int(name: &str, value: i64) -> AttributeProto {
    let (name, r#type) = (name.to_owned(), AttributeType::Int as i32);
    AttributeProto { name, r#type, i: value, ..Default::default() }
}
