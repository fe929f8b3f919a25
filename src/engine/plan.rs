//! Layers → the program: borders and buffers are assigned, weights packed.

use super::convolution::Convolution;
use super::depthwise::Depthwise;
use super::elementwise::{Activate, Combine};
use super::global::Global;
use super::graph::{Layer, Network, Placed};
use super::lane::{LANES, Lane};
use super::pool::Pool;
use super::program::{Operator, Program, Step};
use super::stem::Stem;
use super::uncovered::Uncovered;
use super::value::{Layout, Shape};
use super::weights::Weights;
use super::window::Window;
use crate::order;
use std::rc::Rc;

/// The most memory of all buffers together, in bytes.
const MAX_BYTES: usize = 512 << 20;

/// Plans a network for vectors of `vector_len` numbers.
pub(super) fn plan(network: Network, vector_len: usize) -> Result<Program, Uncovered> {
    let Layouts { features, values } = Layouts::of(&network)?;
    let buffers = Buffers::assign(&network, &values)?;
    let outputs = network
        .outputs
        .iter()
        .map(|&value| (buffers.of_value[value], network.values[value].shape.channels));
    let outputs = outputs.collect();
    let mut steps: Vec<Step> = Vec::with_capacity(network.layers.len());
    // Where vectors are short, arithmetic takes longer than memory.
    let fuses = vector_len >= LANES;
    // The value that the last step makes.
    let mut last = None;
    for Placed { layer, inputs, output } in network.layers {
        let layouts: Vec<Layout> = inputs.iter().map(|&input| values[input]).collect();
        let operator = operator(layer, features, &layouts, values[output], vector_len);
        let Some(operator) = operator else { continue };
        let buffer = buffers.of_value[output];
        let pools_last = fuses && last.is_some() && inputs.first() == last.as_ref();
        let operator = match steps.last_mut().filter(|_| pools_last) {
            Some(before) => match before.pool(operator, buffer) {
                Some(operator) => operator,
                None => continue,
            },
            None => operator,
        };
        let inputs = inputs.iter().map(|&input| buffers.of_value[input]).collect();
        steps.push(Step { operator, inputs, output: buffer, pooled: None });
        last = Some(output);
    }
    Ok(Program { steps, buffers: buffers.lens, features, outputs })
}

/// `None` for a layer that does nothing.
fn operator(
    layer: Layer,
    features: Layout,
    inputs: &[Layout],
    output: Layout,
    vector_len: usize,
) -> Option<Operator> {
    Some(match layer {
        Layer::Relabel => return None,
        Layer::Stem(weights) => Operator::Stem(Stem::new(&weights, features, output, vector_len)),
        Layer::Convolution(weights) => {
            let (input, addend) = (inputs[0], inputs.get(1).copied());
            Operator::Convolution(Convolution::new(&weights, input, output, addend, vector_len))
        }
        Layer::Linear(weights) => {
            let ordered = in_memory_order(&weights.weights, weights.bias.len(), inputs[0]);
            let weights = Weights { weights: Rc::new(ordered), ..weights };
            let shape = Shape::vector(inputs[0].len() * LANES);
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

/// `[outputs][channels × rows × columns]` → `[outputs][all numbers of the buffer]`; what lies
/// between the values gets no weight.
fn in_memory_order(weights: &[f32], outputs: usize, input: Layout) -> Vec<f32> {
    let Shape { channels, rows, columns } = input.shape;
    let (from, to) = (input.shape.len(), input.len() * LANES);
    let mut ordered = vec![0.0; outputs * to];
    for (source, target) in weights.chunks(from).zip(ordered.chunks_mut(to)) {
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

/// Every value with the border that its readers need.
struct Layouts {
    features: Layout,
    values: Vec<Layout>,
}

impl Layouts {
    fn of(network: &Network) -> Result<Self, Uncovered> {
        let bare = |shape| Layout { shape, border: [0, 0] };
        let mut features = bare(network.features);
        let mut values: Vec<Layout> =
            network.values.iter().map(|value| bare(value.shape)).collect();
        for Placed { layer, inputs, .. } in &network.layers {
            match layer {
                Layer::Stem(weights) => widen(&mut features, &weights.window),
                Layer::Convolution(weights) | Layer::Depthwise(weights) => {
                    widen(&mut values[inputs[0]], &weights.window);
                }
                _ => {}
            }
        }
        // A relabelled value and its source are one buffer, and neither has a border.
        let relabelled =
            network.layers.iter().filter(|placed| matches!(placed.layer, Layer::Relabel));
        let ends = relabelled.flat_map(|placed| [placed.inputs[0], placed.output]);
        let bordered = |value: usize| values[value].border != [0, 0];
        if let Some(value) =
            ends.chain(network.outputs.iter().copied()).find(|&value| bordered(value))
        {
            return Err(Uncovered::new(format!("padding around {:?}", values[value].shape)));
        }
        Ok(Layouts { features, values })
    }
}

fn widen(layout: &mut Layout, window: &Window) {
    for (axis, border) in layout.border.iter_mut().enumerate() {
        *border = (*border).max(window.before[axis]).max(window.after[axis]);
    }
}

/// Which values share memory.
struct Buffers {
    of_value: Vec<usize>,
    lens: Vec<usize>,
}

impl Buffers {
    /// Gives each value the best-fitting buffer whose value is no longer needed.
    fn assign(network: &Network, layouts: &[Layout]) -> Result<Self, Uncovered> {
        let sources = sources(network);
        let ends = ends(network, &sources);
        let mut buffers = Buffers { of_value: vec![0; layouts.len()], lens: vec![] };
        let mut free: Vec<usize> = Vec::new();
        for (index, Placed { inputs, output, .. }) in network.layers.iter().enumerate() {
            buffers.of_value[*output] = match sources[*output] {
                source if source == *output => buffers.take(&mut free, layouts[*output].len()),
                source => buffers.of_value[source],
            };
            let mut ended = order::sorted(inputs.iter().chain([output]).map(|&v| sources[v]));
            ended.dedup();
            let ended = ended.into_iter().filter(|&value| ends[value] == index);
            free.extend(ended.map(|value| buffers.of_value[value]));
        }
        match buffers.lens.iter().sum::<usize>() <= MAX_BYTES / size_of::<Lane>() {
            true => Ok(buffers),
            false => Err(Uncovered::new("a network that needs so much memory")),
        }
    }

    /// The smallest free buffer that is large enough; else the largest, which grows; else a new one.
    fn take(&mut self, free: &mut Vec<usize>, len: usize) -> usize {
        let fits = |&at: &usize| self.lens[free[at]] >= len;
        let smallest = (0..free.len()).filter(fits).min_by_key(|&at| self.lens[free[at]]);
        let largest = || (0..free.len()).max_by_key(|&at| self.lens[free[at]]);
        let Some(at) = smallest.or_else(largest) else {
            self.lens.push(len);
            return self.lens.len() - 1;
        };
        let buffer = free.swap_remove(at);
        self.lens[buffer] = self.lens[buffer].max(len);
        buffer
    }
}

/// For each value the one whose numbers it is under another shape, or itself.
fn sources(network: &Network) -> Vec<usize> {
    let mut sources: Vec<usize> = (0..network.values.len()).collect();
    for Placed { layer, inputs, output } in &network.layers {
        if matches!(layer, Layer::Relabel) {
            sources[*output] = sources[inputs[0]];
        }
    }
    sources
}

/// For each source the last layer that needs it; outputs are needed to the end.
fn ends(network: &Network, sources: &[usize]) -> Vec<usize> {
    let mut ends = vec![0; sources.len()];
    for (index, Placed { inputs, output, .. }) in network.layers.iter().enumerate() {
        for &value in inputs.iter().chain([output]) {
            ends[sources[value]] = index;
        }
    }
    for &value in &network.outputs {
        ends[sources[value]] = usize::MAX;
    }
    ends
}
