//! The lean engine: runs small convolutional networks.
//!
//! ```text
//! ONNX → onnx (format) → graph (operators and shapes, fused) → plan (weights packed, buffers
//! shared) → program (runs)
//! ```
//!
//! In: an ONNX graph over one `[1, 1, rows, columns]` input and that input's values. Out: the
//! values of its outputs. It covers convolution (plain, depthwise, pointwise), pooling, squeeze and
//! excitation, linear layers, sums and the usual activations, in `f32`; batch norm is folded, and
//! weights stored as 8 or 16 bits are widened once. Anything else is [`Uncovered`]. It knows
//! nothing about audio, labels or metadata.

mod activation;
mod aligned;
mod constant;
mod convolution;
mod depthwise;
mod elementwise;
mod global;
mod graph;
mod lane;
pub(crate) mod onnx;
mod plan;
mod pool;
mod program;
mod stem;
mod store;
mod uncovered;
mod value;
mod weights;
mod window;

pub use activation::sigmoid;
use fearless_simd::{Level, dispatch};
use program::{Memory, Program};
use std::sync::{Mutex, PoisonError};
use uncovered::Uncovered;

/// A network that is ready to run.
pub(crate) struct Network {
    program: Program,
    level: Level,
    /// Memory of earlier runs; there is more than one only if several threads run at once.
    memories: Mutex<Vec<Memory>>,
}

impl Network {
    /// Plans the graph for an input of `[1, 1, rows, columns]`.
    pub(crate) fn new(graph: &onnx::Graph, rows: usize, columns: usize) -> Result<Self, Uncovered> {
        Self::on(Level::new(), graph, rows, columns)
    }

    /// The same for the given instruction set instead of the best that the processor has.
    fn on(
        level: Level,
        graph: &onnx::Graph,
        rows: usize,
        columns: usize,
    ) -> Result<Self, Uncovered> {
        let vector_len = dispatch!(level, simd => vector_len(simd));
        let program = plan::plan(graph::Network::read(graph, rows, columns)?, vector_len)?;
        Ok(Network { program, level, memories: Mutex::default() })
    }

    /// Lengths of the outputs.
    pub(crate) fn output_lens(&self) -> impl ExactSizeIterator<Item = usize> {
        self.program.outputs.iter().map(|&(_, len)| len)
    }

    /// Runs the network on `rows × columns` values, row after row, and passes the outputs to
    /// `use_outputs`.
    pub(crate) fn run<T>(&self, input: &[f32], use_outputs: impl FnOnce(&Outputs<'_>) -> T) -> T {
        let memories = || self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = memories().pop();
        let mut memory = kept.unwrap_or_else(|| self.program.memory());
        dispatch!(self.level, simd => self.program.run(simd, input, &mut memory));
        let result = use_outputs(&Outputs { program: &self.program, memory: &memory });
        memories().push(memory);
        result
    }
}

#[inline(always)]
fn vector_len<S: fearless_simd::Simd>(_: S) -> usize {
    <S::f32s as fearless_simd::SimdBase<S>>::LEN
}

/// What a run returned.
pub(crate) struct Outputs<'a> {
    program: &'a Program,
    memory: &'a Memory,
}

impl Outputs<'_> {
    /// The values of an output; its index is below the number of outputs.
    pub(crate) fn get(&self, index: usize) -> &[f32] {
        self.program.output(index, self.memory)
    }
}

#[cfg(test)]
mod tests;
