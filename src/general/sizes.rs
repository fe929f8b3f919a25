//! Refuses networks with values that are too large, before anything computes them.
//!
//! tract computes constants while it infers shapes, and checks their sizes only afterwards. A small
//! file can request a constant of any size.

use crate::error::ErrorKind;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::{Factoid, InferenceFact, InferenceOp};

/// The most elements of one value.
const MAX_ELEMENTS: u64 = 64 << 20;
/// The most elements of all values in total.
const MAX_TOTAL: u64 = 256 << 20;
/// Shapes that still change after this many rounds are left to tract.
const MAX_ROUNDS: usize = 16;

/// Infers the shapes in the order of computation, and checks each before its value is computed.
///
/// # Errors
/// `limit` for a value above the limit; otherwise tract's own.
pub(super) fn check(model: &mut InferenceModel) -> TractResult<()> {
    let order = model.eval_order()?;
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for &node in &order {
            changed |= infer(model, node)?;
        }
        if !changed {
            break;
        }
    }
    let values = model.nodes().iter().flat_map(|node| &node.outputs);
    check_total(values.map(|output| elements(&output.fact)))
}

/// Checks the shapes that tract has inferred.
///
/// # Errors
/// `limit` for a value above the limit.
pub(super) fn check_typed(model: &TypedModel) -> TractResult<()> {
    let values = model.nodes().iter().flat_map(|node| &node.outputs);
    let shapes = values.clone().map(|output| output.fact.shape.as_concrete());
    if let Some((output, _)) = values.zip(shapes.clone()).find(|(_, shape)| shape.is_none()) {
        let reason = format!("a value whose shape depends on others: {:?}", output.fact.shape);
        return Err(crate::Error::model_format(reason).into());
    }
    check_total(shapes.map(|shape| {
        Some(shape?.iter().fold(1, |product: u64, &size| product.saturating_mul(size as u64)))
    }))
}

/// Infers facts about the values at one node; returns whether any were new.
fn infer(model: &mut InferenceModel, node: usize) -> TractResult<bool> {
    let (inputs, outputs) = model.node_facts(node)?;
    let inputs: Vec<InferenceFact> = inputs.into_iter().cloned().collect();
    let outputs: Vec<InferenceFact> = outputs.into_iter().cloned().collect();
    let observed = model.node(node).op.observe_outlets(model, model.node(node))?;
    let observed: Vec<InferenceFact> = observed
        .into_iter()
        .map(|outlet| model.outlet_fact(outlet).cloned())
        .collect::<TractResult<_>>()?;
    let mut op = model.node(node).op.clone();
    let facts = |op: &mut Box<dyn InferenceOp>, computes: bool| {
        let (inputs, outputs) = (inputs.iter().collect(), outputs.iter().collect());
        let observed = observed.iter().collect();
        match computes {
            true => op.infer(inputs, outputs, observed),
            false => op.infer_facts(inputs, outputs, observed),
        }
    };
    let (_, shapes, _) = facts(&mut op, false)?;
    check_total(shapes.iter().map(elements))?;
    shapes.iter().try_for_each(check_fit)?;
    let (_, inferred, _) = facts(&mut op, true)?;
    let mut changed = false;
    for (slot, (old, new)) in outputs.iter().zip(&inferred).enumerate() {
        let unified = old.unify(new)?;
        if unified != *old {
            model.set_outlet_fact(OutletId::new(node, slot), unified)?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Returns the number of elements if all extents are known.
fn elements(fact: &InferenceFact) -> Option<u64> {
    let extents = fact.shape.concretize()?;
    let sizes = extents.iter().map(|extent| extent.to_i64().ok());
    sizes
        .into_iter()
        .try_fold(1, |product: u64, size| Some(product.saturating_mul(u64::try_from(size?).ok()?)))
}

/// Refuses extents that contradict each other, such as a sum of 64 and 62 rows. tract keeps them as
/// a symbolic term, which grows with every operator until it takes forever to compute.
fn check_fit(fact: &InferenceFact) -> TractResult<()> {
    for extent in fact.shape.dims().filter_map(Factoid::concretize) {
        if extent.to_i64().is_err() && extent.symbols().is_empty() {
            let reason = format!("values whose shapes do not fit together: {extent}");
            return Err(crate::Error::model_format(reason).into());
        }
    }
    Ok(())
}

fn check_total(values: impl Iterator<Item = Option<u64>>) -> TractResult<()> {
    let mut total = 0_u64;
    for elements in values.flatten() {
        check_one("the elements of a value", elements, MAX_ELEMENTS)?;
        total = total.saturating_add(elements);
    }
    check_one("the elements of all values", total, MAX_TOTAL)
}

pub(super) fn check_one(what: &'static str, given: u64, max: u64) -> TractResult<()> {
    match given > max {
        true => Err(crate::Error::from(ErrorKind::Limit { what, given, max }).into()),
        false => Ok(()),
    }
}
