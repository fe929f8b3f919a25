//! A network as a flat list of operators over a few buffers, planned before it first runs.

use super::aligned::Aligned;
use super::convolution::Convolution;
use super::depthwise::Depthwise;
use super::elementwise::{Activate, Combine};
use super::global::Global;
use super::lane::{LANES, Lane};
use super::pool::Pool;
use super::stem::Stem;
use super::value::Layout;
use fearless_simd::prelude::*;
use std::mem;

/// An operator with everything that is known before it runs.
#[derive(Debug)]
pub(super) enum Operator {
    Stem(Stem),
    Convolution(Convolution),
    Depthwise(Depthwise),
    Pool(Pool),
    Global(Global),
    Combine(Combine),
    Activate(Activate),
}

/// An operator and the buffers that it uses.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) operator: Operator,
    /// Buffers of the values that it reads; a stem reads the features and has none.
    pub(super) inputs: Vec<usize>,
    /// The buffer of the output, different from those of the inputs.
    pub(super) output: usize,
    /// Where a depthwise convolution's pooled output goes, and its number of blocks. It may be the
    /// buffer that was read.
    pub(super) pooled: Option<(usize, usize)>,
}

impl Step {
    /// Fuses `operator`, which reads this step's output, if it pools what a depthwise convolution
    /// computes; otherwise returns it. `buffer` is for the pooled value.
    pub(super) fn pool(&mut self, operator: Operator, buffer: usize) -> Option<Operator> {
        match (&mut self.operator, operator) {
            (Operator::Depthwise(depthwise), Operator::Global(global))
                if depthwise.pooled.is_none() && global.output.plane() == 1 =>
            {
                self.pooled = Some((buffer, global.output.blocks()));
                depthwise.pooled = Some(global);
                None
            }
            (_, operator) => Some(operator),
        }
    }
}

/// The operators in the order in which they run.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// Lengths of the buffers.
    pub(super) buffers: Vec<usize>,
    /// The layout of the features that the network gets.
    pub(super) features: Layout,
    /// Buffer and number of values of each output.
    pub(super) outputs: Vec<(usize, usize)>,
}

/// The memory that a run needs. Values share buffers once they are not needed any more.
pub(super) struct Memory {
    /// With a border of zeros, which stays.
    features: Vec<f32>,
    buffers: Vec<Aligned>,
    /// Pooled values of one operator, before they have a buffer.
    pools: Vec<Lane>,
}

impl Program {
    pub(super) fn memory(&self) -> Memory {
        let pools = self.steps.iter().filter_map(|step| step.pooled).map(|(_, blocks)| blocks);
        Memory {
            features: vec![0.0; self.features.plane()],
            buffers: self.buffers.iter().map(|&len| Aligned::zeros(len)).collect(),
            pools: vec![[0.0; LANES]; pools.max().unwrap_or(0)],
        }
    }

    /// Runs everything on `input`, the features without a border. Allocates nothing.
    #[inline(always)]
    pub(super) fn run<S: Simd>(&self, simd: S, input: &[f32], memory: &mut Memory) {
        let columns = self.features.shape.columns;
        for (row, values) in input.chunks_exact(columns).enumerate() {
            memory.features[self.features.row(row)..][..columns].copy_from_slice(values);
        }
        for step in &self.steps {
            let mut output = mem::take(&mut memory.buffers[step.output]);
            let value = |input: usize| &memory.buffers[step.inputs[input]][..];
            match &step.operator {
                Operator::Stem(stem) => stem.run(simd, &memory.features, &mut output),
                Operator::Convolution(convolution) => {
                    let addend = convolution.addend.map(|_| value(1));
                    convolution.run(simd, value(0), addend, &mut output);
                }
                Operator::Depthwise(depthwise) => {
                    depthwise.run(simd, value(0), &mut output, &mut memory.pools);
                }
                Operator::Pool(pool) => pool.run(simd, value(0), &mut output),
                Operator::Global(global) => global.run(simd, value(0), &mut output),
                Operator::Combine(combine) => {
                    combine.run(simd, [value(0), value(1)], &mut output);
                }
                Operator::Activate(activate) => activate.run(simd, value(0), &mut output),
            }
            memory.buffers[step.output] = output;
            if let Some((buffer, blocks)) = step.pooled {
                memory.buffers[buffer][..blocks].copy_from_slice(&memory.pools[..blocks]);
            }
        }
    }

    /// Returns the values of an output of the last run.
    pub(super) fn output<'a>(&self, index: usize, memory: &'a Memory) -> &'a [f32] {
        let (buffer, len) = self.outputs[index];
        &memory.buffers[buffer].as_flattened()[..len]
    }
}
