//! An ONNX graph → the engine's operators, with known shapes and fused neighbours.

use super::constant::{self, Constant};
use super::onnx::{Graph, Node};
use super::uncovered::Uncovered;
use sourcing_sound_kernels::network::{Layer, Shape};
use std::collections::HashMap;
use std::rc::Rc;

mod attributes;
mod fuse;
mod layers;
mod names;
mod shapes;

use names::output;

/// The most numbers in one value: 256 MiB of `f32`.
const MAX_LEN: usize = 64 << 20;
/// The most weights in total, as the graph unpacks them and as layers pack them: 512 MiB.
const MAX_WEIGHTS: usize = 128 << 20;

/// A layer, the values that it reads and the value that it produces.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) layer: Layer,
    pub(super) inputs: Vec<usize>,
    pub(super) output: usize,
}

/// A value between layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) shape: Shape,
    /// `[1, n]` rather than `[1, channels, rows, columns]`.
    flat: bool,
}

/// A graph that the engine covers.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) features: Shape,
    pub(super) layers: Vec<Placed>,
    pub(super) values: Vec<Value>,
    pub(super) outputs: Vec<usize>,
}

/// What a name in the graph refers to.
#[derive(Clone, Debug)]
enum Meaning {
    /// The input of the network.
    Features,
    Value(usize),
    Constant(Rc<Constant>),
}

impl Network {
    /// Reads a graph with an input of `[1, 1, rows, columns]`.
    pub(super) fn read(graph: &Graph, rows: usize, columns: usize) -> Result<Self, Uncovered> {
        let mut reader = Reader::new(graph, Shape { channels: 1, rows, columns })?;
        reader.unpack()?;
        for (index, node) in graph.node.iter().enumerate() {
            if !reader.done[index] {
                reader.read(node)?;
            }
        }
        reader.finish()
    }
}

/// Reads the nodes in order; ONNX sorts them so that a value is produced before it is read.
struct Reader<'a> {
    graph: &'a Graph<'a>,
    network: Network,
    meanings: HashMap<&'a str, Meaning>,
    /// The nodes that read each name; an output of the graph counts as read by a node that does not
    /// exist.
    readers: HashMap<&'a str, Vec<usize>>,
    /// Nodes that have been fused into an earlier one.
    done: Vec<bool>,
    /// Weights so far, counted for each node even if nodes share them in the file.
    weights: usize,
}

impl<'a> Reader<'a> {
    fn new(graph: &'a Graph<'a>, features: Shape) -> Result<Self, Uncovered> {
        // Fused nodes are not read one by one, so all of them are checked here.
        if let Some(node) = graph.node.iter().find(|node| !matches!(node.domain, "" | "ai.onnx")) {
            let what = format!("the operator {} of {}", node.op_type, node.domain);
            return Err(Uncovered::new(what));
        }
        let (mut meanings, mut weights) = (HashMap::new(), 0);
        for tensor in &graph.initializer {
            let constant = Rc::new(Constant::read(tensor)?);
            count(&mut weights, constant.dims.iter().product())?;
            meanings.insert(tensor.name, Meaning::Constant(constant));
        }
        let given = graph.input.iter().filter(|input| !meanings.contains_key(input.name));
        let given: Vec<&str> = given.map(|input| input.name).collect();
        let [input] = given[..] else {
            return Err(Uncovered::new(format!("a graph of {} inputs", given.len())));
        };
        meanings.insert(input, Meaning::Features);
        let mut readers: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, node) in graph.node.iter().enumerate() {
            for name in &node.input {
                readers.entry(name).or_default().push(index);
            }
        }
        for output in &graph.output {
            readers.entry(output.name).or_default().push(usize::MAX);
        }
        let network = Network { features, layers: vec![], values: vec![], outputs: vec![] };
        let done = vec![false; graph.node.len()];
        Ok(Reader { graph, network, meanings, readers, done, weights })
    }

    /// Runs the nodes of constant inputs, before a layer is fused with nodes that read their results:
    /// exporters put constants right before the node that needs them.
    fn unpack(&mut self) -> Result<(), Uncovered> {
        for (index, node) in self.graph.node.iter().enumerate() {
            let Some(constant) = self.fold(node)? else { continue };
            count(&mut self.weights, constant.dims.iter().product())?;
            self.meanings.entry(output(node)?).or_insert(Meaning::Constant(Rc::new(constant)));
            self.done[index] = true;
        }
        Ok(())
    }

    fn read(&mut self, node: &'a Node<'a>) -> Result<(), Uncovered> {
        let uncovered = || Uncovered::new(format!("the operator {}", node.op_type));
        let name = output(node)?;
        let meaning = self.layer(node)?.ok_or_else(uncovered)?;
        // A fused node has already given its output a meaning.
        self.meanings.entry(name).or_insert(meaning);
        Ok(())
    }

    fn fold(&self, node: &Node) -> Result<Option<Constant>, Uncovered> {
        let inputs = node.input.iter().map(|name| match self.meanings.get(*name) {
            Some(Meaning::Constant(constant)) => Some(&**constant),
            _ => None,
        });
        match inputs.collect::<Option<Vec<&Constant>>>() {
            Some(inputs) => constant::fold(node, &inputs),
            None => Ok(None),
        }
    }

    fn finish(mut self) -> Result<Network, Uncovered> {
        for output in &self.graph.output {
            let value = self.value(output.name)?;
            let Value { shape, flat } = self.network.values[value];
            if !flat || shape.pixels() != 1 {
                return Err(Uncovered::new(format!("the output {}, which is a map", output.name)));
            }
            self.network.outputs.push(value);
        }
        Ok(self.network)
    }

    /// Returns the value of a name that is neither a constant nor the input.
    fn value(&self, name: &str) -> Result<usize, Uncovered> {
        match self.meanings.get(name) {
            Some(Meaning::Value(value)) => Ok(*value),
            _ => Err(Uncovered::new(format!("{name} as the input of an operator"))),
        }
    }

    fn constant(&self, name: &str) -> Result<Rc<Constant>, Uncovered> {
        match self.meanings.get(name) {
            Some(Meaning::Constant(constant)) => Ok(Rc::clone(constant)),
            _ => Err(Uncovered::new(format!("{name}, which is not constant, as weights"))),
        }
    }

    fn shape(&self, value: usize) -> Shape {
        self.network.values[value].shape
    }

    fn place(
        &mut self,
        layer: Layer,
        inputs: Vec<usize>,
        shape: Shape,
        flat: bool,
    ) -> Result<Meaning, Uncovered> {
        // Products may exceed the 32 bits of a size in a browser.
        let Shape { channels, rows, columns } = shape;
        let size = channels.saturating_mul(rows).saturating_mul(columns);
        if size == 0 || size > MAX_LEN {
            return Err(Uncovered::new(format!("a value of the shape {shape:?}")));
        }
        if let Layer::Stem(weights)
        | Layer::Convolution(weights)
        | Layer::Depthwise(weights)
        | Layer::Linear(weights) = &layer
        {
            // Channels are packed in blocks of eight, including those of the input.
            let read = match layer {
                Layer::Convolution(_) | Layer::Linear(_) => self.shape(inputs[0]).channels,
                _ => 1,
            };
            let each = weights.weights.len() / channels / read * read.next_multiple_of(8);
            count(&mut self.weights, each.saturating_mul(channels.next_multiple_of(8)))?;
        }
        let output = self.network.values.len();
        self.network.values.push(Value { shape, flat });
        self.network.layers.push(Placed { layer, inputs, output });
        Ok(Meaning::Value(output))
    }

    /// Returns the only node that reads a name; `None` if there are none or several.
    fn only_reader(&self, name: &str) -> Option<(usize, &'a Node<'a>)> {
        match self.readers.get(name)?[..] {
            [index] => self.graph.node.get(index).map(|node| (index, node)),
            _ => None,
        }
    }
}

/// Counts weights; those of a layer before it packs them.
fn count(weights: &mut usize, numbers: usize) -> Result<(), Uncovered> {
    *weights = weights.saturating_add(numbers);
    match *weights <= MAX_WEIGHTS {
        true => Ok(()),
        false => Err(Uncovered::new("weights of so many numbers")),
    }
}
