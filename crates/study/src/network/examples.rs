//! Where a network's inputs come from.

use crate::network::step::Batch;
use rand::rngs::Xoshiro256PlusPlus;

/// Clips to learn from and to be tested on, by index. All inputs are `[height][width]`.
pub trait Examples: Sync {
    /// The clip's label.
    fn label(&self, clip: usize) -> usize;

    /// Appends one training example of the clip to `inputs`, drawn again every time.
    fn draw(&self, clip: usize, rng: &mut Xoshiro256PlusPlus, inputs: &mut Vec<f32>);

    /// Appends the inputs that the clip is tested by and says how many there are, at least 1.
    /// The clip's scores are the mean of theirs.
    fn views(&self, clip: usize, inputs: &mut Vec<f32>) -> usize;
}

/// One drawn example of each of `clips`, in their order.
pub fn draw_batch(
    examples: &dyn Examples,
    clips: &[usize],
    input_len: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Batch {
    let mut inputs = Vec::with_capacity(clips.len() * input_len);
    for &clip in clips {
        examples.draw(clip, rng, &mut inputs);
    }
    Batch { inputs, labels: clips.iter().map(|&clip| examples.label(clip)).collect() }
}
