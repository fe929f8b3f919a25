use super::onnx::{Attribute, Graph, Model, Node, Tensor, ValueInfo};
use super::{Uncovered, network};

const ROWS: usize = 9;
const COLUMNS: usize = 14;

/// Returns whole numbers, so that sums are exact in any order.
fn weights<'a>(name: &'a str, dims: &[i64]) -> Tensor<'a> {
    let len: i64 = dims.iter().product();
    let values = (0..len).map(|index| (index * 7 % 5 - 2) as f32);
    let (dims, float_data) = (dims.to_vec(), values.collect());
    Tensor { name, dims, data_type: 1, float_data, ..Tensor::default() }
}

fn node<'a>(
    op_type: &'a str,
    input: &[&'a str],
    output: &'a str,
    attributes: &[(&'a str, &[i64])],
) -> Node<'a> {
    let attribute = attributes.iter().map(|(name, ints)| Attribute {
        name,
        i: ints[0],
        ints: ints.to_vec(),
        ..Attribute::default()
    });
    Node {
        op_type,
        input: input.to_vec(),
        output: vec![output],
        attribute: attribute.collect(),
        ..Node::default()
    }
}

/// Returns a network of a stem, a depthwise and a wide plain convolution, pooling and a linear
/// layer.
fn graph() -> Graph<'static> {
    let named = |name| ValueInfo { name, ..ValueInfo::default() };
    let all = &[1, 1, 1, 1][..];
    Graph {
        input: vec![named("features")],
        output: vec![named("logits")],
        initializer: vec![
            weights("stem", &[19, 1, 3, 3]),
            weights("depthwise", &[19, 1, 3, 3]),
            weights("plain", &[27, 19, 3, 3]),
            weights("linear", &[5, 27]),
        ],
        node: vec![
            node("Conv", &["features", "stem"], "a", &[("pads", all)]),
            node("Conv", &["a", "depthwise"], "b", &[("pads", all), ("group", &[19])]),
            node("Relu", &["b"], "c", &[]),
            node("Conv", &["c", "plain"], "d", &[("pads", all), ("strides", &[2, 2])]),
            node("GlobalMaxPool", &["d"], "e", &[]),
            node("Flatten", &["e"], "f", &[("axis", &[1])]),
            node("Gemm", &["f", "linear"], "logits", &[("transB", &[1])]),
        ],
    }
}

fn features() -> Vec<f32> {
    (0..ROWS * COLUMNS).map(|index| (index * 11 % 7) as f32 - 3.0).collect()
}

#[test]
fn a_run_leaves_nothing_for_the_next() {
    let network = network(&graph(), ROWS, COLUMNS).expect("every operator is covered");
    assert_eq!(network.output_lens().collect::<Vec<_>>(), [5]);
    let first = network.run(&features());
    assert!(first[0].iter().any(|&logit| logit != 0.0));
    assert_eq!(network.run(&features()), first);
}

#[test]
fn uncovered_operators_are_named() {
    let mut graph = graph();
    graph.node[2].op_type = "Erf";
    let refused = network(&graph, ROWS, COLUMNS).err();
    assert_eq!(refused, Some(Uncovered::new("the operator Erf")));
}

#[test]
fn a_node_that_writes_over_what_it_reads_is_refused() {
    let mut graph = graph();
    graph.initializer.push(weights("bias", &[19, 1, 1]));
    graph.node[2] = node("Add", &["b", "bias"], "b", &[]);
    let refused = network(&graph, ROWS, COLUMNS).err();
    assert_eq!(refused, Some(Uncovered::new("an operator that reads what it makes")));
}

#[test]
fn one_weight_in_many_nodes_does_not_become_gigabytes() {
    let names: Vec<String> = (0..200).map(|index| format!("weight{index}")).collect();
    let mut unpacked = graph();
    unpacked.initializer.extend([weights("small", &[1 << 20]), weights("half", &[1])]);
    unpacked.node.extend(names.iter().map(|name| node("Mul", &["small", "half"], name, &[])));
    let mut packed = graph();
    packed.initializer.push(weights("wide", &[1024, 19, 7, 7]));
    let conv = |name| node("Conv", &["a", "wide"], name, &[("pads", &[3, 3, 3, 3])]);
    packed.node.extend(names.iter().map(|name| conv(name)));
    for graph in [unpacked, packed] {
        let refused = network(&graph, ROWS, COLUMNS).err();
        assert_eq!(refused, Some(Uncovered::new("weights of so many numbers")));
    }
}

#[test]
fn operators_of_other_domains_are_refused_even_if_they_would_be_fused() {
    let mut graph = graph();
    graph.node[2].domain = "com.example";
    let refused = network(&graph, ROWS, COLUMNS).err();
    assert_eq!(refused, Some(Uncovered::new("the operator Relu of com.example")));
    graph.node[2].domain = "ai.onnx";
    assert!(network(&graph, ROWS, COLUMNS).is_ok());
}

/// As PyTorch exports ReLU6.
#[test]
fn constants_may_come_right_before_the_node_that_reads_them() {
    let constant = |name, value: f32| {
        let tensor = Tensor { data_type: 1, float_data: vec![value], ..Tensor::default() };
        let attribute = Attribute { name: "value", t: Some(tensor), ..Attribute::default() };
        Node { attribute: vec![attribute], ..node("Constant", &[], name, &[]) }
    };
    let mut graph = graph();
    let clip = node("Clip", &["b", "zero", "six"], "c", &[]);
    graph.node.splice(2..3, [constant("zero", 0.0), constant("six", 6.0), clip]);
    let run = |graph: &Graph| network(graph, ROWS, COLUMNS).map(|network| network.run(&features()));
    let found = run(&graph);
    // The constants first of all.
    graph.node[..4].rotate_left(2);
    assert_eq!(found, run(&graph));
    assert!(found.is_ok());
}

#[test]
fn a_value_may_be_subtracted_from_a_constant() {
    let run = |graph: &Graph| network(graph, ROWS, COLUMNS).expect("covered").run(&features());
    let mut graph = graph();
    let logits = run(&graph).concat();
    graph.initializer.push(Tensor { dims: vec![], ..weights("minus two", &[1]) });
    graph.node.push(node("Sub", &["minus two", "logits"], "less", &[]));
    graph.output[0].name = "less";
    let expected: Vec<f32> = logits.iter().map(|logit| -2.0 - logit).collect();
    assert_eq!(run(&graph).concat(), expected);
}

#[test]
fn weights_that_no_node_reads_count() {
    let bytes = vec![0; 60 << 20];
    let stored = |name| {
        let dims = vec![1 << 20, 60];
        Tensor { name, dims, data_type: 3, raw_data: &bytes, ..Tensor::default() }
    };
    let mut graph = graph();
    graph.initializer.extend([stored("one"), stored("two")]);
    assert!(network(&graph, ROWS, COLUMNS).is_ok());
    graph.initializer.push(stored("three"));
    let refused = network(&graph, ROWS, COLUMNS).err();
    assert_eq!(refused, Some(Uncovered::new("weights of so many numbers")));
}

#[test]
fn a_constant_of_another_size_is_refused() {
    for (data_type, bytes) in [(1, 12), (1, 11), (2, 4), (3, 2), (6, 13), (7, 8), (10, 5)] {
        let mut graph = graph();
        let raw_data = &[0; 13][..bytes];
        let dims = vec![3];
        graph.initializer.push(Tensor { dims, data_type, raw_data, ..Tensor::default() });
        let refused = network(&graph, ROWS, COLUMNS).err();
        let why = Uncovered::new(format!("{bytes} bytes of a constant [3]"));
        assert_eq!(refused, (bytes != 12).then_some(why), "type {data_type}");
    }
}

/// Inserting a million axes at the front would take hours.
#[test]
fn more_axes_than_a_constant_has_dimensions_are_refused() {
    for operator in ["Unsqueeze", "Squeeze"] {
        let mut graph = graph();
        let axes = vec![0; 1 << 20];
        graph.node[5] = node(operator, &["e"], "f", &[("axes", &axes)]);
        let refused = network(&graph, ROWS, COLUMNS).err();
        assert_eq!(refused, Some(Uncovered::new(format!("{operator} of [1, 27, 1, 1]"))));
    }
}

/// `[2]` times `[1, 1]` is `[1, 2]`.
#[test]
fn a_constant_is_not_multiplied_by_one_of_more_dimensions() {
    let mut graph = graph();
    graph.initializer.extend([weights("pair", &[2]), weights("scale", &[1, 1])]);
    graph.node.push(node("Mul", &["pair", "scale"], "product", &[]));
    let refused = network(&graph, ROWS, COLUMNS).err();
    assert_eq!(refused, Some(Uncovered::new("a Mul of [2] by [1, 1]")));
}

#[test]
fn constants_of_a_thousand_dimensions_are_refused() {
    let mut graph = graph();
    graph.initializer.push(weights("deep", &[1; 1000]));
    let refused = network(&graph, ROWS, COLUMNS).err();
    assert_eq!(refused, Some(Uncovered::new("a constant of such a shape")));
}

/// `[1, n, 1, 1]` and `[1, n]` add up to `[1, n, 1, n]`.
#[test]
fn a_map_and_a_vector_are_not_added() {
    let mut graph = graph();
    graph.initializer.extend([weights("point", &[27, 27, 1, 1]), weights("square", &[27, 27])]);
    graph.node.truncate(6);
    graph.node.extend([
        node("Gemm", &["f", "square"], "vector", &[]),
        node("Conv", &["e", "point"], "map", &[]),
        node("Add", &["map", "vector"], "sum", &[]),
        node("Flatten", &["sum"], "logits", &[("axis", &[1])]),
    ]);
    assert!(network(&graph, ROWS, COLUMNS).is_err_and(|why| why.to_string().starts_with("Add")));
}

#[test]
fn the_format_skips_fields_that_it_does_not_list() {
    // Field 2, producer_name; field 7, a graph of one node of type Relu.
    let bytes = [b"\x12\x03abc".as_slice(), b"\x3a\x08\x0a\x06\x22\x04Relu"].concat();
    let graph = Model::read(&bytes).and_then(|model| model.graph).expect("a graph");
    assert_eq!(graph.node[0].op_type, "Relu");
    for len in (1..bytes.len()).filter(|&len| len != 5) {
        assert!(Model::read(&bytes[..len]).is_none(), "cut off after {len} bytes");
    }
    assert!(Model::read(b"\x3a\x04\x0a\x02\x22\xff").is_none(), "a length without an end");
}

/// A byte of packed integers takes eight in memory.
#[test]
fn a_file_of_many_packed_integers_is_refused() {
    let field = |key: u8, body: &[u8]| {
        let length = [0, 7, 14, 21].map(|shift| (body.len() >> shift) as u8 | 0x80);
        [&[key][..], &length, &[0], body].concat()
    };
    // Of the graph (7) an initializer (5), and of that the values (7).
    let file = |len: usize| field(0x3a, &field(0x2a, &field(0x3a, &vec![0; len])));
    let few = file(1_000);
    let graph = Model::read(&few).and_then(|model| model.graph).expect("a graph");
    assert_eq!(graph.initializer[0].int64_data.len(), 1_000);
    assert!(Model::read(&file(33 << 20)).is_none());
}

#[test]
fn a_file_of_millions_of_empty_nodes_is_refused() {
    let nodes = [0x0a, 0].repeat(2 << 20);
    // Field 7 and its length, 2^22.
    let bytes = [&[0x3a, 0x80, 0x80, 0x80, 0x02], &nodes[..]].concat();
    assert!(Model::read(&bytes).is_none());
}
