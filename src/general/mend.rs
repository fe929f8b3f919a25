//! Replaces what tract 0.23 does not compute as ONNX defines it.

use std::collections::HashSet;
use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::{Conv, PaddingSpec};
use tract_onnx::tract_hir::internal::DimLike;

/// Operators on shapes, whose numbers are integers without a reciprocal.
const OF_SHAPES: [&str; 8] =
    ["Shape", "Size", "Gather", "Slice", "Concat", "Cast", "Squeeze", "Unsqueeze"];

/// Writes a − b as a + (−b), and a / b as a · (1 / b). tract merges a subtraction or division into a
/// convolution that is its second input, as if it were the first.
pub(super) fn reversed_operands(graph: &mut GraphProto) {
    let constants = graph.initializer.iter().map(|tensor| tensor.name.clone());
    let mut kept: HashSet<String> = constants.collect();
    for node in std::mem::take(&mut graph.node) {
        let of_shapes = OF_SHAPES.contains(&node.op_type.as_str());
        if node.op_type == "Constant" || of_shapes {
            kept.extend(node.output.iter().cloned());
        }
        let is_kept = node.input.get(1).is_none_or(|second| kept.contains(second));
        let replacement = match node.op_type.as_str() {
            _ if is_kept || !node.domain.is_empty() => None,
            "Sub" => Some(("Neg", "Add")),
            "Div" => Some(("Reciprocal", "Mul")),
            _ => None,
        };
        match replacement {
            Some((inverse, operator)) => graph.node.extend(rewritten(node, inverse, operator)),
            None => graph.node.push(node),
        }
    }
}

fn rewritten(mut node: NodeProto, inverse: &str, operator: &str) -> [NodeProto; 2] {
    let name = format!("{}/second", node.output.first().map_or("", String::as_str));
    let second = std::mem::replace(&mut node.input[1], name.clone());
    let first = NodeProto {
        name: name.clone(),
        op_type: inverse.to_owned(),
        input: vec![second],
        output: vec![name],
        ..NodeProto::default()
    };
    node.op_type = operator.to_owned();
    [first, node]
}

/// States the padding of convolutions in numbers. tract moves a stride from a convolution to the one
/// before it, whose padding `SAME` would then be another.
pub(super) fn same_padding(model: &mut TypedModel) -> TractResult<()> {
    for id in 0..model.nodes().len() {
        let node = model.node(id);
        let Some(Conv { pool_spec, .. }) = node.op_as::<Conv>() else { continue };
        if !matches!(pool_spec.padding, PaddingSpec::SameUpper | PaddingSpec::SameLower) {
            continue;
        }
        let shape = model.outlet_fact(node.inputs[0])?.shape.to_tvec();
        let shape = pool_spec.data_format.shape(shape)?;
        let (mut before, mut after) = (TVec::new(), TVec::new());
        for padded in pool_spec.computed_padding(shape.hw_dims()) {
            before.push(padded.pad_before.to_usize()?);
            after.push(padded.pad_after.to_usize()?);
        }
        if let Some(conv) = model.node_mut(id).op_as_mut::<Conv>() {
            conv.pool_spec.padding = PaddingSpec::Explicit(before, after);
        }
    }
    Ok(())
}
