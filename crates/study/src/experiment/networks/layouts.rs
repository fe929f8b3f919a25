//! The networks of the study's experiments.

use sourcing_sound_train::nn::layers::Layer;
use sourcing_sound_train::nn::net::NetworkConfig;

/// Weight of L2 on convolution kernels. The study states that it helped, but not how large it was.
const L2: f64 = 5e-4;
/// Dropout between convolutions and before the last layer; the study states only the places.
const IMAGE_DROPOUT: f32 = 0.2;
const VECTOR_DROPOUT: f32 = 0.5;

const fn conv(channels: usize, kernel: usize) -> Layer {
    Layer::Conv2d { channels, kernel, relu: true }
}

/// Returns the layers with a dense layer at the end that has an output per label.
fn network(input: [usize; 2], mut layers: Vec<Layer>, n_labels: usize, l2: f64) -> NetworkConfig {
    layers.push(Layer::Dense { units: n_labels, relu: false });
    NetworkConfig { input, layers, l2 }
}

/// Returns the study's convolutional network, layer by layer: 2,204,538 parameters for its input of
/// 60 × 174 and 10 labels. The order of the flattened values differs from Keras' (channels first
/// here), which changes no figure.
pub fn study_cnn(input: [usize; 2], n_labels: usize) -> NetworkConfig {
    let layers = vec![
        conv(16, 2),
        Layer::MaxPool2,
        conv(32, 2),
        Layer::Dropout { share: IMAGE_DROPOUT },
        conv(64, 3),
        Layer::MaxPool2,
        Layer::Dropout { share: IMAGE_DROPOUT },
        Layer::Flatten,
        Layer::Dense { units: 64, relu: true },
        Layer::Dropout { share: VECTOR_DROPOUT },
    ];
    network(input, layers, n_labels, L2)
}

/// Returns a convolutional network for slices of about a second, small because there are many of
/// them. The study gives no layers for this experiment: "a relatively simple CNN".
pub fn slice_cnn(input: [usize; 2], n_labels: usize) -> NetworkConfig {
    let layers = vec![
        conv(16, 3),
        Layer::MaxPool2,
        conv(32, 3),
        Layer::MaxPool2,
        conv(64, 3),
        Layer::MaxPool2,
        Layer::Dropout { share: IMAGE_DROPOUT },
        Layer::Flatten,
        Layer::Dense { units: 64, relu: true },
        Layer::Dropout { share: VECTOR_DROPOUT },
    ];
    network(input, layers, n_labels, L2)
}

/// Returns a recurrent network along the columns. The study compared "RNNs" without stating layers:
/// this is one GRU, with its mean state followed by a dense layer as wide as the convolutional
/// network's.
pub fn gru(input: [usize; 2], n_labels: usize) -> NetworkConfig {
    let layers = vec![
        Layer::Gru { units: 128 },
        Layer::Dropout { share: VECTOR_DROPOUT },
        Layer::Dense { units: 64, relu: true },
        Layer::Dropout { share: IMAGE_DROPOUT },
    ];
    network(input, layers, n_labels, 0.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use sourcing_sound_train::nn::layers::Shape;

    #[test]
    fn the_study_s_network_has_its_shapes_and_its_2_204_538_parameters() {
        let network = study_cnn([60, 174], 10);
        let image = |channels, height, width| Shape::Image([channels, height, width]);
        let expected = [
            image(1, 60, 174),
            image(16, 59, 173),
            image(16, 29, 86),
            image(32, 28, 85),
            image(32, 28, 85),
            image(64, 26, 83),
            image(64, 13, 41),
            image(64, 13, 41),
            Shape::Vector(34_112),
            Shape::Vector(64),
            Shape::Vector(64),
            Shape::Vector(10),
        ];
        assert_eq!(network.shapes().unwrap(), expected);
        let arrays = network.arrays().unwrap();
        let by_layer: Vec<usize> =
            arrays.chunks(2).map(|pair| pair.iter().map(|array| array.n_values()).sum()).collect();
        assert_eq!(by_layer, [80, 2_080, 18_496, 2_183_232, 650]);
        assert_eq!(network.parameters().unwrap(), 2_204_538);
        let decaying: Vec<_> = arrays.iter().map(|array| array.decays).collect();
        let [kernel, bias] = [true, false];
        assert_eq!(
            decaying,
            [kernel, bias, kernel, bias, kernel, bias, false, false, false, false]
        );
        let convolutions = 59 * 173 * 16 * 4 + 28 * 85 * 32 * 16 * 4 + 26 * 83 * 64 * 32 * 9;
        assert_eq!(network.multiply_adds().unwrap(), convolutions + 34_112 * 64 + 640);
    }

    #[test]
    fn the_other_networks_can_be_built() {
        let slices = slice_cnn([60, 64], 10);
        assert_eq!(slices.shapes().unwrap()[6], Shape::Image([64, 5, 6]));
        let dense = 64 * 5 * 6 * 64 + 64;
        assert_eq!(
            slices.parameters().unwrap(),
            160 + (32 * 144 + 32) + (64 * 288 + 64) + dense + 650
        );
        let gru = gru([60, 87], 10);
        assert_eq!(
            gru.parameters().unwrap(),
            3 * (60 * 128 + 128 * 128 + 2 * 128) + (128 * 64 + 64) + 650
        );
        assert_eq!(gru.multiply_adds().unwrap(), 87 * 384 * 188 + 128 * 64 + 640);
    }
}
