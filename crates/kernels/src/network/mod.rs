//! Small convolutional networks.
//!
//! ```text
//! Builder (layers in order, weights packed) → program (a flat list of operators) → Network
//! ```
//!
//! In: layers and the places of their values in memory. Out: the values of the outputs. Everything
//! is `f32`. Channels are in blocks of eight, so that the operators are the same for 128-, 256- and
//! 512-bit vectors.

mod activation;
mod aligned;
mod builder;
mod convolution;
mod depthwise;
mod elementwise;
mod global;
mod lane;
mod pool;
mod program;
mod stem;
mod store;
mod value;
mod weights;
mod window;

pub use activation::{Activation, sigmoid};
pub use builder::{Builder, Layer, Place};
pub use elementwise::Operation;
pub use lane::Lane;
pub use pool::Pooling;
pub use value::{Layout, Shape};
pub use weights::Weights;
pub use window::Window;

use fearless_simd::{Level, dispatch};
use program::{Memory, Program};
use std::sync::{Mutex, PoisonError};

/// A network that is ready to run.
pub struct Network {
    program: Program,
    level: Level,
    /// Memory of earlier runs; there is more than one only if several threads run at the same time.
    memories: Mutex<Vec<Memory>>,
}

impl Network {
    fn new(program: Program, level: Level) -> Self {
        Network { program, level, memories: Mutex::default() }
    }

    /// Lengths of the outputs.
    pub fn output_lens(&self) -> impl ExactSizeIterator<Item = usize> {
        self.program.outputs.iter().map(|&(_, len)| len)
    }

    /// Runs the network on the features, row after row, and returns its outputs.
    #[inline(never)]
    pub fn run(&self, input: &[f32]) -> Vec<Vec<f32>> {
        let memories = || self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = memories().pop();
        let mut memory = kept.unwrap_or_else(|| self.program.memory());
        dispatch!(self.level, simd => self.program.run(simd, input, &mut memory));
        let outputs = 0..self.program.outputs.len();
        let outputs = outputs.map(|index| self.program.output(index, &memory).to_vec()).collect();
        memories().push(memory);
        outputs
    }
}

#[cfg(test)]
mod tests;
