//! The general engine: tract plans and runs networks with operators that the lean engine lacks. It
//! is also the reference for testing the lean engine.

mod mend;
mod sizes;

use crate::error::{Error, Result};
use prost::Message;
use prost::bytes::Buf;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

/// A network that is ready to run.
pub(crate) struct Network {
    plan: Arc<TypedRunnableModel>,
    shape: [usize; 4],
}

impl Network {
    /// Plans the network in an ONNX file for an input of `[1, 1, rows, columns]`.
    ///
    /// # Errors
    /// `model-format` for bytes that are not ONNX or use operators that cannot be run; `limit` for
    /// values above the size limit.
    pub(crate) fn new(bytes: &[u8], rows: usize, columns: usize) -> Result<Self> {
        let shape = [1, 1, rows, columns];
        let model = guarded(|| {
            let proto = read(bytes)?;
            // Shapes that the file states for values in between may name dimensions that are numbers here.
            let onnx = onnx().with_ignore_value_info(true);
            let mut model = onnx.model_for_proto_model(&proto)?;
            model.set_input_fact(0, f32::fact(shape).into())?;
            // tract also computes values that no output needs; they are not counted.
            model.compact()?;
            sizes::check(&mut model).map(|()| model)
        })?;
        let plan = guarded(|| {
            let mut model = model.into_typed()?;
            sizes::check_typed(&model)?;
            mend::same_padding(&mut model)?;
            model.into_optimized()?.into_runnable()
        })?;
        Ok(Network { plan, shape })
    }

    /// Returns the shapes of the outputs, which must be f32.
    ///
    /// # Errors
    /// `model-format` for an output of another type, or with a shape that depends on the input.
    pub(crate) fn output_shapes(&self) -> Result<Vec<Vec<usize>>> {
        let model = self.plan.model();
        let outputs = model.output_outlets().map_err(Error::model_format)?.len();
        (0..outputs)
            .map(|index| {
                let fact = model.output_fact(index).map_err(Error::model_format)?;
                let shape =
                    fact.shape.as_concrete().filter(|_| fact.datum_type == f32::datum_type());
                shape.map(<[usize]>::to_vec).ok_or_else(|| {
                    Error::model_format(format!(
                        "an output is {:?} {:?}",
                        fact.datum_type, fact.shape
                    ))
                })
            })
            .collect()
    }

    /// Runs the network and returns its outputs.
    ///
    /// # Errors
    /// `inference` if it fails.
    pub(crate) fn run(&self, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        let tensor = Tensor::from_shape(&self.shape, input).map_err(Error::inference)?;
        let outputs = caught(|| self.plan.run(tvec!(tensor.into_tvalue())))
            .ok_or_else(|| Error::inference(GAVE_UP))?
            .map_err(Error::inference)?;
        let values = outputs.iter().map(|output| {
            let view = output.to_plain_array_view::<f32>().map_err(Error::inference)?;
            Ok(view.iter().copied().collect())
        });
        values.collect()
    }
}

/// Decodes a file. Graphs inside of nodes are refused, because their sizes would not be checked.
fn read(bytes: &[u8]) -> TractResult<ModelProto> {
    let mut file = File { bytes, parts: 0 };
    let proto = ModelProto::decode(&mut file);
    sizes::check_one("the number of parts of the model's file", file.parts as u64, MAX_PARTS)?;
    let mut proto = proto?;
    proto.graph.iter_mut().for_each(mend::reversed_operands);
    let nodes = proto.graph.iter().flat_map(|graph| &graph.node);
    sizes::check_one("the number of nodes", nodes.clone().count() as u64, MAX_NODES)?;
    let mut attributes = nodes.flat_map(|node| &node.attribute);
    if attributes.any(|attribute| attribute.g.is_some() || !attribute.graphs.is_empty()) {
        return Err(Error::model_format("an operator with a graph of its own").into());
    }
    Ok(proto)
}

/// tract's planning time grows with the square of the number of nodes.
const MAX_NODES: u64 = 1 << 12;
/// Most small parts of a file: keys, lengths and numbers of up to three bytes. An empty node
/// consists of two; in memory it takes a hundred times their size.
const MAX_PARTS: u64 = 1 << 21;

/// A file while it is decoded. It ends early if it has too many parts.
struct File<'a> {
    bytes: &'a [u8],
    /// Small parts so far.
    parts: usize,
}

impl Buf for File<'_> {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes = &self.bytes[count..];
        self.parts += usize::from(count < 4);
        // prost reads the last bytes without checking whether there are more.
        if self.parts as u64 > MAX_PARTS && self.bytes.len() > 16 {
            self.bytes = &[];
        }
    }
}

const GAVE_UP: &str = "the inference engine gave up on it";

fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T> {
    match caught(work) {
        Some(Ok(result)) => Ok(result),
        Some(Err(error)) => Err(match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Error::model_format(format!("{error:#}")),
        }),
        None => Err(Error::model_format(GAVE_UP)),
    }
}

/// Returns `None` if `work` panics. Model files are untrusted: if the engine panics on one, the
/// caller must not crash. (In wasm, a panic still ends the instance; the worker replaces it.)
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
