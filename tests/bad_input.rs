//! Every bad input is refused with its code, never with a panic.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

#[path = "common/tiny_model.rs"]
mod tiny_model;

use prost::Message;
use sourcing_sound::{Classifier, Error, ErrorKind, Labels, Model, Pcm, SampleRate, StreamConfig};
use tract_onnx::pb::{
    AttributeProto, ModelProto, NodeProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataType,
};

fn tiny() -> ModelProto {
    tiny_model::model(&tiny_model::metadata())
}

fn load(model: &ModelProto) -> Result<Model, Error> {
    Model::from_onnx(&model.encode_to_vec())
}

fn classifier() -> Classifier {
    Classifier::new(load(&tiny()).unwrap()).unwrap()
}

/// Returns the error that refuses `model`.
fn refusal(model: &ModelProto) -> Error {
    load(model).expect_err("the model should be refused")
}

/// Returns the tiny model with `value` under the metadata key that ends in `.key`.
fn with_prop(key: &str, value: &str) -> ModelProto {
    let mut model = tiny();
    let suffix = format!(".{key}");
    let mut props = model.metadata_props.iter_mut();
    props.find(|prop| prop.key.ends_with(&suffix)).unwrap().value = value.to_owned();
    model
}

#[test]
fn the_untouched_model_loads() {
    let model = load(&tiny()).unwrap();
    assert_eq!(model.metadata(), &tiny_model::metadata());
}

#[test]
fn sample_rates() {
    for hz in [0, 1, 7_999, 384_001, 768_000, u32::MAX] {
        let error = SampleRate::new(hz).unwrap_err();
        assert_eq!(error.code(), "audio-rate", "{hz} Hz");
        assert!(error.to_string().contains(&hz.to_string()), "{error}");
    }
    for hz in [8_000, 22_050, 384_000] {
        assert_eq!(SampleRate::new(hz).unwrap().hz(), hz);
    }
}

#[test]
fn samples() {
    let rate = SampleRate::new(44_100).unwrap();
    assert_eq!(Pcm::new(&[], rate).unwrap_err().code(), "audio-empty");
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let error = Pcm::new(&[0.0, 0.5, bad], rate).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::AudioNonFinite { index: 2 });
        assert_eq!(error.code(), "audio-non-finite");
    }
}

#[test]
fn too_little_audio() {
    let mut classifier = classifier();
    for hz in [8_000, 22_050, 44_100, 384_000] {
        let rate = SampleRate::new(hz).unwrap();
        let error = classifier.classify(Pcm::new(&[0.5], rate).unwrap()).unwrap_err();
        assert_eq!(error.code(), "audio-too-short", "one sample at {hz} Hz");
        let mut stream = classifier.stream(rate, StreamConfig::default()).unwrap();
        assert!(stream.push(&[0.5]).unwrap().is_empty());
        assert_eq!(stream.finish().unwrap_err().code(), "audio-too-short");
        let stream = classifier.stream(rate, StreamConfig::default()).unwrap();
        assert_eq!(stream.finish().unwrap_err().code(), "audio-too-short");
    }
}

#[test]
fn loud_samples_stay_finite() {
    let mut classifier = classifier();
    let samples: Vec<f32> = (0..30_000).map(|n| if n % 2 == 0 { 1e15 } else { -1e15 }).collect();
    let pcm = Pcm::new(&samples, SampleRate::new(22_050).unwrap()).unwrap();
    for prediction in classifier.classify(pcm).unwrap() {
        assert!(prediction.scores().iter().all(|score| score.is_finite()));
    }
    // The power of louder samples could exceed single precision.
    for loud in [1.1e15, -1.1e15, f32::MAX] {
        let samples = [vec![0.1; 30_000], vec![loud]].concat();
        let error = Pcm::new(&samples, SampleRate::new(22_050).unwrap()).unwrap_err();
        assert_eq!(error.code(), "audio-non-finite");
        let mut stream =
            classifier.stream(SampleRate::new(22_050).unwrap(), StreamConfig::default()).unwrap();
        assert_eq!(stream.push(&samples).unwrap_err().code(), "audio-non-finite");
    }
}

#[test]
fn hops() {
    let mut classifier = classifier();
    let samples = vec![0.1; 50_000];
    let pcm = Pcm::new(&samples, SampleRate::new(22_050).unwrap()).unwrap();
    for hop in [0.0, -0.5, f64::NAN, f64::INFINITY, 1e9] {
        let error = classifier.classify_with_hop(pcm, hop).unwrap_err();
        assert_eq!(error.code(), "config", "{hop}");
    }
}

#[test]
fn bytes_that_are_not_a_model() {
    let mut state = 9u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        (0..length).map(next).collect()
    };
    let mut files = vec![Vec::new(), b"<!doctype html><title>404</title>".to_vec()];
    files.extend([1, 10, 1_000, 100_000].map(&mut noise));
    for bytes in &files {
        let error = Model::from_onnx(bytes).expect_err("no model");
        assert_eq!(error.code(), "model-format", "{} bytes: {error}", bytes.len());
    }
}

#[test]
fn damaged_models_never_panic() {
    let bytes = tiny().encode_to_vec();
    for length in (0..bytes.len()).step_by(bytes.len() / 40) {
        let error = Model::from_onnx(&bytes[..length]).expect_err("cut off");
        assert!(
            ["model-format", "metadata-missing", "metadata-invalid", "metadata-version"]
                .contains(&error.code()),
            "{length} bytes: {error}"
        );
    }
    let mut state = 5u32;
    for _ in 0..150 {
        let mut damaged = bytes.clone();
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = state as usize % damaged.len();
        damaged[at] ^= 1 << (state >> 29);
        // Some damage is harmless; the rest must give a typed error.
        if let Err(error) = Model::from_onnx(&damaged) {
            assert!(sourcing_sound::ERROR_CODES.contains(&error.code()));
        }
    }
}

/// The first depthwise convolution loses its padding, so that its output cannot be added to its
/// input. The general engine would compute with both sizes for ever.
#[test]
fn a_deep_network_whose_shapes_do_not_fit_together() {
    let bytes = include_bytes!("../models/everyday/model.onnx");
    let mut model = ModelProto::decode(&bytes[..]).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let group = |node: &NodeProto| node.attribute.iter().find(|a| a.name == "group").map(|a| a.i);
    let depthwise = graph.node.iter_mut().find(|node| group(node).is_some_and(|group| group > 1));
    depthwise.unwrap().attribute.retain(|attribute| attribute.name != "pads");
    let error = refusal(&model);
    assert_eq!(error.code(), "model-format", "{error}");
    assert!(error.to_string().contains("do not fit together"), "{error}");
}

#[test]
fn a_valid_onnx_without_metadata() {
    let mut model = tiny();
    model.metadata_props.clear();
    let error = refusal(&model);
    assert_eq!(error.code(), "metadata-missing");
    assert!(error.to_string().contains("format_version"), "{error}");
}

#[test]
fn every_missing_key_is_named() {
    let complete = tiny();
    for missing in 0..complete.metadata_props.len() {
        let mut model = complete.clone();
        let key = model.metadata_props.remove(missing).key;
        let error = refusal(&model);
        assert_eq!(error.kind(), &ErrorKind::MetadataMissing { key });
    }
}

#[test]
fn a_newer_format() {
    for version in ["2", "0", "", "one"] {
        assert_eq!(refusal(&with_prop("format_version", version)).code(), "metadata-version");
    }
}

#[test]
fn metadata_values_out_of_range_are_named() {
    let cases = [
        ("labels", "not json"),
        ("labels", "[]"),
        ("labels", r#"["a","a","b"]"#),
        ("labels", r#"["a","","b"]"#),
        ("sample_rate", "0"),
        ("sample_rate", "-22050"),
        ("sample_rate", "99999999999"),
        ("n_fft", "0"),
        ("n_fft", "1023"),
        ("n_fft", "18446744073709551615"),
        ("win_length", "2048"),
        ("hop_length", "0"),
        ("window", "hamming"),
        ("center", "yes"),
        ("power", "3"),
        ("n_mels", "0"),
        ("n_mels", "100000"),
        ("f_min", "-1"),
        ("f_min", "NaN"),
        ("f_max", "20000"),
        ("mel_scale", "bark"),
        ("norm", "l2"),
        ("log", "none"),
        ("log_offset", "0"),
        ("mean", "NaN"),
        ("std", "0"),
        ("std", "inf"),
        ("segment_frames", "0"),
        ("segment_frames", "999999999"),
        ("hop_seconds", "0"),
        ("hop_seconds", "NaN"),
        ("padding", "repeat"),
        ("activation", "relu"),
        ("temperature", "0"),
        ("rejection_threshold", "1.01"),
        ("smoothing_seconds", "-1"),
        ("event_on", "2"),
        ("event_off", "0.9"),
    ];
    for (key, value) in cases {
        let error = refusal(&with_prop(key, value));
        assert_eq!(error.code(), "metadata-invalid", "{key}={value:?}: {error}");
        assert!(error.to_string().contains(key), "{key}={value:?}: {error}");
    }
}

#[test]
fn metadata_that_do_not_fit_the_network() {
    let cases = [
        ("labels", r#"["a","b"]"#),
        ("labels", r#"["a","b","c","d"]"#),
        ("n_mels", "23"),
        ("segment_frames", "45"),
    ];
    for (key, value) in cases {
        let error = refusal(&with_prop(key, value));
        assert_eq!(error.code(), "model-mismatch", "{key}={value:?}: {error}");
    }
    let mut other = tiny_model::metadata();
    other.other_threshold = Some(0.5);
    assert_eq!(refusal(&tiny_model::model(&other)).code(), "model-mismatch");
}

#[test]
fn networks_of_another_shape() {
    let spoilt = |spoil: fn(&mut tract_onnx::pb::GraphProto)| {
        let mut model = tiny();
        spoil(model.graph.as_mut().unwrap());
        refusal(&model).code()
    };
    let two_inputs = spoilt(|graph| {
        graph.input.push(tiny_model::tensor_info("second", &[1, 1, 24, 44]));
    });
    assert_eq!(two_inputs, "model-mismatch");
    assert_eq!(spoilt(|graph| graph.input.clear()), "model-mismatch");
    let flat = spoilt(|graph| graph.input[0] = tiny_model::tensor_info("features", &[24, 44]));
    assert_eq!(flat, "model-mismatch");
    let two_outputs = spoilt(|graph| {
        graph.output.push(tiny_model::tensor_info("mean", &[1, 3, 1, 1]));
    });
    assert_eq!(two_outputs, "model-mismatch");
    // The output before the last node has four dimensions.
    let unflattened = spoilt(|graph| {
        graph.output[0] = tiny_model::tensor_info("mean", &[1, 3, 1, 1]);
    });
    assert_eq!(unflattened, "model-mismatch");
    assert_eq!(spoilt(|graph| graph.node[2].op_type = "Nonsense".into()), "model-format");
    assert_eq!(spoilt(|graph| graph.node[0].input[0] = "nowhere".into()), "model-format");
    let mut hollow = tiny();
    hollow.graph = None;
    assert_eq!(refusal(&hollow).code(), "model-format");
}

#[test]
fn a_network_that_returns_nan() {
    let mut model = tiny();
    let weights = &mut model.graph.as_mut().unwrap().initializer[0].float_data;
    weights.fill(f32::NAN);
    let mut classifier = Classifier::new(load(&model).unwrap()).unwrap();
    let samples = vec![0.1; 22_050];
    let pcm = Pcm::new(&samples, SampleRate::new(22_050).unwrap()).unwrap();
    assert_eq!(classifier.classify(pcm).unwrap_err().code(), "inference");
}

#[test]
fn columns_that_do_not_fit() {
    let mut classifier = classifier();
    for values in [0, 1, 23, 25, 24 * 45] {
        let error = classifier.score_columns(&vec![0.0; values]).unwrap_err();
        assert_eq!(error.code(), "config", "{values} values");
    }
    assert_eq!(classifier.score_columns(&vec![0.0; 24 * 44]).unwrap().len(), 3);
}

#[test]
fn labels() {
    assert_eq!(Labels::new(Vec::new()).unwrap_err().code(), "config");
    let twice = vec!["dog".to_owned(), "dog".to_owned()];
    assert_eq!(Labels::new(twice).unwrap_err().code(), "config");
}

/// Returns the tiny model with more nodes before its convolution; the last one must output `input`.
fn with_nodes(nodes: Vec<NodeProto>, weights: Vec<TensorProto>) -> ModelProto {
    let mut model = tiny();
    let graph = model.graph.as_mut().unwrap();
    graph.node[0].input[0] = "input".to_owned();
    graph.node.splice(0..0, nodes);
    graph.initializer.extend(weights);
    model
}

fn int64(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![values.len() as i64],
        data_type: DataType::Int64 as i32,
        int64_data: values.to_vec(),
        ..Default::default()
    }
}

fn conv_with_pads(pads: i64) -> NodeProto {
    let ints = |name: &str, ints: Vec<i64>| AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints,
        ..Default::default()
    };
    NodeProto {
        attribute: vec![ints("kernel_shape", vec![24, 1]), ints("pads", vec![0, pads, 0, pads])],
        ..tiny_model::node("Conv", &["features", "bands"], "padded")
    }
}

/// A file of a kilobyte could make an engine take 100 GB or more.
#[test]
fn a_small_model_cannot_ask_for_much_memory() {
    let node = tiny_model::node;
    let huge = || int64("shape", &[1, 1, 160_000, 160_000]);
    let constant = with_nodes(
        vec![
            node("ConstantOfShape", &["shape"], "zeros"),
            node("GlobalMaxPool", &["zeros"], "zero"),
            node("Add", &["features", "zero"], "input"),
        ],
        vec![huge()],
    );
    let tiled = with_nodes(
        vec![node("Tile", &["features", "shape"], "tiles"), node("Relu", &["tiles"], "input")],
        vec![huge()],
    );
    let computed = with_nodes(
        vec![
            node("Mul", &["shape", "shape"], "squared"),
            node("ConstantOfShape", &["squared"], "zeros"),
            node("GlobalMaxPool", &["zeros"], "zero"),
            node("Add", &["features", "zero"], "input"),
        ],
        vec![int64("shape", &[1, 1, 600, 600])],
    );
    let padded = with_nodes(
        vec![conv_with_pads(1 << 33), node("GlobalMaxPool", &["padded"], "input")],
        Vec::new(),
    );
    for (name, model) in
        [("constant", constant), ("tiled", tiled), ("computed", computed), ("padded", padded)]
    {
        assert!(model.encoded_len() < 5_000, "{name}: {} bytes", model.encoded_len());
        let error = refusal(&model);
        assert_eq!(error.code(), "limit", "{name}: {error}");
    }
}
