//! A model for tests with three labels, one for each third of the mel bands: the loudest third has
//! the highest score. Its weights are fixed and its metadata is complete; no trained network is
//! involved.
#![allow(dead_code, reason = "each test binary uses its own part")]

use prost::Message;
use sourcing_sound::{
    Activation, Card, Decision, FrameLayout, FrontEndConfig, Labels, LogScale, MelNorm, MelScale,
    MelTriangles, ModelMetadata, PadMode, Padding, PatchLayout, Window,
};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto,
    TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, attribute_proto::AttributeType,
    tensor_proto::DataType, tensor_shape_proto, type_proto,
};

/// The labels, one per third of the mel bands.
pub const LABELS: [&str; 3] = ["low", "middle", "high"];

/// Returns the metadata of a model of 1 s (44 columns) of 24 bands every 0.25 s.
pub fn metadata() -> ModelMetadata {
    ModelMetadata {
        name: "tiny".to_owned(),
        description: "Says which third of the mel bands is loudest".to_owned(),
        labels: Labels::new(LABELS.map(String::from).to_vec()).expect("three different names"),
        front_end: FrontEndConfig {
            sample_rate: 22_050,
            pre_emphasis: None,
            n_fft: 1_024,
            win_length: 1_024,
            window: Window::Hann,
            hop_length: 512,
            center: true,
            pad_mode: PadMode::Constant,
            framing: FrameLayout::Librosa,
            power: 2.0,
            n_mels: 24,
            f_min: 30.0,
            f_max: 11_025.0,
            mel_scale: MelScale::Slaney,
            norm: MelNorm::Slaney,
            triangles: MelTriangles::Hertz,
            log: LogScale::Decibel { offset: 1e-10 },
        },
        mean: -40.0,
        std: 20.0,
        segment_frames: 44,
        patch: None,
        decision: Decision {
            hop_seconds: 0.25,
            activation: Activation::Softmax,
            temperature: 1.0,
            rejection_threshold: 0.5,
            smoothing_seconds: 0.5,
            event_on: 0.6,
            event_off: 0.4,
        },
        padding: Padding::Silence,
        other_threshold: None,
        embedding_size: None,
        taxonomy: None,
        card: Card {
            training_data: "none".to_owned(),
            folds: "none".to_owned(),
            accuracy: "not measured".to_owned(),
            licence: "MIT OR Apache-2.0".to_owned(),
            config_hash: "0".to_owned(),
        },
    }
}

/// Returns the same with patches: the network takes 24 columns every 12, and also returns its
/// scores as an embedding of 3 numbers.
pub fn patched_metadata() -> ModelMetadata {
    let mut metadata = metadata();
    metadata.front_end.center = false;
    metadata.front_end.framing = FrameLayout::TensorFlow;
    metadata.segment_frames = 24;
    metadata.patch = Some(PatchLayout { frames: 24, hop_frames: 12 });
    metadata.embedding_size = Some(LABELS.len());
    metadata
}

/// Returns the bytes of an ONNX file with `metadata`, which is that of [`patched_metadata`] or
/// similar.
pub fn patched_onnx(metadata: &ModelMetadata) -> Vec<u8> {
    let mut model = model(metadata);
    let graph = model.graph.as_mut().expect("the tiny model has a graph");
    graph.node.push(node("Flatten", &["mean"], "embedding"));
    graph.output.push(tensor_info("embedding", &[1, LABELS.len()]));
    model.encode_to_vec()
}

/// Returns the bytes of an ONNX file with `metadata`.
pub fn onnx(metadata: &ModelMetadata) -> Vec<u8> {
    model(metadata).encode_to_vec()
}

/// Returns the ONNX model with `metadata`, before encoding, so that tests can damage it.
pub fn model(metadata: &ModelMetadata) -> ModelProto {
    let props = metadata.to_props().into_iter();
    let (n_mels, frames) = (metadata.front_end.n_mels, metadata.segment_frames);
    ModelProto {
        ir_version: 7,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 13 }],
        graph: Some(graph(n_mels, frames)),
        metadata_props: props.map(|(key, value)| StringStringEntryProto { key, value }).collect(),
        ..Default::default()
    }
}

/// Returns a convolution over all bands, one channel per label, averaged over time.
fn graph(n_mels: usize, frames: usize) -> GraphProto {
    let labels = LABELS.len();
    GraphProto {
        name: "tiny".to_owned(),
        input: vec![tensor_info("features", &[1, 1, n_mels, frames])],
        output: vec![tensor_info("logits", &[1, labels])],
        initializer: vec![TensorProto {
            name: "bands".to_owned(),
            dims: vec![labels as i64, 1, n_mels as i64, 1],
            data_type: DataType::Float as i32,
            float_data: band_weights(labels, n_mels),
            ..Default::default()
        }],
        node: vec![
            NodeProto {
                attribute: vec![AttributeProto {
                    name: "kernel_shape".to_owned(),
                    r#type: AttributeType::Ints as i32,
                    ints: vec![n_mels as i64, 1],
                    ..Default::default()
                }],
                ..node("Conv", &["features", "bands"], "levels")
            },
            node("GlobalAveragePool", &["levels"], "mean"),
            node("Flatten", &["mean"], "logits"),
        ],
        ..Default::default()
    }
}

/// Returns weights `[labels][n_mels]`: each label sums the bands of its own part, with a gain of 4.
fn band_weights(labels: usize, n_mels: usize) -> Vec<f32> {
    let part = n_mels.div_ceil(labels);
    let weight =
        |label: usize, mel: usize| if mel / part == label { 4.0 / part as f32 } else { 0.0 };
    (0..labels).flat_map(|label| (0..n_mels).map(move |mel| weight(label, mel))).collect()
}

pub fn node(op: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op.to_owned(),
        name: output.to_owned(),
        input: inputs.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..Default::default()
    }
}

/// Returns a named f32 tensor of fixed shape.
pub fn tensor_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dimension = |&size: &usize| tensor_shape_proto::Dimension {
        value: Some(tensor_shape_proto::dimension::Value::DimValue(size as i64)),
        ..Default::default()
    };
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: shape.iter().map(dimension).collect() }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..Default::default()
        }),
        ..Default::default()
    }
}
