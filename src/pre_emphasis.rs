//! Pre-emphasis: the first step of speech front ends, which boosts high frequencies.

use sourcing_sound_kernels::emphasise;

/// Turns a signal x into y\[n\] = x\[n + 1\] − a · x\[n\], piece by piece. The result is one
/// sample shorter than the signal.
#[derive(Clone, Debug)]
pub(crate) struct PreEmphasis {
    coefficient: f32,
    previous: Option<f32>,
}

impl PreEmphasis {
    pub(crate) fn new(coefficient: f32) -> Self {
        PreEmphasis { coefficient, previous: None }
    }

    /// Filters the samples from index `from` on in place. The very first sample of a signal is
    /// removed: it only serves as the predecessor of the next one.
    pub(crate) fn apply(&mut self, samples: &mut Vec<f32>, from: usize) {
        if samples.len() == from {
            return;
        }
        let previous = match self.previous {
            Some(previous) => previous,
            None => samples.remove(from),
        };
        self.previous = Some(emphasise(&mut samples[from..], self.coefficient, previous));
    }
}
