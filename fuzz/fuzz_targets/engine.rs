//! Networks of the lean engine's operators with any attributes: if it runs one, the general engine
//! must return the same numbers. A second run gives the same, and allocates nothing for the layers.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use prost::Message;
use sourcing_sound::{Classifier, Engine, Model, Pcm, SampleRate};
use sourcing_sound_fuzz::tiny::{
    random::Random,
    random_network::random_model,
    tiny_model::{node, tensor_info},
};
use sourcing_sound_fuzz::{foreign, memory, sound};
use tract_onnx::pb::{
    AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType,
};

const MOST_BYTES: usize = 1 << 30;
/// The engines add in different orders.
const TOLERANCE: f32 = 2e-3;
/// Of a run: the laid-out features, each output, and the list of them.
const MOST_ALLOCATIONS: usize = 4;
/// With larger weights, a sum can overflow in one order but not in another.
const LARGEST_WEIGHT: f32 = 1e3;

#[derive(Debug)]
struct Network {
    seed: u32,
    changes: Vec<Change>,
}

impl<'a> Arbitrary<'a> for Network {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let seed = input.arbitrary()?;
        let count = input.int_in_range(0..=6)?;
        let changes = (0..count).map(|_| input.arbitrary()).collect::<Result<_>>()?;
        Ok(Network { seed, changes })
    }
}

/// A change to a valid network.
#[derive(Arbitrary, Debug)]
enum Change {
    /// Changes an attribute's value.
    Attribute { node: u8, name: u8, values: Vec<Value> },
    /// Replaces one input by another value.
    Wire { node: u8, input: u8, from: u8 },
    /// Changes a dimension of a weight, but not its numbers.
    Dimension { weight: u8, index: u8, value: Value },
    /// Changes a weight's numbers.
    Numbers { weight: u8, value: f32 },
    /// Replaces the operator of a node.
    Operator { node: u8, name: u8 },
    /// Removes a node.
    Remove { node: u8 },
    /// Repeats a node.
    Repeat { node: u8, name: u8 },
    /// Changes a size of the declared input.
    Input { index: u8, value: Value },
}

#[derive(Arbitrary, Debug)]
enum Value {
    Small(i8),
    Any(i64),
    Power(u8),
}

impl Value {
    fn get(&self) -> i64 {
        match self {
            Value::Small(value) => i64::from(*value),
            Value::Any(value) => *value,
            Value::Power(bits) => 1 << (bits % 63),
        }
    }
}

const ATTRIBUTES: [&str; 10] = [
    "kernel_shape",
    "strides",
    "pads",
    "dilations",
    "group",
    "axis",
    "axes",
    "keepdims",
    "transB",
    "ceil_mode",
];
const OPERATORS: [&str; 20] = [
    "Conv",
    "MaxPool",
    "AveragePool",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Relu",
    "HardSwish",
    "HardSigmoid",
    "Sigmoid",
    "Add",
    "Mul",
    "Gemm",
    "Flatten",
    "ReduceMean",
    "ReduceMax",
    "BatchNormalization",
    "Clip",
    "Reshape",
    "Squeeze",
    "Identity",
];

fuzz_target!(init: {
    std::panic::set_hook(Box::new(foreign::only_own_panics));
}, |network: Network| {
    let (metadata, mut model) = random_model(&mut Random::new(u64::from(network.seed)));
    if let Some(graph) = &mut model.graph {
        for change in &network.changes {
            apply(change, graph);
        }
    }
    let bytes = model.encode_to_vec();
    // The general engine changes such padding if a later stride is moved into the window.
    let nodes = model.graph.iter().flat_map(|graph| &graph.node);
    let has_auto_pads =
        nodes.flat_map(|node| &node.attribute).any(|attribute| attribute.s.starts_with(b"SAME"));
    drop((metadata, model));
    let is_comparable = !has_auto_pads && !network.changes.iter().any(|change| match change {
        Change::Numbers { value, .. } => value.is_nan() || value.abs() > LARGEST_WEIGHT,
        _ => false,
    });
    memory::within(MOST_BYTES, || {
        let Some(scores) = on_lean(&bytes) else { return };
        if is_comparable {
            compare(&bytes, &scores);
        }
    });
});

fn on_lean(bytes: &[u8]) -> Option<Vec<f32>> {
    let (mut classifier, columns) = classifier(Model::from_onnx_on(bytes, Engine::Lean).ok()?)?;
    let scores = classifier.logits_of_columns(&columns).ok()?;
    let (again, count) = memory::allocations(|| classifier.logits_of_columns(&columns));
    assert!(count <= MOST_ALLOCATIONS, "{count} allocations");
    assert_eq!(again.as_ref().ok(), Some(&scores));
    Some(scores)
}

fn compare(bytes: &[u8], scores: &[f32]) {
    let Ok(general) = Model::from_onnx_on(bytes, Engine::General) else { return };
    let Some((mut classifier, columns)) = classifier(general) else { return };
    let Ok(expected) = classifier.logits_of_columns(&columns) else { return };
    // Large numbers may cancel out in one of the logits.
    let scale = expected.iter().fold(1.0, |most: f32, logit| most.max(logit.abs()));
    for (score, expected) in scores.iter().zip(&expected) {
        assert!((score - expected).abs() <= TOLERANCE * scale, "{scores:?}, not {expected:?}");
    }
}

/// With columns that its network takes.
fn classifier(model: Model) -> Option<(Classifier, Vec<f32>)> {
    let mut classifier = Classifier::new(model).ok()?;
    let samples = sound::noise(1, 22_050);
    let rate = SampleRate::new(22_050).expect("a usual rate");
    let metadata = classifier.metadata();
    // More columns than the network takes would be refused.
    let most = metadata.front_end.n_mels * metadata.input_frames();
    let mut columns = classifier.columns(Pcm::new(&samples, rate).expect("finite samples")).ok()?;
    columns.truncate(most);
    Some((classifier, columns))
}

fn apply(change: &Change, graph: &mut GraphProto) {
    match change {
        Change::Attribute { node, name, values } => {
            let Some(node) = pick(&mut graph.node, *node) else { return };
            let name = ATTRIBUTES[usize::from(*name) % ATTRIBUTES.len()];
            node.attribute.retain(|attribute| attribute.name != name);
            node.attribute.push(attribute(name, values));
        }
        Change::Wire { node, input, from } => {
            let names = names(graph);
            let name = names[usize::from(*from) % names.len()].clone();
            let Some(node) = pick(&mut graph.node, *node) else { return };
            match pick(&mut node.input, *input) {
                Some(input) => *input = name,
                None => node.input.push(name),
            }
        }
        Change::Dimension { weight, index, value } => {
            let Some(weight) = pick(&mut graph.initializer, *weight) else { return };
            if let Some(size) = pick(&mut weight.dims, *index) {
                *size = value.get();
            }
        }
        Change::Numbers { weight, value } => {
            if let Some(weight) = pick(&mut graph.initializer, *weight) {
                weight.float_data.iter_mut().step_by(3).for_each(|number| *number = *value);
            }
        }
        Change::Operator { node, name } => {
            if let Some(node) = pick(&mut graph.node, *node) {
                node.op_type = OPERATORS[usize::from(*name) % OPERATORS.len()].to_owned();
            }
        }
        Change::Remove { node } => {
            if !graph.node.is_empty() {
                graph.node.remove(usize::from(*node) % graph.node.len());
            }
        }
        Change::Repeat { node, name } => repeat(graph, *node, *name),
        Change::Input { index, value } => {
            let mut shape = [1, 1, 16, 16];
            shape[usize::from(*index) % 4] = value.get().clamp(0, 1 << 40) as usize;
            graph.input = vec![tensor_info("features", &shape)];
        }
    }
}

/// Passes the value of one node through another one before it is used.
fn repeat(graph: &mut GraphProto, index: u8, operator: u8) {
    let Some(first) = pick(&mut graph.node, index) else { return };
    let Some(output) = first.output.first_mut() else { return };
    let (name, inner) = (output.clone(), format!("{output}'"));
    *output = inner.clone();
    let operator = OPERATORS[usize::from(operator) % OPERATORS.len()];
    let place = usize::from(index) % graph.node.len() + 1;
    graph.node.insert(place, NodeProto { ..node(operator, &[&inner], &name) });
}

fn names(graph: &GraphProto) -> Vec<String> {
    let nodes = graph.node.iter().flat_map(|node| node.output.iter().cloned());
    let weights = graph.initializer.iter().map(|TensorProto { name, .. }| name.clone());
    nodes.chain(weights).chain(["features".to_owned(), String::new()]).collect()
}

fn attribute(name: &str, values: &[Value]) -> AttributeProto {
    let ints: Vec<i64> = values.iter().take(8).map(Value::get).collect();
    let single = matches!(name, "group" | "axis" | "keepdims" | "transB" | "ceil_mode");
    let kind = if single { AttributeType::Int } else { AttributeType::Ints };
    AttributeProto {
        name: name.to_owned(),
        r#type: kind as i32,
        i: ints.first().copied().unwrap_or_default(),
        ints: if single { Vec::new() } else { ints },
        ..Default::default()
    }
}

fn pick<T>(items: &mut [T], index: u8) -> Option<&mut T> {
    let len = items.len().max(1);
    items.get_mut(usize::from(index) % len)
}
