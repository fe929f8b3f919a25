//! ONNX bytes → a checked and optimised network, ready to run.

use crate::error::{Error, ErrorKind, Result};
use crate::metadata::{Activation, ModelMetadata};
use sha2::{Digest, Sha256};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::pb::{ModelProto, ValueInfoProto, tensor_shape_proto, type_proto};
use tract_onnx::prelude::*;

/// Largest accepted model file.
const MAX_MODEL_BYTES: u64 = 256 << 20;

/// The file of [`Model::everyday`].
#[cfg(feature = "everyday")]
const EVERYDAY: &[u8] = include_bytes!("../models/everyday/model.onnx");

/// The file of [`Model::urban_tiny`].
#[cfg(feature = "urban-tiny")]
const URBAN_TINY: &[u8] = include_bytes!("../models/urban-v1/model.onnx");

/// A network with its metadata. Cheap to clone: clones share the weights.
#[derive(Clone)]
pub struct Model {
    metadata: Arc<ModelMetadata>,
    plan: Arc<TypedRunnableModel>,
    sha256: Arc<str>,
}

/// What a network returns for one input.
pub(crate) struct Outputs {
    /// One number per label, plus one if the network has an output for "none of the labels".
    pub(crate) scores: Vec<f32>,
    /// Empty for a network without an embedding.
    pub(crate) embedding: Vec<f32>,
}

impl Model {
    /// The built-in model: the 527 labels of AudioSet in plain groups, with an embedding for
    /// [heads](crate::Head). Every call reads the file again; cloning a model is cheaper.
    ///
    /// Its weights are MIT, so commercial use is free. Needs the feature `everyday`, which is on by
    /// default.
    ///
    /// # Errors
    /// `model-format` if the inference engine does not run on this machine.
    #[cfg(feature = "everyday")]
    pub fn everyday() -> Result<Self> {
        Self::from_onnx(EVERYDAY)
    }

    /// The smallest model, trained from scratch: assigns 4 s of audio to one of ten urban sounds
    /// (air conditioner, car horn, children playing, dog bark, drilling, engine idling, gunshot,
    /// jackhammer, siren, street music). Every call reads the file again; cloning a model is
    /// cheaper.
    ///
    /// Its weights derive from UrbanSound8K (CC BY-NC 3.0): use them for non-commercial purposes
    /// only, as [`ModelMetadata::licence`] also says. Needs the feature `urban-tiny`, which is off
    /// by default.
    ///
    /// # Errors
    /// `model-format` if the inference engine does not run on this machine.
    #[cfg(feature = "urban-tiny")]
    pub fn urban_tiny() -> Result<Self> {
        Self::from_onnx(URBAN_TINY)
    }

    /// Reads an ONNX file with its own description (see [`ModelMetadata`]). The network must have
    /// one input, f32 `[1, 1, n_mels, segment_frames]`, for normalised features (`patch_frames`
    /// instead if the metadata has it). Its first output is f32 `[1, labels]`, the logits (with one
    /// more for "none of the labels" if the metadata has `other_threshold`). If the metadata has
    /// `embedding_size`, there is a second output, f32 `[1, embedding_size]`.
    ///
    /// # Errors
    /// `model-format` for bytes that are not ONNX or use operators that cannot be run;
    /// `metadata-missing`, `metadata-invalid`, `metadata-version` naming the key; `model-mismatch`
    /// if the shapes do not match the metadata; `limit` above 256 MiB.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self> {
        if bytes.len() as u64 > MAX_MODEL_BYTES {
            return Err(ErrorKind::Limit {
                what: "the model's size in bytes",
                given: bytes.len() as u64,
                max: MAX_MODEL_BYTES,
            }
            .into());
        }
        let proto = guarded(|| onnx().proto_model_for_read(&mut &bytes[..]))?;
        if proto.graph.is_none() {
            return Err(format_error("it holds no graph"));
        }
        let pairs = proto.metadata_props.iter();
        let metadata =
            ModelMetadata::from_props(pairs.map(|p| (p.key.as_str(), p.value.as_str())))?;
        check_declared_input(&proto, &metadata)?;
        let plan = guarded(|| build_plan(&proto, &metadata))?;
        check_outputs(&plan, &metadata)?;
        Ok(Model { metadata: Arc::new(metadata), plan, sha256: hex(&Sha256::digest(bytes)).into() })
    }

    /// The description in the file.
    pub fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Runs the network on one normalised input, `[n_mels][input_frames]` row after row,
    /// and returns its outputs as they are.
    pub(crate) fn run(&self, input: &[f32]) -> Result<Outputs> {
        let shape = [1, 1, self.metadata.front_end.n_mels, self.metadata.input_frames()];
        let tensor = Tensor::from_shape(&shape, input).map_err(Error::inference)?;
        let outputs = self.plan.run(tvec!(tensor.into_tvalue())).map_err(Error::inference)?;
        let mut outputs = outputs.iter().map(|output| finite(output));
        let mut next = || outputs.next().unwrap_or(Ok(Vec::new()));
        Ok(Outputs { scores: next()?, embedding: next()? })
    }
}

/// The numbers of an output; an error if the network returned NaN or infinity.
fn finite(output: &Tensor) -> Result<Vec<f32>> {
    let view = output.to_plain_array_view::<f32>().map_err(Error::inference)?;
    let values: Vec<f32> = view.iter().copied().collect();
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(Error::inference("the network returned NaN or infinity")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Activation {
    /// Turns the output of a network or a head into scores, after division by `temperature`.
    pub(crate) fn scores(self, outputs: &[f32], temperature: f32) -> Vec<f32> {
        let scaled = outputs.iter().map(|x| x / temperature);
        match self {
            Activation::Softmax => softmax(scaled.collect()),
            Activation::Sigmoid => scaled.map(sigmoid).collect(),
            Activation::None => outputs.iter().map(|x| x.clamp(0.0, 1.0)).collect(),
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}

fn softmax(mut values: Vec<f32>) -> Vec<f32> {
    let max = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    values.iter_mut().for_each(|value| *value = (*value - max).exp());
    let sum: f32 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
    values
}

/// 1 / (1 + e^−x): turns a logit into an independent score.
pub fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn format_error(reason: impl fmt::Display) -> Error {
    ErrorKind::ModelFormat { reason: reason.to_string() }.into()
}

/// Model files are untrusted: if the engine panics on one, the caller must not crash. (In wasm, a
/// panic still ends the instance; the worker replaces it.)
fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| format_error(format!("{error:#}"))),
        Err(_) => Err(format_error("the inference engine gave up on it")),
    }
}

fn build_plan(
    proto: &ModelProto,
    metadata: &ModelMetadata,
) -> TractResult<Arc<TypedRunnableModel>> {
    let shape = [1, 1, metadata.front_end.n_mels, metadata.input_frames()];
    onnx()
        .model_for_proto_model(proto)?
        .with_input_fact(0, f32::fact(shape).into())?
        .into_optimized()?
        .into_runnable()
}

/// Compares the input that the graph declares with the metadata; dimensions that the
/// graph leaves open fit any size.
fn check_declared_input(proto: &ModelProto, metadata: &ModelMetadata) -> Result<()> {
    let Some(graph) = &proto.graph else {
        return Err(format_error("it holds no graph"));
    };
    let weights: Vec<&str> = graph.initializer.iter().map(|w| w.name.as_str()).collect();
    let inputs: Vec<&ValueInfoProto> =
        graph.input.iter().filter(|input| !weights.contains(&input.name.as_str())).collect();
    let [input] = inputs[..] else {
        return Err(mismatch("number of inputs", 1, inputs.len()));
    };
    let expected = [1, 1, metadata.front_end.n_mels as i64, metadata.input_frames() as i64];
    let declared = declared_shape(input);
    let fits = declared.len() == expected.len()
        && declared.iter().zip(expected).all(|(&given, want)| given <= 0 || given == want);
    match fits {
        true => Ok(()),
        false => Err(mismatch("input shape", format!("{expected:?}"), format!("{declared:?}"))),
    }
}

/// Declared dimensions; 0 for those that the graph leaves open.
fn declared_shape(input: &ValueInfoProto) -> Vec<i64> {
    let kind = input.r#type.as_ref().and_then(|kind| kind.value.as_ref());
    let Some(type_proto::Value::TensorType(tensor)) = kind else {
        return Vec::new();
    };
    let dims = tensor.shape.iter().flat_map(|shape| &shape.dim);
    dims.map(|dim| match dim.value {
        Some(tensor_shape_proto::dimension::Value::DimValue(size)) => size,
        _ => 0,
    })
    .collect()
}

fn check_outputs(plan: &TypedRunnableModel, metadata: &ModelMetadata) -> Result<()> {
    let mut expected = vec![("output", metadata.n_outputs())];
    expected.extend(metadata.embedding_size.map(|size| ("embedding", size)));
    let outputs = plan.model().output_outlets().map_err(format_error)?.len();
    if outputs != expected.len() {
        return Err(mismatch("number of outputs", expected.len(), outputs));
    }
    for (index, (what, size)) in expected.into_iter().enumerate() {
        let fact = plan.model().output_fact(index).map_err(format_error)?;
        let expected = [1, size];
        let actual = fact.shape.as_concrete().map(<[usize]>::to_vec);
        if actual.as_deref() != Some(&expected) || fact.datum_type != f32::datum_type() {
            let actual = format!("{:?} {:?}", fact.datum_type, fact.shape);
            return Err(mismatch(what, format!("F32 {expected:?}"), actual));
        }
    }
    Ok(())
}

fn mismatch(what: &'static str, expected: impl fmt::Display, actual: impl fmt::Display) -> Error {
    ErrorKind::ModelMismatch { what, expected: expected.to_string(), actual: actual.to_string() }
        .into()
}
