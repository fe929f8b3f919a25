use super::{
    Activation, Builder, Layer, Layout, Network, Operation, Place, Pooling, Shape, Weights, Window,
};
use fearless_simd::Level;
use std::rc::Rc;

const MAP: Shape = Shape { channels: 19, rows: 9, columns: 14 };
const WIDE: Shape = Shape { channels: 27, ..MAP };

/// Returns a square kernel with padding around the map.
fn square(size: usize, stride: usize) -> Window {
    let padding = [size / 2; 2];
    let window = Window { kernel: [size; 2], strides: [stride; 2], ..Window::POINT };
    Window { before: padding, after: padding, ..window }
}

/// Returns whole numbers, so that sums are exact in any order.
fn weights(window: Window, outputs: usize, inputs: usize, activation: Activation) -> Weights {
    let len = outputs * inputs * window.kernel[0] * window.kernel[1];
    let weights = (0..len).map(|index| (index * 7 % 5) as f32 - 2.0).collect();
    Weights { window, weights: Rc::new(weights), bias: vec![0.0; outputs], activation }
}

fn features() -> Vec<f32> {
    (0..MAP.pixels()).map(|index| (index * 11 % 7) as f32 - 3.0).collect()
}

/// Builds a network from layers and their outputs. Each layer reads the previous output, and a sum
/// also the first value.
fn network(level: Level, layers: Vec<(Layer, Shape, usize)>) -> Network {
    let layout = |shape, border| Layout { shape, border: [border; 2] };
    let outputs = layers.iter().enumerate();
    let outputs = outputs
        .map(|(buffer, &(_, shape, border))| Place { buffer, layout: layout(shape, border) });
    let outputs: Vec<Place> = outputs.collect();
    let buffers = outputs.iter().map(|output| output.layout.lanes()).collect();
    let features = layout(Shape { channels: 1, ..MAP }, 1);
    let mut builder = Builder::on(level, features, buffers);
    for (index, (layer, ..)) in layers.into_iter().enumerate() {
        let before = index.checked_sub(1).map(|before| outputs[before]);
        let added = matches!(layer, Layer::Combine(_)).then(|| outputs[0]);
        let inputs: Vec<Place> = before.into_iter().chain(added).collect();
        builder.push(layer, &inputs, outputs[index]);
    }
    builder.finish(outputs.into_iter().last().into_iter())
}

/// Returns a stem, a depthwise and a wide plain convolution, pooling and a linear layer.
fn plain() -> Vec<(Layer, Shape, usize)> {
    let halved = Shape { rows: 5, columns: 7, ..WIDE };
    let pooled = Shape { rows: 4, columns: 6, ..WIDE };
    let two = Window { kernel: [2; 2], ..Window::POINT };
    vec![
        (Layer::Stem(weights(square(3, 1), 19, 1, Activation::None)), MAP, 1),
        (Layer::Depthwise(weights(square(3, 1), 19, 1, Activation::Relu)), MAP, 1),
        (Layer::Combine(Operation::Add), MAP, 1),
        (Layer::Convolution(weights(square(3, 2), 27, 19, Activation::None)), halved, 0),
        (Layer::Pool(two, Pooling::Max), pooled, 0),
        (Layer::Global { max: true }, Shape::vector(27), 0),
        (Layer::Linear(weights(Window::POINT, 5, 27, Activation::None)), Shape::vector(5), 0),
    ]
}

/// Returns a pointwise convolution with a border around its output, and a depthwise one that is
/// pooled.
fn pooled() -> Vec<(Layer, Shape, usize)> {
    vec![
        (Layer::Stem(weights(square(3, 1), 19, 1, Activation::None)), MAP, 0),
        (Layer::Convolution(weights(Window::POINT, 27, 19, Activation::Relu)), WIDE, 2),
        (Layer::Depthwise(weights(square(5, 1), 27, 1, Activation::None)), WIDE, 0),
        (Layer::Global { max: true }, Shape::vector(27), 0),
        (Layer::Linear(weights(Window::POINT, 5, 27, Activation::None)), Shape::vector(5), 0),
    ]
}

/// Returns every vector length for which there are kernels and which this processor has.
fn levels() -> Vec<Level> {
    #[allow(unused_mut, reason = "some have no other")]
    let mut levels = vec![Level::baseline(), Level::new()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(Level::new().as_avx2().map(Level::Avx2));
    // Everything else is compared with the first.
    #[cfg(feature = "scalar")]
    levels.insert(0, Level::fallback());
    levels
}

#[test]
fn narrow_and_wide_vectors_give_the_same() {
    for layers in [plain, pooled] {
        let run = |level: &Level| {
            let network = network(*level, layers());
            let first = network.run(&features());
            // A run leaves nothing for the next one.
            assert_eq!(network.run(&features()), first);
            first
        };
        let [narrow, wide @ ..] = &levels()[..] else { panic!("there are levels") };
        let expected = run(narrow);
        assert!(expected[0].iter().any(|&logit| logit != 0.0));
        wide.iter().for_each(|level| assert_eq!(run(level), expected, "{level:?}"));
    }
}
