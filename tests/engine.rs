//! The lean engine against the general one: random networks of all its operators, the shipped
//! models, and graphs that are damaged.

mod common {
    pub mod random;
    pub mod random_network;
    pub mod tiny_model;
}

use common::random::Random;
use common::random_network::random_model;
use common::tiny_model;
use prost::Message;
use sourcing_sound::{Classifier, Engine, Model, ModelMetadata};
use tract_onnx::pb::ModelProto;

/// The most by which an output may differ, for outputs of about 1.
const TOLERANCE: f32 = 1e-4;
const EVERYDAY: &[u8] = include_bytes!("../models/everyday/model.onnx");
const URBAN_TINY: &[u8] = include_bytes!("../models/urban-v1/model.onnx");

/// Feature columns that vary as a sound's do: about ±2 after normalisation.
fn columns(metadata: &ModelMetadata, random: &mut Random) -> Vec<f32> {
    let len = metadata.segment_frames * metadata.front_end.n_mels;
    (0..len).map(|_| metadata.mean + 2.0 * metadata.std * random.signed()).collect()
}

/// The network's outputs on an engine.
fn logits(bytes: &[u8], engine: Engine, columns: &[f32]) -> Vec<f32> {
    let model =
        Model::from_onnx_on(bytes, engine).unwrap_or_else(|error| panic!("{engine}: {error}"));
    assert_eq!(model.engine(), engine);
    let mut classifier = Classifier::new(model).expect("a front end");
    classifier.logits_of_columns(columns).expect("finite outputs")
}

fn assert_equal(what: &str, bytes: &[u8], columns: &[f32]) {
    let lean = logits(bytes, Engine::Lean, columns);
    let general = logits(bytes, Engine::General, columns);
    assert_eq!(lean.len(), general.len());
    let scale = general.iter().fold(1.0_f32, |most, value| most.max(value.abs()));
    for (index, (a, b)) in lean.iter().zip(&general).enumerate() {
        assert!((a - b).abs() <= TOLERANCE * scale, "{what}: output {index} is {a}, not {b}");
    }
}

#[test]
fn random_networks_give_the_same_on_both_engines() {
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let (metadata, model) = random_model(&mut random);
        let columns = columns(&metadata, &mut random);
        assert_equal(&format!("network {seed}"), &model.encode_to_vec(), &columns);
    }
}

#[test]
fn shipped_models_run_on_the_lean_engine_as_on_the_general_one() {
    for (name, bytes) in [("everyday", EVERYDAY), ("urban-tiny", URBAN_TINY)] {
        let model = Model::from_onnx(bytes).expect(name);
        assert_eq!(model.engine(), Engine::Lean, "{name}");
        for seed in 0..5 {
            let columns = columns(model.metadata(), &mut Random::new(seed));
            assert_equal(name, bytes, &columns);
        }
    }
}

#[test]
fn a_run_does_not_depend_on_the_one_before() {
    let model = Model::from_onnx(EVERYDAY).expect("everyday");
    let (first, other) = (
        columns(model.metadata(), &mut Random::new(1)),
        columns(model.metadata(), &mut Random::new(2)),
    );
    let mut classifier = Classifier::new(model).expect("a front end");
    let before = classifier.logits_of_columns(&first).expect("finite outputs");
    classifier.logits_of_columns(&other).expect("finite outputs");
    assert_eq!(classifier.logits_of_columns(&first).expect("finite outputs"), before);
}

#[test]
fn a_model_with_other_operators_runs_on_the_general_engine() {
    let metadata = tiny_model::metadata();
    let mut model = tiny_model::model(&metadata);
    let graph = model.graph.as_mut().expect("a graph");
    let flatten = graph.node.last_mut().expect("a node");
    flatten.output = vec!["flat".to_owned()];
    graph.node.push(tiny_model::node("Tanh", &["flat"], "logits"));
    let bytes = model.encode_to_vec();
    assert_eq!(Model::from_onnx(&bytes).expect("a model").engine(), Engine::General);
    let refused = Model::from_onnx_on(&bytes, Engine::Lean).expect_err("an operator too many");
    assert_eq!(refused.code(), "model-operators");
    assert!(refused.to_string().contains("Tanh"), "{refused}");
}

/// Nothing in a graph may make the engine panic or take more memory than it is allowed.
#[test]
fn damaged_graphs_are_refused_or_run() {
    let mut outcomes = [0, 0];
    for seed in 0..1_500 {
        let mut random = Random::new(seed);
        let (metadata, mut model) = random_model(&mut random);
        for _ in 0..1 + random.below(3) {
            damage(&mut model, &mut random);
        }
        match Model::from_onnx_on(&model.encode_to_vec(), Engine::Lean) {
            Ok(model) => {
                let columns = columns(&metadata, &mut random);
                let mut classifier = Classifier::new(model).expect("a front end");
                // Damaged weights may overflow, which is an error and not a result.
                let _ = classifier.logits_of_columns(&columns);
                outcomes[0] += 1;
            }
            Err(error) => {
                assert!(
                    ["model-operators", "model-mismatch", "model-format"].contains(&error.code()),
                    "{error}"
                );
                outcomes[1] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|&count| count > 100), "both happen: {outcomes:?}");
}

fn damage(model: &mut ModelProto, random: &mut Random) {
    const SIZES: [i64; 9] = [-1, 0, 1, 2, 3, 7, 64, 1 << 20, i64::MAX];
    let graph = model.graph.as_mut().expect("a graph");
    let node = random.below(graph.node.len());
    let names: Vec<String> = graph.node.iter().flat_map(|node| node.output.clone()).collect();
    match random.below(6) {
        0 => {
            let dims = graph.initializer.iter_mut().flat_map(|tensor| &mut tensor.dims);
            let mut dims: Vec<&mut i64> = dims.collect();
            if !dims.is_empty() {
                let at = random.below(dims.len());
                *dims[at] = *random.pick(&SIZES);
            }
        }
        1 => {
            for attribute in &mut graph.node[node].attribute {
                attribute.i = *random.pick(&SIZES);
                if !attribute.ints.is_empty() {
                    let at = random.below(attribute.ints.len());
                    attribute.ints[at] = *random.pick(&SIZES);
                }
            }
        }
        2 => {
            let inputs = &mut graph.node[node].input;
            if !inputs.is_empty() {
                let at = random.below(inputs.len());
                inputs[at] = random.pick(&names).clone();
            }
        }
        3 => drop(graph.node.remove(node)),
        4 => {
            let (a, b) = (node, random.below(graph.node.len()));
            graph.node.swap(a, b);
        }
        _ => {
            let operators = ["Conv", "Gemm", "Add", "Mul", "MaxPool", "Flatten", "Relu", "Reshape"];
            graph.node[node].op_type = (*random.pick(&operators)).to_owned();
        }
    }
}
