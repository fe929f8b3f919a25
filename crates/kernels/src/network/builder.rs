//! Builds the program from layers: packs weights, and fuses pooling with the convolution before it.

use super::Network;
use super::activation::Activation;
use super::convolution::Convolution;
use super::depthwise::Depthwise;
use super::elementwise::{Activate, Combine, Operation};
use super::global::Global;
use super::lane::LANES;
use super::pool::{Pool, Pooling};
use super::program::{Operator, Program, Step};
use super::stem::Stem;
use super::value::{Layout, Shape};
use super::weights::Weights;
use super::window::Window;
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};
use std::rc::Rc;

/// An operator before its weights are packed.
#[derive(Debug)]
pub enum Layer {
    /// A convolution over the features.
    Stem(Weights),
    /// A convolution over all channels. It reads a second value if one is added to its output.
    Convolution(Weights),
    /// A convolution of each channel alone.
    Depthwise(Weights),
    /// Weights for all numbers of a value: channels, rows, columns.
    Linear(Weights),
    /// Pooling over windows.
    Pool(Window, Pooling),
    /// The mean or the maximum of each channel.
    Global {
        /// The maximum rather than the mean.
        max: bool,
    },
    /// A sum or product of two values of one shape, or of a value and one number per channel.
    Combine(Operation),
    /// An activation alone.
    Activate(Activation),
    /// The same numbers in another shape, in the same memory.
    Relabel,
}

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Index of its buffer.
    pub buffer: usize,
    /// Its shape and border.
    pub layout: Layout,
}

/// Builds a network from layers, in the order in which they run.
pub struct Builder {
    program: Program,
    level: Level,
    /// Numbers of a vector.
    vector_len: usize,
}

impl Builder {
    /// Creates a builder for features that need `features` as their border, and buffers of
    /// `buffers` blocks of eight numbers, which values share.
    pub fn new(features: Layout, buffers: Vec<usize>) -> Self {
        Self::on(Level::new(), features, buffers)
    }

    /// Creates one for the given instruction set instead of the best that the processor has.
    pub(super) fn on(level: Level, features: Layout, buffers: Vec<usize>) -> Self {
        let vector_len = dispatch!(level, simd => vector_len(simd));
        let program = Program { steps: Vec::new(), buffers, features, outputs: Vec::new() };
        Builder { program, level, vector_len }
    }

    /// Adds a layer. Its output is in another buffer than its inputs, and every value has the
    /// border that its readers need.
    pub fn push(&mut self, layer: Layer, inputs: &[Place], output: Place) {
        let layouts: Vec<Layout> = inputs.iter().map(|place| place.layout).collect();
        let Some(operator) = self.operator(layer, &layouts, output.layout) else { return };
        let inputs: Vec<usize> = inputs.iter().map(|place| place.buffer).collect();
        // With short vectors, arithmetic takes longer than memory.
        let fuses = self.vector_len >= LANES;
        let last = self.program.steps.last_mut();
        let operator = match last.filter(|last| fuses && inputs.first() == Some(&last.output)) {
            Some(last) => match last.pool(operator, output.buffer) {
                Some(operator) => operator,
                None => return,
            },
            None => operator,
        };
        let step = Step { operator, inputs, output: output.buffer, pooled: None };
        self.program.steps.push(step);
    }

    /// Returns the network with outputs at these places: vectors without a border.
    pub fn finish(mut self, outputs: impl Iterator<Item = Place>) -> Network {
        let outputs = outputs.map(|place| (place.buffer, place.layout.shape.channels));
        self.program.outputs = outputs.collect();
        Network::new(self.program, self.level)
    }

    /// Returns the operator; `None` for a layer that does nothing.
    fn operator(&self, layer: Layer, inputs: &[Layout], output: Layout) -> Option<Operator> {
        let vector_len = self.vector_len;
        Some(match layer {
            Layer::Relabel => return None,
            Layer::Stem(weights) => {
                Operator::Stem(Stem::new(&weights, self.program.features, output, vector_len))
            }
            Layer::Convolution(weights) => {
                let (input, addend) = (inputs[0], inputs.get(1).copied());
                let convolution = Convolution::new(&weights, input, output, addend, vector_len);
                Operator::Convolution(convolution)
            }
            Layer::Linear(weights) => {
                let weights = match is_vector(inputs[0]) {
                    true => weights,
                    false => Weights {
                        weights: Rc::new(in_memory_order(&weights, inputs[0])),
                        ..weights
                    },
                };
                let shape = Shape::vector(inputs[0].lanes() * LANES);
                let input = Layout { shape, border: [0, 0] };
                Operator::Convolution(Convolution::new(&weights, input, output, None, vector_len))
            }
            Layer::Depthwise(weights) => {
                Operator::Depthwise(Depthwise::new(&weights, inputs[0], output))
            }
            Layer::Pool(window, pooling) => {
                Operator::Pool(Pool { input: inputs[0], output, window, pooling })
            }
            Layer::Global { max } => Operator::Global(Global { input: inputs[0], output, max }),
            Layer::Combine(operation) => {
                Operator::Combine(Combine { operation, layouts: [inputs[0], inputs[1]], output })
            }
            Layer::Activate(activation) => {
                Operator::Activate(Activate { activation, input: inputs[0], output })
            }
        })
    }
}

#[inline(always)]
fn vector_len<S: Simd>(_: S) -> usize {
    S::f32s::LEN
}

/// Returns whether the numbers of a value are contiguous, so that weights for them are already in
/// the order of memory.
fn is_vector(input: Layout) -> bool {
    let Shape { channels, rows, columns } = input.shape;
    (rows, columns, input.border) == (1, 1, [0, 0]) && channels == input.lanes() * LANES
}

/// Converts `[outputs][channels × rows × columns]` to `[outputs][all numbers of the buffer]`; what
/// lies between the values gets no weight.
#[inline(never)]
fn in_memory_order(weights: &Weights, input: Layout) -> Vec<f32> {
    let Shape { channels, rows, columns } = input.shape;
    let (from, to) = (input.shape.size(), input.lanes() * LANES);
    let mut ordered = vec![0.0; weights.bias.len() * to];
    for (source, target) in weights.weights.chunks(from).zip(ordered.chunks_mut(to)) {
        let mut source = source.iter();
        for channel in 0..channels {
            for row in 0..rows {
                let pixel = channel / LANES * input.plane() + input.row(row);
                for (column, weight) in (0..columns).zip(&mut source) {
                    target[(pixel + column) * LANES + channel % LANES] = *weight;
                }
            }
        }
    }
    ordered
}
