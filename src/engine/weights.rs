//! What a layer has learned.

use super::activation::Activation;
use super::window::Window;
use std::rc::Rc;

/// What a convolution or a linear layer was trained to.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) window: Window,
    /// `[outputs][inputs][taps]`.
    pub(super) weights: Rc<Vec<f32>>,
    pub(super) bias: Vec<f32>,
    pub(super) activation: Activation,
}
