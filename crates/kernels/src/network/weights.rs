//! A layer's trained parameters.

use super::activation::Activation;
use super::window::Window;
use std::rc::Rc;

/// The trained parameters of a convolution or a linear layer.
#[derive(Debug)]
pub struct Weights {
    /// What each output reads.
    pub window: Window,
    /// `[outputs][inputs][taps]`.
    pub weights: Rc<Vec<f32>>,
    /// One per output.
    pub bias: Vec<f32>,
    /// Applied to the output.
    pub activation: Activation,
}
