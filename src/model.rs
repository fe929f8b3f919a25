//! Reads ONNX bytes into a checked and optimised network, ready to run.

use crate::base::Base;
use crate::engine::{self, onnx, sigmoid};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "general")]
use crate::general;
use crate::metadata::{Activation, ModelMetadata};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// Largest accepted model file.
const MAX_MODEL_BYTES: usize = 256 << 20;

/// The most nodes of a network.
const MAX_NODES: usize = 1 << 16;

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
    network: Arc<Network>,
    sha256: Arc<str>,
}

/// A network, prepared for the engine that runs it.
enum Network {
    Lean(engine::Network),
    #[cfg(feature = "general")]
    General(general::Network),
}

/// The engines that run networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// This crate's own engine, for the operators of small convolutional networks; the faster one.
    Lean,
    /// tract, for almost every ONNX operator. Needs the feature `general`.
    General,
}

impl Engine {
    /// Returns `lean` or `general`.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Lean => "lean",
            Engine::General => "general",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a network returns for one input.
pub(crate) struct Outputs {
    /// One number per label, plus one if the network has an output for "none of the labels".
    pub(crate) scores: Vec<f32>,
    /// Empty for a network without an embedding.
    pub(crate) embedding: Vec<f32>,
}

impl Model {
    /// Reads the built-in model: the 527 labels of AudioSet in plain groups, with an embedding for
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

    /// Reads the smallest model, trained from scratch. It assigns 4 s of audio to one of ten urban
    /// sounds (air conditioner, car horn, children playing, dog bark, drilling, engine idling,
    /// gunshot, jackhammer, siren, street music). Every call reads the file again; cloning a model
    /// is cheaper.
    ///
    /// Its weights derive from UrbanSound8K (CC BY-NC 3.0): use them for non-commercial purposes
    /// only, as [`Card::licence`](crate::Card::licence) also states. Needs the feature `urban-tiny`, which is
    /// off by default.
    ///
    /// # Errors
    /// `model-format` if the inference engine does not run on this machine.
    #[cfg(feature = "urban-tiny")]
    pub fn urban_tiny() -> Result<Self> {
        Self::from_onnx(URBAN_TINY)
    }

    /// Reads an ONNX file with an embedded description (see [`ModelMetadata`]). The network must
    /// have one input, f32 `[1, 1, n_mels, segment_frames]`, for normalised features
    /// (`patch_frames` instead if the metadata has it). Its first output is f32 `[1, labels]`, the
    /// logits (with one more for "none of the labels" if the metadata has `other_threshold`). If
    /// the metadata has `embedding_size`, there is a second output, f32 `[1, embedding_size]`.
    ///
    /// The lean engine runs it if it has all of its operators, otherwise the general one.
    /// [`Self::engine`] returns the choice.
    ///
    /// # Errors
    /// `model-format` for bytes that are not ONNX or use operators that cannot be run;
    /// `model-operators` if only the general engine could run it and the feature `general` is off;
    /// `metadata-missing`, `metadata-invalid`, `metadata-version` naming the key; `model-mismatch`
    /// if the shapes do not match the metadata; `limit` above 256 MiB, or for tensors with more
    /// than 64 Mi elements.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes, None)
    }

    /// Like [`Self::from_onnx`], but always uses the given engine, which allows comparing the two.
    ///
    /// # Errors
    /// Those of [`Self::from_onnx`]; `model-operators` if this engine does not run the model.
    pub fn from_onnx_on(bytes: &[u8], engine: Engine) -> Result<Self> {
        Self::read(bytes, Some(engine))
    }

    fn read(bytes: &[u8], engine: Option<Engine>) -> Result<Self> {
        check_limit("the model's size in bytes", bytes.len(), MAX_MODEL_BYTES)?;
        let proto = onnx::Model::read(bytes)
            .ok_or_else(|| Error::model_format("it is not ONNX, or has too many fields"))?;
        let Some(graph) = &proto.graph else {
            return Err(Error::model_format("it holds no graph"));
        };
        check_limit("the number of nodes", graph.node.len(), MAX_NODES)?;
        let pairs = proto.metadata_props.iter();
        let metadata = ModelMetadata::from_props(pairs.map(|p| (p.key, p.value)))?;
        check_declared_input(graph, &metadata)?;
        check_export(graph)?;
        let network = Network::prepare(bytes, graph, &metadata, engine)?;
        let sha256 = hex(&sha256(bytes)).into();
        Ok(Model { metadata: Arc::new(metadata), network: Arc::new(network), sha256 })
    }

    /// Returns the description in the file.
    pub fn metadata(&self) -> &ModelMetadata {
        &self.metadata
    }

    /// Returns the SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns what heads depend on.
    pub(crate) fn base(&self) -> Base<'_> {
        let metadata = self.metadata();
        Base {
            name: &metadata.name,
            sha256: self.sha256(),
            labels: &metadata.labels,
            embedding_size: metadata.embedding_size,
            segment_patches: metadata.segment_patches(),
            hop_seconds: metadata.decision.hop_seconds,
        }
    }

    /// Returns the engine that runs the network.
    pub fn engine(&self) -> Engine {
        match &*self.network {
            Network::Lean(_) => Engine::Lean,
            #[cfg(feature = "general")]
            Network::General(_) => Engine::General,
        }
    }

    /// Runs the network on one normalised input, `[n_mels][input_frames]` row after row, and
    /// returns its raw outputs.
    pub(crate) fn run(&self, input: &[f32]) -> Result<Outputs> {
        let expected = self.metadata.front_end.n_mels * self.metadata.input_frames();
        if input.len() != expected {
            let reason = format!("{} values were given, not {expected}", input.len());
            return Err(Error::inference(reason));
        }
        let outputs = match &*self.network {
            Network::Lean(network) => network.run(input),
            #[cfg(feature = "general")]
            Network::General(network) => network.run(input)?,
        };
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().unwrap_or_default();
        let outputs = Outputs { scores: next(), embedding: next() };
        match outputs.scores.iter().chain(&outputs.embedding).all(|value| value.is_finite()) {
            true => Ok(outputs),
            false => Err(Error::inference("the network returned NaN or infinity")),
        }
    }
}

impl Network {
    fn prepare(
        bytes: &[u8],
        graph: &onnx::Graph,
        metadata: &ModelMetadata,
        engine: Option<Engine>,
    ) -> Result<Self> {
        let (rows, columns) = (metadata.front_end.n_mels, metadata.input_frames());
        let lean = match engine {
            Some(Engine::General) => Err(operators("it was not asked to")),
            _ => engine::network(graph, rows, columns).map_err(operators),
        };
        match lean {
            Ok(network) => {
                let shapes = network.output_lens().map(|len| vec![1, len]).collect();
                check_outputs(shapes, metadata)?;
                Ok(Network::Lean(network))
            }
            Err(error) if engine == Some(Engine::Lean) => Err(error),
            Err(error) => Self::general(bytes, metadata, error),
        }
    }

    #[cfg(feature = "general")]
    fn general(bytes: &[u8], metadata: &ModelMetadata, _: Error) -> Result<Self> {
        let (rows, columns) = (metadata.front_end.n_mels, metadata.input_frames());
        let network = general::Network::new(bytes, rows, columns)?;
        check_outputs(network.output_shapes()?, metadata)?;
        Ok(Network::General(network))
    }

    #[cfg(not(feature = "general"))]
    fn general(_: &[u8], _: &ModelMetadata, error: Error) -> Result<Self> {
        Err(error)
    }
}

fn operators(reason: impl fmt::Display) -> Error {
    ErrorKind::ModelOperators { reason: reason.to_string() }.into()
}

/// Computes SHA-256 in small pieces, because a browser replaces its first, slow translation of a
/// function by a fast one only between calls: in one piece, this would be half of the time that a
/// model takes to load.
fn sha256(bytes: &[u8]) -> [u8; 32] {
    const PIECE: usize = 8_192;
    let mut hash = Sha256::new();
    bytes.chunks(PIECE).for_each(|piece| hash.update(piece));
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Activation {
    /// Turns the output of a network or a head into scores, after division by `temperature`.
    pub(crate) fn scores(self, outputs: &[f32], temperature: f32) -> Vec<f32> {
        match self {
            Activation::Softmax => softmax(outputs, temperature),
            Activation::Sigmoid => outputs.iter().map(|x| sigmoid(x / temperature)).collect(),
            Activation::None => outputs.iter().map(|x| x.clamp(0.0, 1.0)).collect(),
        }
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}

/// Applies a softmax. The maximum is subtracted before the division, which could make it infinite.
fn softmax(outputs: &[f32], temperature: f32) -> Vec<f32> {
    let max = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut values: Vec<f32> =
        outputs.iter().map(|output| ((output - max) / temperature).exp()).collect();
    let sum: f32 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
    values
}

fn check_limit(what: &'static str, given: usize, max: usize) -> Result<()> {
    match given > max {
        true => Err(ErrorKind::Limit { what, given: given as u64, max: max as u64 }.into()),
        false => Ok(()),
    }
}

/// Compares the input that the graph declares with the metadata; dimensions that the
/// graph leaves open fit any size.
fn check_declared_input(graph: &onnx::Graph, metadata: &ModelMetadata) -> Result<()> {
    let weights: HashSet<&str> = graph.initializer.iter().map(|w| w.name).collect();
    let inputs: Vec<&onnx::ValueInfo> =
        graph.input.iter().filter(|input| !weights.contains(input.name)).collect();
    let [input] = inputs[..] else {
        return Err(mismatch("number of inputs", 1, inputs.len()));
    };
    let expected = [1, 1, metadata.front_end.n_mels as i64, metadata.input_frames() as i64];
    let declared = &input.declared_shape;
    let fits = declared.len() == expected.len()
        && declared.iter().zip(expected).all(|(&given, want)| given <= 0 || given == want);
    match fits {
        true => Ok(()),
        false => Err(mismatch("input shape", format!("{expected:?}"), format!("{declared:?}"))),
    }
}

/// Refuses what no engine can run as it was meant, and says how to export it instead.
fn check_export(graph: &onnx::Graph) -> Result<()> {
    if graph.initializer.iter().any(|weights| weights.data_location != 0) {
        return Err(Error::model_format(
            "its weights are in another file; load it with onnx.load and save it with onnx.save",
        ));
    }
    let mut nodes = graph.node.iter();
    match nodes.any(|node| node.int("training_mode", 0) != 0) {
        true => Err(Error::model_format(
            "it was exported in training mode; call model.eval() before the export",
        )),
        false => Ok(()),
    }
}

/// Compares the shapes of the network's outputs with the metadata.
fn check_outputs(shapes: Vec<Vec<usize>>, metadata: &ModelMetadata) -> Result<()> {
    let mut expected = vec![("output", metadata.n_outputs())];
    expected.extend(metadata.embedding_size.map(|size| ("embedding", size)));
    if shapes.len() != expected.len() {
        return Err(mismatch("number of outputs", expected.len(), shapes.len()));
    }
    for ((what, size), actual) in expected.into_iter().zip(shapes) {
        let expected = vec![1, size];
        if actual != expected {
            return Err(mismatch(what, format!("{expected:?}"), format!("{actual:?}")));
        }
    }
    Ok(())
}

fn mismatch(what: &'static str, expected: impl fmt::Display, actual: impl fmt::Display) -> Error {
    ErrorKind::ModelMismatch { what, expected: expected.to_string(), actual: actual.to_string() }
        .into()
}
