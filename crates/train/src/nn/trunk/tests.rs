#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::*;
use crate::nn::tensor::{constant, values};
use crate::random::generator;
use burn::tensor::module::{batch_norm_train, conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, activation};
use rand::RngExt;

/// Blocks, inputs for them and the slopes of a loss over their features.
struct Case {
    blocks: Vec<Block>,
    weights: Vec<Array>,
    n: usize,
    extents: [usize; 2],
    inputs: Vec<f32>,
    slopes: Vec<f32>,
}

impl Case {
    fn new(blocks: Vec<Block>, n: usize, extents: [usize; 2], seed: u64) -> Self {
        let mut rng = generator(seed, "case", &[]);
        let mut random = |len: usize, from: f32| {
            (0..len).map(|_| rng.random_range(from..1.0)).collect::<Vec<f32>>()
        };
        let mut weights = Vec::new();
        let mut channels_in = 1;
        for Block { channels, kernel, .. } in &blocks {
            let shapes =
                [vec![*channels, channels_in, *kernel, *kernel], vec![*channels], vec![*channels]];
            for shape in shapes {
                let values = random(shape.iter().product(), -0.5);
                weights.push(Array { name: format!("{}", weights.len()), shape, values });
            }
            channels_in = *channels;
        }
        let (inputs, slopes) =
            (random(n * extents[0] * extents[1], -1.0), random(n * channels_in, -1.0));
        Self { blocks, weights, n, extents, inputs, slopes }
    }

    /// Returns blocks of random sizes, wide and narrow ones, with and without stride and pool.
    fn random(seed: u64) -> Self {
        let mut rng = generator(seed, "blocks", &[]);
        let mut block = || Block {
            channels: rng.random_range(1..40),
            kernel: 2 * rng.random_range(0..3) + 1,
            stride: rng.random_range(1..3),
            pool: rng.random(),
        };
        let blocks = vec![block(), block(), block()];
        let extents = [rng.random_range(64..80), rng.random_range(64..90)];
        Self::new(blocks, 2, extents, seed)
    }

    fn run(&self, trunk: &mut Trunk) -> (Pooled, Vec<Vec<f32>>) {
        let images = Images { values: &self.inputs, n: self.n, extents: self.extents };
        let pooled = trunk.train(&self.weights, images).unwrap();
        let gradients = trunk.backward(&self.weights, &self.slopes);
        (pooled, gradients)
    }

    /// Computes the same by burn's operations and its autodiff.
    fn reference(&self) -> (Pooled, Vec<Vec<f32>>) {
        let device = Device::flex().autodiff();
        let leaf =
            |array: &Array| constant(&array.values, [array.values.len()], &device).require_grad();
        let leaves: Vec<_> = self.weights.iter().map(leaf).collect();
        let [height, width] = self.extents;
        let mut x = constant(&self.inputs, [self.n, 1, height, width], &device);
        let mut statistics = Vec::new();
        for (block, leaves) in self.blocks.iter().zip(leaves.chunks_exact(3)) {
            let Block { channels, kernel, stride, pool } = *block;
            let [n, channels_in, _, _] = x.dims();
            let weight = leaves[0].clone().reshape([channels, channels_in, kernel, kernel]);
            let options = ConvOptions::new([stride; 2], [kernel / 2; 2], [1, 1], 1);
            x = conv2d(x, weight, None, options);
            let [_, _, height, width] = x.dims();
            let count = (n * height * width) as f32;
            let norm =
                batch_norm_train(x, leaves[1].clone(), leaves[2].clone(), BATCH_NORM_EPSILON);
            statistics.push(values(norm.mean).unwrap());
            let variances = values(norm.variance).unwrap();
            statistics.push(variances.iter().map(|v| v * count / (count - 1.0)).collect());
            x = activation::relu(norm.output);
            if pool {
                x = max_pool2d(x, MaxPoolOptions::new([2, 2]));
            }
        }
        let [n, channels, _, width] = x.dims();
        let x: Tensor<3> = x.mean_dim(2).reshape([n, channels, width]);
        let features = (x.clone().mean_dim(2) + x.max_dim(2)).reshape([n, channels]);
        let slopes = constant(&self.slopes, [n, channels], &device);
        let mut gradients = (features.clone() * slopes).sum().backward();
        let gradient = |leaf: Tensor<1>| values(leaf.grad_remove(&mut gradients).unwrap()).unwrap();
        let gradients = leaves.into_iter().map(gradient).collect();
        (Pooled { features: values(features).unwrap(), statistics }, gradients)
    }
}

fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let greatest = expected.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let tolerance = 1e-4 + 1e-3 * greatest;
        assert!((found - expected).abs() < tolerance, "{what}: {found} {expected}");
    }
}

#[test]
fn blocks_of_all_sizes_give_what_burn_gives() {
    for seed in 0..12 {
        let case = Case::random(seed);
        let (pooled, gradients) = case.run(&mut Trunk::new(&case.blocks));
        let (expected, slopes) = case.reference();
        let what = format!("seed {seed}, {:?} on {:?}", case.blocks, case.extents);
        assert_close(&pooled.features, &expected.features, &what);
        for (found, expected) in pooled.statistics.iter().zip(&expected.statistics) {
            assert_close(found, expected, &what);
        }
        for (index, (found, expected)) in gradients.iter().zip(&slopes).enumerate() {
            assert_close(found, expected, &format!("array {index}, {what}"));
        }
    }
}

/// Buffers are reused for every batch, whatever their sizes.
#[test]
fn a_batch_does_not_affect_the_next() {
    let blocks = Case::random(3).blocks;
    let cases = [(2, [64, 70]), (3, [64, 70]), (1, [80, 64]), (2, [64, 70])];
    let mut kept = Trunk::new(&blocks);
    for (seed, (n, extents)) in (0..).zip(cases) {
        let case = Case::new(blocks.clone(), n, extents, seed);
        assert_eq!(case.run(&mut kept), case.run(&mut Trunk::new(&blocks)));
    }
}

/// What [`convolve()`](super::convolve::convolve) promises for processors with multiply-add in one
/// instruction.
#[test]
#[cfg(target_arch = "x86_64")]
fn avx2_and_avx512_give_the_same_bits() {
    let level = Level::new();
    let (Some(_), Some(avx2)) = (level.as_avx512(), level.as_avx2()) else { return };
    for seed in 0..4 {
        let case = Case::random(seed);
        let mut narrow = Trunk::with_level(&case.blocks, Level::Avx2(avx2));
        assert_eq!(case.run(&mut narrow), case.run(&mut Trunk::with_level(&case.blocks, level)));
    }
}

#[test]
fn every_instruction_set_computes_the_same() {
    let case = Case::random(5);
    let mut plain = Trunk::with_level(&case.blocks, Level::baseline());
    let (pooled, gradients) = case.run(&mut plain);
    let (expected, slopes) = case.run(&mut Trunk::new(&case.blocks));
    assert_close(&pooled.features, &expected.features, "features");
    for (found, expected) in gradients.iter().zip(&slopes) {
        assert_close(found, expected, "gradients");
    }
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let pooled = Block { channels: 2, kernel: 3, stride: 1, pool: true };
    let case = Case::new(vec![pooled; 2], 1, [4, 3], 1);
    let mut trunk = Trunk::new(&case.blocks);
    let images = Images { values: &case.inputs, n: 1, extents: [4, 3] };
    let error = trunk.train(&case.weights, images).unwrap_err().to_string();
    assert_eq!(error, "4 × 3 is too small for 2 blocks");
    let images = Images { n: 2, ..images };
    let error = trunk.train(&case.weights, images).unwrap_err().to_string();
    assert_eq!(error, "12 values are not 2 inputs of 4 × 3");
    let error = trunk.train(&case.weights, Images { values: &[], n: 0, ..images }).unwrap_err();
    assert_eq!(error.to_string(), "there are no inputs");
}
