//! Operators that only change the shape.

use super::super::constant::MAX_RANK;
use super::super::onnx::Node;
use super::super::uncovered::Uncovered;
use super::names::first;
use super::{Meaning, Reader, Value};
use crate::order;
use sourcing_sound_kernels::network::{Layer, Shape};

impl Reader<'_> {
    /// Reads `[1, channels, rows, columns]` ↔ `[1, n]`, where the order of the numbers stays the
    /// same.
    pub(super) fn reshape(&mut self, node: &Node) -> Result<Meaning, Uncovered> {
        let value = self.value(first(node)?)?;
        let Value { shape, flat } = self.network.values[value];
        let dims = dims_of(shape, flat);
        let target = self.target(node, &dims)?;
        let becomes = |new: &[usize]| target == new;
        match flat {
            _ if becomes(&dims) => Ok(Meaning::Value(value)),
            false if becomes(&[1, shape.size()]) => self.relabel(value, shape, true),
            true if shape.pixels() == 1 && becomes(&[1, shape.channels, 1, 1]) => {
                self.relabel(value, shape, false)
            }
            _ => Err(Uncovered::new(format!("{} of {dims:?} to {target:?}", node.op_type))),
        }
    }

    /// Gives the same numbers another shape.
    fn relabel(&mut self, value: usize, shape: Shape, flat: bool) -> Result<Meaning, Uncovered> {
        self.place(Layer::Relabel, vec![value], shape, flat)
    }

    fn target(&self, node: &Node, dims: &[usize]) -> Result<Vec<usize>, Uncovered> {
        let refused = || Uncovered::new(format!("{} of {dims:?}", node.op_type));
        // The time for inserting axes grows with the square of their number.
        let few = |axes: &[i64]| (axes.len() <= MAX_RANK).then(|| axes.to_vec());
        let axes = || match node.input(1) {
            Some(name) => few(self.constant(name)?.ints()?).ok_or_else(refused),
            None => few(node.ints("axes")).ok_or_else(refused),
        };
        let at = |axis: i64, rank: usize| {
            let axis = if axis < 0 { axis + rank as i64 } else { axis };
            usize::try_from(axis).ok().filter(|&axis| axis < rank).ok_or_else(refused)
        };
        match node.op_type {
            "Flatten" => match at(node.int("axis", 1), dims.len())? {
                1 => Ok(vec![dims[0], dims[1..].iter().product()]),
                _ => Err(refused()),
            },
            "Squeeze" => {
                let axes = axes()?;
                let axes: Vec<usize> =
                    axes.iter().map(|&axis| at(axis, dims.len())).collect::<Result<_, _>>()?;
                if axes.is_empty() || axes.iter().any(|&axis| dims[axis] != 1) {
                    return Err(refused());
                }
                let kept = dims.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
                Ok(kept.map(|(_, &size)| size).collect())
            }
            "Unsqueeze" => {
                let axes = axes()?;
                let rank = dims.len() + axes.len();
                let axes: Vec<usize> =
                    axes.iter().map(|&axis| at(axis, rank)).collect::<Result<_, _>>()?;
                let mut target = dims.to_vec();
                for axis in order::sorted(axes.into_iter()) {
                    if axis > target.len() {
                        return Err(refused());
                    }
                    target.insert(axis, 1);
                }
                Ok(target)
            }
            _ => {
                let wanted = self.constant(node.input(1).unwrap_or_default())?;
                resolve(wanted.ints()?, dims).ok_or_else(refused)
            }
        }
    }
}

fn dims_of(shape: Shape, flat: bool) -> Vec<usize> {
    match flat {
        true => vec![1, shape.size()],
        false => vec![1, shape.channels, shape.rows, shape.columns],
    }
}

/// Resolves the target of a Reshape: 0 keeps a dimension, −1 takes what is left.
fn resolve(wanted: &[i64], dims: &[usize]) -> Option<Vec<usize>> {
    let mut sizes = Vec::with_capacity(wanted.len());
    let mut open = None;
    for (axis, &size) in wanted.iter().enumerate() {
        sizes.push(match size {
            -1 if open.is_none() => {
                open = Some(axis);
                1
            }
            0 => *dims.get(axis)?,
            size => usize::try_from(size).ok()?,
        });
    }
    let len: usize = dims.iter().product();
    let known = sizes.iter().try_fold(1_usize, |known, &size| known.checked_mul(size))?;
    if let Some(axis) = open {
        sizes[axis] = len.checked_div(known)?;
    }
    (sizes.iter().try_fold(1_usize, |all, &size| all.checked_mul(size))? == len).then_some(sizes)
}
