//! Nodes that follow a layer and become part of it: batch norm, a bias, a sum, an activation.

use super::super::onnx::Node;
use super::super::uncovered::Uncovered;
use super::names::{first, output, second};
use super::{Meaning, Reader};
use sourcing_sound_kernels::network::{Activation, Shape, Weights};
use std::rc::Rc;

impl<'a> Reader<'a> {
    /// Fuses the nodes after the one that makes `name`, as long as no other node reads the values
    /// in between. Returns the last one's output and the value that is added to it.
    pub(super) fn fuse(
        &mut self,
        mut name: &'a str,
        weights: &mut Weights,
        shape: Shape,
        addable: bool,
        flat: bool,
    ) -> Result<(&'a str, Option<usize>), Uncovered> {
        let mut addend = None;
        while weights.activation == Activation::None {
            let Some((index, node)) = self.only_reader(name) else { break };
            if self.done[index] {
                // Fusing it would never end.
                return Err(Uncovered::new("an operator that reads what it makes"));
            }
            if addend.is_none() && node.op_type == "BatchNormalization" && first(node)? == name {
                let (scales, shifts) = self.scales_and_shifts(node, shape.channels)?;
                normalise(weights, &scales, &shifts);
            } else if let Some(bias) = self.added_bias(node, name, shape.channels, flat)? {
                weights.bias.iter_mut().zip(bias).for_each(|(sum, bias)| *sum += bias);
            } else if let Some((activation, _)) =
                self.activation(node, name)?.filter(|(_, read)| *read == name)
            {
                weights.activation = activation;
            } else if let Some(value) =
                self.added_value(node, name, shape).filter(|_| addable && addend.is_none())
            {
                addend = Some(value);
            } else {
                break;
            }
            self.done[index] = true;
            name = output(node)?;
        }
        Ok((name, addend))
    }

    /// Returns the activation that a node applies, and the name that it applies it to.
    pub(super) fn activation<'n>(
        &self,
        node: &'n Node<'n>,
        name: &'n str,
    ) -> Result<Option<(Activation, &'n str)>, Uncovered> {
        let activation = match node.op_type {
            "Relu" => Activation::Relu,
            "HardSwish" => Activation::HardSwish,
            "Sigmoid" => Activation::Sigmoid,
            "HardSigmoid" => Activation::HardSigmoid {
                alpha: node.float("alpha", 0.2),
                beta: node.float("beta", 0.5),
            },
            "Clip" => Activation::Clip {
                min: self.bound(node, 1, "min", f32::MIN)?,
                max: self.bound(node, 2, "max", f32::MAX)?,
            },
            "Add" | "Mul" | "Sub" | "Div" => return self.affine(node),
            _ => return Ok(None),
        };
        // Bounds are constant, so `name` can only be the first input.
        Ok((first(node)? == name).then_some((activation, name)))
    }

    /// Reads a sum or product with one constant number.
    fn affine<'n>(&self, node: &'n Node<'n>) -> Result<Option<(Activation, &'n str)>, Uncovered> {
        let (a, b) = (first(node)?, second(node)?);
        let scalar = |name| match self.meanings.get(name) {
            Some(Meaning::Constant(constant)) => constant.scalar(),
            _ => None,
        };
        let affine = |scale, shift| Activation::Affine { scale, shift };
        Ok(match (node.op_type, scalar(a), scalar(b)) {
            ("Add", None, Some(value)) => Some((affine(1.0, value), a)),
            ("Add", Some(value), None) => Some((affine(1.0, value), b)),
            ("Mul", None, Some(value)) => Some((affine(value, 0.0), a)),
            ("Mul", Some(value), None) => Some((affine(value, 0.0), b)),
            ("Sub", None, Some(value)) => Some((affine(1.0, -value), a)),
            ("Sub", Some(value), None) => Some((affine(-1.0, value), b)),
            ("Div", None, Some(value)) if value != 0.0 => Some((affine(1.0 / value, 0.0), a)),
            _ => None,
        })
    }

    /// Returns a limit of Clip: an input or, in older files, an attribute.
    fn bound(&self, node: &Node, index: usize, name: &str, none: f32) -> Result<f32, Uncovered> {
        match node.input(index) {
            None => Ok(node.float(name, none)),
            Some(input) => {
                let scalar = self.constant(input)?.scalar();
                scalar.ok_or_else(|| Uncovered::new("a limit of Clip that is not one number"))
            }
        }
    }

    /// Returns the constants, one per channel, that a node adds to `name`.
    fn added_bias(
        &self,
        node: &Node,
        name: &str,
        channels: usize,
        flat: bool,
    ) -> Result<Option<Vec<f32>>, Uncovered> {
        let Some(Meaning::Constant(constant)) = self.other(node, name) else { return Ok(None) };
        let ends: &[usize] = if flat { &[channels] } else { &[channels, 1, 1] };
        let dims = &constant.dims;
        let rest = dims.len().saturating_sub(ends.len());
        let fits = dims.ends_with(ends) && dims[..rest].iter().all(|&size| size == 1);
        // A single number also fits one channel; it is left to the activation.
        if !fits || channels == 1 {
            return Ok(None);
        }
        Ok(Some(constant.floats()?.to_vec()))
    }

    /// Returns the value of the same shape that a node adds to `name`.
    fn added_value(&self, node: &Node, name: &str, shape: Shape) -> Option<usize> {
        match self.other(node, name)? {
            Meaning::Value(value) if self.shape(*value) == shape => {
                (!self.network.values[*value].flat).then_some(*value)
            }
            _ => None,
        }
    }

    /// Returns what an Add adds to `name`, if it has been read already.
    fn other(&self, node: &Node, name: &str) -> Option<&Meaning> {
        if node.op_type != "Add" {
            return None;
        }
        let (a, b) = (node.input(0)?, node.input(1)?);
        self.meanings.get(if a == name { b } else { a })
    }

    /// Returns a batch norm as one factor and one summand per channel.
    pub(super) fn scales_and_shifts(
        &self,
        node: &Node,
        channels: usize,
    ) -> Result<(Vec<f32>, Vec<f32>), Uncovered> {
        let parameter = |index| {
            let name = node.input(index).unwrap_or_default();
            let constant = self.constant(name)?;
            match &constant.floats()?[..] {
                values if values.len() == channels => Ok(values.to_vec()),
                values => Err(Uncovered::new(format!("a batch norm of {}", values.len()))),
            }
        };
        let [gains, biases, means, variances] =
            [parameter(1)?, parameter(2)?, parameter(3)?, parameter(4)?];
        let epsilon = node.float("epsilon", 1e-5);
        let scales: Vec<f32> =
            gains.iter().zip(&variances).map(|(gain, var)| gain / (var + epsilon).sqrt()).collect();
        let shifts = biases.iter().zip(&means).zip(&scales);
        let shifts = shifts.map(|((bias, mean), scale)| bias - mean * scale).collect();
        Ok((scales, shifts))
    }
}

fn normalise(weights: &mut Weights, scales: &[f32], shifts: &[f32]) {
    let per_output = weights.weights.len() / scales.len().max(1);
    let rows = Rc::make_mut(&mut weights.weights).chunks_mut(per_output.max(1));
    for (row, scale) in rows.zip(scales) {
        row.iter_mut().for_each(|weight| *weight *= scale);
    }
    for ((bias, scale), shift) in weights.bias.iter_mut().zip(scales).zip(shifts) {
        *bias = bias.mul_add(*scale, *shift);
    }
}
