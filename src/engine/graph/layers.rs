//! Nodes that become layers.

use super::super::onnx::Node;
use super::super::uncovered::Uncovered;
use super::attributes::{window, windowed};
use super::names::{first, output, second};
use super::{Meaning, Reader};
use sourcing_sound_kernels::network::{
    Activation, Layer, Operation, Pooling, Shape, Weights, Window,
};
use std::rc::Rc;

impl<'a> Reader<'a> {
    /// Turns a node into a layer, together with the following nodes that can be fused into it.
    /// `None` for an operator that the engine does not have.
    pub(super) fn layer(&mut self, node: &'a Node<'a>) -> Result<Option<Meaning>, Uncovered> {
        let layer = match node.op_type {
            "Conv" => self.convolution(node)?,
            "Gemm" | "MatMul" => self.linear(node)?,
            "BatchNormalization" => self.batch_norm(node)?,
            "MaxPool" | "AveragePool" => self.pool(node)?,
            "GlobalAveragePool" | "GlobalMaxPool" => {
                let value = self.value(first(node)?)?;
                self.global(value, node.op_type == "GlobalMaxPool", false)?
            }
            "ReduceMean" | "ReduceMax" => self.reduce(node)?,
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => self.reshape(node)?,
            "Identity" | "Dropout" => {
                self.meanings.get(first(node)?).cloned().ok_or_else(|| {
                    Uncovered::new(format!("{}, which no node makes", node.input[0]))
                })?
            }
            _ => {
                let name = first(node)?;
                match self.activation(node, name)? {
                    Some((activation, name)) => self.activate(activation, name)?,
                    None if matches!(node.op_type, "Add" | "Mul") => self.combine(node)?,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(layer))
    }

    fn convolution(&mut self, node: &'a Node<'a>) -> Result<Meaning, Uncovered> {
        let (name, weights) = (first(node)?, self.constant(second(node)?)?);
        let &[outputs, inputs, rows, columns] = &weights.dims[..] else {
            return Err(Uncovered::new(format!("a convolution with weights {:?}", weights.dims)));
        };
        let source = match self.meanings.get(name) {
            Some(Meaning::Features) => None,
            _ => Some(self.value(name)?),
        };
        let input = source.map_or(self.network.features, |value| self.shape(value));
        let window = window(node, Some([rows, columns]), input)?;
        let shape = windowed(&window, input, outputs)?;
        let groups = node.int("group", 1);
        let depthwise = groups != 1 && inputs == 1 && outputs == input.channels;
        if groups != if depthwise { outputs as i64 } else { 1 }
            || (!depthwise && inputs != input.channels)
            || (depthwise && source.is_none())
        {
            let what = format!("a convolution of {groups} groups, {:?}", weights.dims);
            return Err(Uncovered::new(what));
        }
        let bias = self.bias(node, outputs)?;
        let weights = weights.floats()?;
        let mut weights = Weights { window, weights, bias, activation: Activation::None };
        let addable = source.is_some() && !depthwise;
        let (name, addend) = self.fuse(output(node)?, &mut weights, shape, addable, false)?;
        let (layer, inputs) = match source {
            None => (Layer::Stem(weights), vec![]),
            Some(value) if depthwise => (Layer::Depthwise(weights), vec![value]),
            Some(value) => {
                (Layer::Convolution(weights), [value].into_iter().chain(addend).collect())
            }
        };
        let placed = self.place(layer, inputs, shape, false)?;
        self.meanings.insert(name, placed.clone());
        Ok(placed)
    }

    fn linear(&mut self, node: &'a Node<'a>) -> Result<Meaning, Uncovered> {
        let (value, weights) = (self.value(first(node)?)?, self.constant(second(node)?)?);
        let plain = node.float("alpha", 1.0) == 1.0
            && node.float("beta", 1.0) == 1.0
            && node.int("transA", 0) == 0;
        let &[a, b] = &weights.dims[..] else {
            return Err(Uncovered::new(format!("a linear layer with weights {:?}", weights.dims)));
        };
        let transposed = node.int("transB", 0) != 0;
        let (inputs, outputs) = if transposed { (b, a) } else { (a, b) };
        let given = self.network.values[value];
        if !plain || !given.flat || inputs != given.shape.size() {
            return Err(Uncovered::new(format!("a linear layer of {inputs} inputs")));
        }
        let bias = self.bias(node, outputs)?;
        let values = weights.floats()?;
        let weights = match transposed {
            true => values,
            false => Rc::new(
                (0..outputs)
                    .flat_map(|output| values.iter().skip(output).step_by(outputs).copied())
                    .collect(),
            ),
        };
        let window = Window::POINT;
        let mut weights = Weights { window, weights, bias, activation: Activation::None };
        let shape = Shape::vector(outputs);
        let (name, _) = self.fuse(output(node)?, &mut weights, shape, false, true)?;
        let placed = self.place(Layer::Linear(weights), vec![value], shape, true)?;
        self.meanings.insert(name, placed.clone());
        Ok(placed)
    }

    /// Reads a batch norm that does not follow a convolution: one weight and one bias per channel.
    fn batch_norm(&mut self, node: &'a Node<'a>) -> Result<Meaning, Uncovered> {
        let value = self.value(first(node)?)?;
        let shape = self.shape(value);
        let (scales, shifts) = self.scales_and_shifts(node, shape.channels)?;
        let mut weights = Weights {
            window: Window::POINT,
            weights: Rc::new(scales),
            bias: shifts,
            activation: Activation::None,
        };
        let flat = self.network.values[value].flat;
        let (name, _) = self.fuse(output(node)?, &mut weights, shape, false, flat)?;
        let placed = self.place(Layer::Depthwise(weights), vec![value], shape, flat)?;
        self.meanings.insert(name, placed.clone());
        Ok(placed)
    }

    fn pool(&mut self, node: &'a Node<'a>) -> Result<Meaning, Uncovered> {
        let value = self.value(first(node)?)?;
        let input = self.shape(value);
        let window = window(node, None, input)?;
        let shape = windowed(&window, input, input.channels)?;
        let padded = (0..2).any(|axis| {
            window.before[axis] >= window.kernel[axis] || window.after[axis] >= window.kernel[axis]
        });
        if window.dilations != [1, 1] || padded {
            return Err(Uncovered::new(format!("pooling over {window:?}")));
        }
        let with_padding = node.int("count_include_pad", 0) != 0;
        let pooling = match node.op_type {
            "MaxPool" => Pooling::Max,
            _ => Pooling::Average { with_padding },
        };
        self.place(Layer::Pool(window, pooling), vec![value], shape, false)
    }

    fn global(&mut self, value: usize, max: bool, flat: bool) -> Result<Meaning, Uncovered> {
        let shape = Shape::vector(self.shape(value).channels);
        self.place(Layer::Global { max }, vec![value], shape, flat)
    }

    /// Reads a mean or a maximum over rows, columns or both.
    fn reduce(&mut self, node: &'a Node<'a>) -> Result<Meaning, Uncovered> {
        let value = self.value(first(node)?)?;
        let given = match node.input(1) {
            Some(name) => self.constant(name)?.ints()?.to_vec(),
            None => node.ints("axes").to_vec(),
        };
        let axes: Vec<i64> =
            given.iter().map(|&axis| if axis < 0 { axis + 4 } else { axis }).collect();
        let (kept, max) = (node.int("keepdims", 1) != 0, node.op_type == "ReduceMax");
        if self.network.values[value].flat {
            return Err(Uncovered::new("a mean over a vector"));
        }
        let shape = self.shape(value);
        let (kernel, reduced) = match axes[..] {
            [2, 3] | [3, 2] => return self.global(value, max, !kept),
            [2] if kept => ([shape.rows, 1], Shape { rows: 1, ..shape }),
            [3] if kept => ([1, shape.columns], Shape { columns: 1, ..shape }),
            _ => return Err(Uncovered::new(format!("{} over {given:?}", node.op_type))),
        };
        let window = Window { kernel, ..Window::POINT };
        let average = Pooling::Average { with_padding: false };
        let pooling = if max { Pooling::Max } else { average };
        self.place(Layer::Pool(window, pooling), vec![value], reduced, false)
    }

    fn activate(&mut self, activation: Activation, name: &str) -> Result<Meaning, Uncovered> {
        let value = self.value(name)?;
        let super::Value { shape, flat } = self.network.values[value];
        self.place(Layer::Activate(activation), vec![value], shape, flat)
    }

    /// Combines two values of one shape, or a map and one number per channel.
    fn combine(&mut self, node: &'a Node<'a>) -> Result<Meaning, Uncovered> {
        let operation = if node.op_type == "Add" { Operation::Add } else { Operation::Multiply };
        let (a, b) = (self.value(first(node)?)?, self.value(second(node)?)?);
        let [x, y] = [a, b].map(|value| self.network.values[value]);
        let scales = |map: Shape, vector: Shape| vector == Shape::vector(map.channels);
        let inputs = match x.flat == y.flat {
            true if x.shape == y.shape || scales(x.shape, y.shape) => vec![a, b],
            true if scales(y.shape, x.shape) => vec![b, a],
            _ => return Err(Uncovered::new(format!("{} of {x:?} and {y:?}", node.op_type))),
        };
        let shape = self.shape(inputs[0]);
        self.place(Layer::Combine(operation), inputs, shape, x.flat)
    }

    fn bias(&self, node: &Node, outputs: usize) -> Result<Vec<f32>, Uncovered> {
        let Some(name) = node.input(2) else { return Ok(vec![0.0; outputs]) };
        let bias = self.constant(name)?;
        match &bias.floats()?[..] {
            values if values.len() == outputs => Ok(values.to_vec()),
            &[value] => Ok(vec![value; outputs]),
            values => Err(Uncovered::new(format!("{} biases for {outputs}", values.len()))),
        }
    }
}
