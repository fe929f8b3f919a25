//! A layer's trained parameters.

use super::activation::Activation;
use super::window::Window;
use std::rc::Rc;

/// The trained parameters of a convolution or a linear layer.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) window: Window,
    /// `[outputs][inputs][taps]`.
    pub(super) weights: Rc<Vec<f32>>,
    pub(super) bias: Vec<f32>,
    pub(super) activation: Activation,
}
