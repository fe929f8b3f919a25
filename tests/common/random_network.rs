//! Small networks of every operator that the lean engine covers, in random shapes, with weights in every
//! form in which files store them.

use super::random::Random;
use super::tiny_model::{self, LABELS, node, tensor_info};
use sourcing_sound::ModelMetadata;
use tract_onnx::pb::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto};

#[path = "random_network/attributes.rs"]
mod attributes;
#[path = "random_network/weights.rs"]
mod weights;

use attributes::{float, int, ints, text};

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
    model.opset_import[0].version = graph.opset;
    model.graph = Some(GraphProto {
        name: "random".to_owned(),
        input: vec![tensor_info("features", &[1, 1, rows, columns])],
        output: vec![tensor_info("logits", &[1, LABELS.len()])],
        initializer: graph.tensors,
        node: graph.nodes,
        ..Default::default()
    });
    (metadata, model)
}

struct Graph<'a> {
    random: &'a mut Random,
    /// From 18 on, axes of reductions are an input.
    opset: i64,
    /// Whether windows may have the padding that keeps a size. The general engine moves the strides of
    /// a kernel of 1 into such a window before, and changes its padding by that, so there are none then.
    has_auto_pads: bool,
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
    /// The last value and its shape.
    last: String,
    channels: usize,
    rows: usize,
    columns: usize,
}

impl<'a> Graph<'a> {
    fn new(random: &'a mut Random) -> Self {
        let (opset, has_auto_pads) = (*random.pick(&[13, 18]), random.one_in(3));
        let (nodes, tensors, last) = (Vec::new(), Vec::new(), "features".to_owned());
        Graph {
            random,
            opset,
            has_auto_pads,
            nodes,
            tensors,
            last,
            channels: 1,
            rows: 1,
            columns: 1,
        }
    }

    fn block(&mut self) {
        let outputs = 1 + self.random.below(40);
        match self.random.below(11) {
            0 => self.convolution(1, outputs),
            1 => self.convolution(self.channels, self.channels),
            2 => self.pointwise(outputs),
            3 => self.residual(),
            4 => self.squeeze_and_excite(),
            5 => self.pool("MaxPool"),
            6 => self.pool("AveragePool"),
            7 => self.reduce(),
            8 => {
                let op = *self.random.pick(&["Identity", "Dropout"]);
                self.push_after(op, vec![]);
            }
            9 => self.spread(),
            _ => self.batch_norm(),
        }
    }

    /// `groups` is 1 or the number of channels.
    fn convolution(&mut self, groups: usize, outputs: usize) {
        let lengths = [self.rows, self.columns];
        let kernel = lengths.map(|length| 1 + self.random.below(length.min(5)));
        let mut spacing = |axis: usize| match 2 * kernel[axis] - 1 <= lengths[axis] {
            true => 1 + self.random.below(2),
            false => 1,
        };
        let dilations = [spacing(0), spacing(1)];
        let outputs = if groups > 1 { self.channels } else { outputs };
        let groups = if groups > 1 { self.channels } else { 1 };
        let (window, shape) = self.window(kernel, dilations, [5, 5]);
        let attributes = [window, vec![int("group", groups as i64)]].concat();
        let inputs = self.channels / groups;
        self.weighted_convolution(&[outputs, inputs, kernel[0], kernel[1]], attributes);
        [self.rows, self.columns] = shape;
        if self.random.one_in(4) {
            self.batch_norm();
        }
        self.activation();
    }

    /// Attributes of a window with less than `most` padding, and the size of what it makes.
    fn window(
        &mut self,
        kernel: [usize; 2],
        dilations: [usize; 2],
        most: [usize; 2],
    ) -> (Vec<AttributeProto>, [usize; 2]) {
        let lengths = [self.rows, self.columns];
        let strides = [0, 1].map(|axis| match self.has_auto_pads && kernel[axis] == 1 {
            true => 1,
            false => 1 + self.random.below(lengths[axis].min(3)),
        });
        let covered = [0, 1].map(|axis| (kernel[axis] - 1) * dilations[axis] + 1);
        let mut attributes = vec![
            ints("kernel_shape", &kernel.map(|size| size as i64)),
            ints("strides", &strides.map(|size| size as i64)),
        ];
        if dilations != [1, 1] {
            attributes.push(ints("dilations", &dilations.map(|size| size as i64)));
        }
        let kinds = ["", "VALID", "SAME_UPPER", "SAME_LOWER"];
        let kinds = if self.has_auto_pads { &kinds[..] } else { &kinds[..2] };
        let auto = *self.random.pick(kinds);
        let pads: Vec<usize> = (0..4)
            .map(|side| self.random.below(kernel[side % 2].min(most[side % 2])))
            .map(|pad| if auto.is_empty() { pad } else { 0 })
            .collect();
        match auto {
            "" => {
                attributes.push(ints("pads", &pads.iter().map(|&p| p as i64).collect::<Vec<_>>()))
            }
            _ => attributes.push(text("auto_pad", auto)),
        }
        let shape = [0, 1].map(|axis| match auto.starts_with("SAME") {
            true => lengths[axis].div_ceil(strides[axis]),
            false => {
                (lengths[axis] + pads[axis] + pads[axis + 2] - covered[axis]) / strides[axis] + 1
            }
        });
        (attributes, shape)
    }

    fn pointwise(&mut self, outputs: usize) {
        self.weighted_convolution(&[outputs, self.channels, 1, 1], vec![]);
        self.activation();
    }

    fn weighted_convolution(&mut self, dims: &[usize; 4], attributes: Vec<AttributeProto>) {
        let per_output: usize = dims[1..].iter().product();
        let weights = self.weight(dims, (1.5 / per_output as f32).sqrt() * 1.5);
        let mut inputs = vec![self.last.clone(), weights];
        let channels = dims[0];
        match self.random.below(4) {
            0 => self.push("Conv", inputs, attributes),
            1 => {
                self.push("Conv", inputs, attributes);
                let dims: &[usize] = if self.random.one_in(2) { &[1] } else { &[] };
                let bias = self.weight(&[dims, &[channels, 1, 1]].concat(), 0.3);
                self.push_either_way("Add", bias);
            }
            _ => {
                inputs.push(self.weight(&[channels], 0.3));
                self.push("Conv", inputs, attributes);
            }
        }
        self.channels = channels;
    }

    /// An expansion, a projection back, and the sum with what came in, in either order.
    fn residual(&mut self) {
        let (before, channels) = (self.last.clone(), self.channels);
        self.pointwise(2 * channels);
        self.weighted_convolution(&[channels, 2 * channels, 1, 1], vec![]);
        let op = *self.random.pick(&["Add", "Add", "Mul"]);
        self.push_either_way(op, before);
        self.activation();
    }

    /// The mean of each channel is added to all of it.
    fn spread(&mut self) {
        let before = self.last.clone();
        self.push_after("GlobalAveragePool", vec![]);
        self.push_either_way("Add", before);
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
        self.push_either_way("Mul", before);
        (self.rows, self.columns) = (rows, columns);
    }

    fn pool(&mut self, op: &str) {
        let kernel = [self.rows, self.columns].map(|length| 1 + self.random.below(length.min(4)));
        let most = kernel.map(|size| size.div_ceil(2));
        let (mut attributes, shape) = self.window(kernel, [1, 1], most);
        if op == "AveragePool" {
            attributes.push(int("count_include_pad", self.random.below(2) as i64));
        }
        self.push_after(op, attributes);
        [self.rows, self.columns] = shape;
    }

    /// Over rows, columns or both.
    fn reduce(&mut self) {
        let axes: &[i64] = self.random.pick::<&[i64]>(&[&[2], &[3], &[-1], &[-2, -1], &[3, 2]]);
        self.reduce_over(axes, 1);
        if axes.iter().any(|axis| axis.rem_euclid(4) == 2) {
            self.rows = 1;
        }
        if axes.iter().any(|axis| axis.rem_euclid(4) == 3) {
            self.columns = 1;
        }
    }

    fn reduce_over(&mut self, axes: &[i64], keepdims: i64) {
        let op = *self.random.pick(&["ReduceMean", "ReduceMax"]);
        let (mut inputs, mut attributes) =
            (vec![self.last.clone()], vec![int("keepdims", keepdims)]);
        match self.opset < 18 {
            true => attributes.push(ints("axes", axes)),
            false => inputs.push(self.integers(axes)),
        }
        self.push(op, inputs, attributes);
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
        match self.random.below(11) {
            0 => self.push_after("Relu", vec![]),
            1 => self.push_after("HardSwish", vec![]),
            2 => self.push_after("Sigmoid", vec![]),
            3 => self.push_after("HardSigmoid", vec![float("alpha", 0.3), float("beta", 0.4)]),
            4 => {
                let mut limit = |value: f32| match self.random.one_in(4) {
                    true => String::new(),
                    false => self.constant(&[], vec![value]),
                };
                let limits = [limit(-0.1), limit(6.0)];
                self.push("Clip", [&[self.last.clone()][..], &limits].concat(), vec![]);
            }
            5 | 6 => {
                let op = *self.random.pick(&["Add", "Mul"]);
                let number = self.constant(&[], vec![0.7]);
                self.push_either_way(op, number);
            }
            // Before a mean, the general engine computes a number minus a value wrongly.
            op @ (7 | 8) => {
                let number = self.constant(&[], vec![1.7]);
                let op = if op == 7 { "Sub" } else { "Div" };
                self.push(op, vec![self.last.clone(), number], vec![]);
            }
            _ => {}
        }
    }

    /// Pooling or all of the map, as a vector, and one or two linear layers.
    fn head(&mut self) {
        match self.random.below(4) {
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
            2 => {
                self.reduce_over(&[2, 3], 0);
                return self.linear_layers(self.channels);
            }
            _ => {}
        }
        let inputs = self.channels * self.rows * self.columns;
        match self.random.below(3) {
            0 => {
                let shape = *self.random.pick(&[[1, -1], [0, -1], [1, inputs as i64]]);
                let shape = self.integers(&shape);
                self.push("Reshape", vec![self.last.clone(), shape], vec![]);
            }
            1 if [self.rows, self.columns] == [1, 1] => {
                let axes = self.integers(&[2, -1]);
                self.push("Squeeze", vec![self.last.clone(), axes.clone()], vec![]);
                if self.random.one_in(2) {
                    // As a map again, and back.
                    self.push("Unsqueeze", vec![self.last.clone(), axes.clone()], vec![]);
                    self.push_after("Relu", vec![]);
                    self.push("Squeeze", vec![self.last.clone(), axes], vec![]);
                }
            }
            _ => self.push_after("Flatten", vec![int("axis", 1)]),
        }
        self.linear_layers(inputs);
    }

    fn linear_layers(&mut self, mut inputs: usize) {
        if self.random.one_in(3) {
            // The general engine refuses a single one of a whole map.
            let outputs = 2 + self.random.below(20);
            self.linear(inputs, outputs);
            let before = self.last.clone();
            self.activation();
            self.push_either_way("Add", before);
            self.channels = outputs;
            if self.random.one_in(2) {
                self.batch_norm();
            }
            inputs = outputs;
        }
        self.linear(inputs, LABELS.len());
        let last = self.nodes.last_mut().expect("a linear layer");
        last.output = vec!["logits".to_owned()];
    }

    fn linear(&mut self, inputs: usize, outputs: usize) {
        let scale = (1.0 / inputs as f32).sqrt();
        let transposed = self.random.one_in(2);
        if self.random.one_in(3) {
            let weights = self.weight(&[inputs, outputs], scale);
            self.push("MatMul", vec![self.last.clone(), weights], vec![]);
            let dims: &[usize] = if self.random.one_in(2) { &[1] } else { &[] };
            let bias = self.weight(&[dims, &[outputs]].concat(), 0.3);
            return self.push_either_way("Add", bias);
        }
        let dims = if transposed { [outputs, inputs] } else { [inputs, outputs] };
        let mut values = vec![self.last.clone(), self.weight(&dims, scale)];
        if !self.random.one_in(4) {
            values.push(self.weight(&[outputs], 0.3));
        }
        self.push("Gemm", values, vec![int("transB", i64::from(transposed))]);
    }

    fn push_after(&mut self, op: &str, attributes: Vec<AttributeProto>) {
        self.push(op, vec![self.last.clone()], attributes);
    }

    /// The last value and another one, in either order.
    fn push_either_way(&mut self, op: &str, other: String) {
        let mut inputs = vec![self.last.clone(), other];
        if self.random.one_in(2) {
            inputs.swap(0, 1);
        }
        self.push(op, inputs, vec![]);
    }

    fn push(&mut self, op: &str, inputs: Vec<String>, attributes: Vec<AttributeProto>) {
        self.last = self.add(op, inputs, attributes);
    }

    /// A node, by the name of what it makes.
    fn add(&mut self, op: &str, inputs: Vec<String>, attributes: Vec<AttributeProto>) -> String {
        let name = format!("value{}", self.nodes.len());
        let mut node = node(op, &[], &name);
        (node.input, node.attribute) = (inputs, attributes);
        self.nodes.push(node);
        name
    }
}
