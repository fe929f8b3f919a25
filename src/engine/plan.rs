//! Layers → a network that runs, with its borders and buffers assigned.

use super::graph::{Network, Placed};
use super::uncovered::Uncovered;
use crate::order;
use sourcing_sound_kernels::network::{self, Builder, Lane, Layer, Layout, Place, Window};

/// The most memory of all buffers in total, in bytes.
const MAX_BYTES: usize = 512 << 20;

/// Plans a network.
pub(super) fn plan(network: Network) -> Result<network::Network, Uncovered> {
    let Layouts { features, values } = Layouts::of(&network)?;
    let Buffers { of_value, lens } = Buffers::assign(&network, &values, features)?;
    let place = |value: usize| Place { buffer: of_value[value], layout: values[value] };
    let mut builder = Builder::new(features, lens);
    for Placed { layer, inputs, output } in network.layers {
        let inputs: Vec<Place> = inputs.into_iter().map(place).collect();
        builder.push(layer, &inputs, place(output));
    }
    Ok(builder.finish(network.outputs.into_iter().map(place)))
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
    /// Gives each value the best-fitting buffer among those that are free. Fails if buffers and
    /// input together need too much memory.
    fn assign(network: &Network, layouts: &[Layout], features: Layout) -> Result<Self, Uncovered> {
        let sources = sources(network);
        let ends = ends(network, &sources);
        let mut buffers = Buffers { of_value: vec![0; layouts.len()], lens: vec![] };
        let mut free: Vec<usize> = Vec::new();
        for (index, Placed { inputs, output, .. }) in network.layers.iter().enumerate() {
            buffers.of_value[*output] = match sources[*output] {
                source if source == *output => buffers.take(&mut free, lanes(&layouts[*output])),
                source => buffers.of_value[source],
            };
            let mut ended = order::sorted(inputs.iter().chain([output]).map(|&v| sources[v]));
            ended.dedup();
            let ended = ended.into_iter().filter(|&value| ends[value] == index);
            free.extend(ended.map(|value| buffers.of_value[value]));
        }
        // The input needs less than a lane per pixel.
        let lens = buffers.lens.iter();
        let lanes = lens.fold(features.lanes(), |sum, &len| sum.saturating_add(len));
        match lanes <= MAX_BYTES / size_of::<Lane>() {
            true => Ok(buffers),
            false => Err(Uncovered::new("a network that needs so much memory")),
        }
    }

    /// Takes the smallest free buffer that is large enough; otherwise the largest, which grows;
    /// otherwise a new one.
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

/// Returns how many lanes a value takes, or the largest number if that overflows.
fn lanes(Layout { shape, border }: &Layout) -> usize {
    let pixels = (shape.rows + 2 * border[0]).saturating_mul(shape.columns + 2 * border[1]);
    pixels.saturating_mul(shape.channels.div_ceil(8))
}

/// Returns, for each value, the one that it relabels, or itself.
fn sources(network: &Network) -> Vec<usize> {
    let mut sources: Vec<usize> = (0..network.values.len()).collect();
    for Placed { layer, inputs, output } in &network.layers {
        if matches!(layer, Layer::Relabel) {
            sources[*output] = sources[inputs[0]];
        }
    }
    sources
}

/// Returns, for each source, the last layer that needs it; outputs are needed until the end.
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
