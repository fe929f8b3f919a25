//! What the general engine computes, compared with what ONNX defines.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod common {
    pub mod random;
    pub mod tiny_model;
}

use common::random::Random;
use common::tiny_model::{LABELS, metadata, model, node, tensor_info};
use prost::Message;
use sourcing_sound::{Classifier, Engine, Model};
use tract_onnx::pb::{
    AttributeProto, ModelProto, NodeProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataType, tensor_shape_proto::dimension::Value, type_proto,
};

fn logits(model: &ModelProto) -> Vec<f32> {
    let model = Model::from_onnx_on(&model.encode_to_vec(), Engine::General).unwrap();
    let metadata = model.metadata().clone();
    let mut random = Random::new(1);
    let len = metadata.segment_frames * metadata.front_end.n_mels;
    let columns: Vec<f32> =
        (0..len).map(|_| metadata.mean + metadata.std * random.signed()).collect();
    Classifier::new(model).unwrap().logits_of_columns(&columns).unwrap()
}

/// Returns the tiny model with other nodes, which take its features and weights to its logits.
fn with_nodes(nodes: Vec<NodeProto>, constants: &[(&str, &[i64], &[f32])]) -> ModelProto {
    let mut model = model(&metadata());
    let graph = model.graph.as_mut().unwrap();
    graph.node = nodes;
    graph.initializer.extend(constants.iter().map(|(name, dims, values)| TensorProto {
        name: (*name).to_owned(),
        dims: dims.to_vec(),
        data_type: DataType::Float as i32,
        float_data: values.to_vec(),
        ..TensorProto::default()
    }));
    model
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..AttributeProto::default()
    }
}

fn with(mut node: NodeProto, attributes: &[AttributeProto]) -> NodeProto {
    node.attribute.extend_from_slice(attributes);
    node
}

fn assert_close(given: &[f32], expected: &[f32]) {
    assert_eq!(given.len(), expected.len());
    let close = given.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-4 * b.abs().max(1.0));
    assert!(close, "{given:?} instead of {expected:?}");
}

#[test]
fn a_convolution_is_subtracted_and_divided_by() {
    let convolution = || node("Conv", &["features", "bands"], "levels");
    let pooled = |last: NodeProto| {
        let mean = node("GlobalAveragePool", &["result"], "mean");
        with_nodes(
            vec![convolution(), last, mean, node("Flatten", &["mean"], "logits")],
            &[("offset", &[1, 3, 1, 1], &[3.0, -1.0, 0.5]), ("one", &[], &[1.0])],
        )
    };
    let plain = logits(&pooled(node("Add", &["levels", "offset"], "result")));
    let levels: Vec<f32> = plain.iter().zip([3.0, -1.0, 0.5]).map(|(sum, c)| sum - c).collect();
    let expected: Vec<f32> = levels.iter().zip([3.0, -1.0, 0.5]).map(|(x, c)| c - x).collect();
    assert_close(&logits(&pooled(node("Sub", &["offset", "levels"], "result"))), &expected);
    let expected: Vec<f32> = levels.iter().map(|x| 1.0 - x).collect();
    assert_close(&logits(&pooled(node("Sub", &["one", "levels"], "result"))), &expected);

    // Without the mean after it, so that the quotient of one column can be checked.
    let quotient = |divide: bool| {
        let mean = node("GlobalAveragePool", &["levels"], "mean");
        let last = match divide {
            true => node("Div", &["offset", "mean"], "result"),
            false => node("Add", &["mean", "zero"], "result"),
        };
        let constants: &[(&str, &[i64], &[f32])] =
            &[("offset", &[1, 3, 1, 1], &[3.0, -1.0, 0.5]), ("zero", &[], &[0.0])];
        let nodes = vec![convolution(), mean, last, node("Flatten", &["result"], "logits")];
        with_nodes(nodes, constants)
    };
    let levels = logits(&quotient(false));
    let expected: Vec<f32> = levels.iter().zip([3.0, -1.0, 0.5]).map(|(x, c)| c / x).collect();
    assert_close(&logits(&quotient(true)), &expected);
}

#[test]
fn same_padding_stays_when_a_stride_follows() {
    let kernel: Vec<f32> = (0..9).map(|n| n as f32 - 3.0).collect();
    let strided = |padding: AttributeProto| {
        let first = with(node("Conv", &["features", "kernel"], "first"), &[padding]);
        let strides = ints("strides", &[2, 2]);
        let nodes = vec![
            first,
            node("Relu", &["first"], "positive"),
            with(node("Conv", &["positive", "mix"], "mixed"), &[strides]),
            node("GlobalAveragePool", &["mixed"], "mean"),
            node("Flatten", &["mean"], "logits"),
        ];
        let constants: &[(&str, &[i64], &[f32])] =
            &[("kernel", &[1, 1, 3, 3], &kernel), ("mix", &[3, 1, 1, 1], &[1.0, -2.0, 0.5])];
        with_nodes(nodes, constants)
    };
    let same = AttributeProto {
        name: "auto_pad".to_owned(),
        r#type: AttributeType::String as i32,
        s: b"SAME_UPPER".to_vec(),
        ..AttributeProto::default()
    };
    let explicit = ints("pads", &[1, 1, 1, 1]);
    assert_close(&logits(&strided(same)), &logits(&strided(explicit)));
}

#[test]
fn stated_shapes_may_leave_the_batch_open() {
    let mut open = model(&metadata());
    let expected = logits(&open);
    let mut levels = tensor_info("levels", &[1, LABELS.len(), 1, 44]);
    let Some(type_proto::Value::TensorType(tensor)) =
        levels.r#type.as_mut().and_then(|kind| kind.value.as_mut())
    else {
        panic!("a tensor");
    };
    tensor.shape.as_mut().unwrap().dim[0].value = Some(Value::DimParam("batch".to_owned()));
    open.graph.as_mut().unwrap().value_info.push(levels);
    assert_close(&logits(&open), &expected);
}

#[test]
fn exports_that_cannot_be_run_say_what_to_do() {
    let refused = |change: fn(&mut ModelProto)| {
        let mut model = model(&metadata());
        change(&mut model);
        let error = Model::from_onnx(&model.encode_to_vec()).unwrap_err();
        assert_eq!(error.code(), "model-format");
        error.to_string()
    };
    let elsewhere =
        refused(|model| model.graph.as_mut().unwrap().initializer[0].data_location = Some(1));
    assert!(elsewhere.contains("onnx.save"), "{elsewhere}");
    let training = refused(|model| {
        let mode = AttributeProto {
            name: "training_mode".to_owned(),
            r#type: AttributeType::Int as i32,
            i: 1,
            ..AttributeProto::default()
        };
        model.graph.as_mut().unwrap().node[0].attribute.push(mode);
    });
    assert!(training.contains("model.eval()"), "{training}");
}
