//! The names of what a node reads and produces.

use super::super::onnx::Node;
use super::super::uncovered::Uncovered;

pub(super) fn first<'a>(node: &Node<'a>) -> Result<&'a str, Uncovered> {
    node.input(0).ok_or_else(|| Uncovered::new(format!("{} without an input", node.op_type)))
}

pub(super) fn second<'a>(node: &Node<'a>) -> Result<&'a str, Uncovered> {
    node.input(1).ok_or_else(|| Uncovered::new(format!("{} of one input", node.op_type)))
}

pub(super) fn output<'a>(node: &Node<'a>) -> Result<&'a str, Uncovered> {
    let name = node.output.first().copied();
    name.ok_or_else(|| Uncovered::new(format!("{} without an output", node.op_type)))
}
