use super::onnx::{Attribute, Graph, Model, Node, Tensor, ValueInfo};
use super::{Uncovered, network};
use prost::Message;

const ROWS: usize = 9;
const COLUMNS: usize = 14;

/// Whole numbers, with which sums are exact in any order.
fn weights(name: &str, dims: &[i64]) -> Tensor {
    let len: i64 = dims.iter().product();
    let values = (0..len).map(|index| (index * 7 % 5 - 2) as f32);
    let (name, dims) = (name.to_owned(), dims.to_vec());
    Tensor { name, dims, data_type: 1, float_data: values.collect(), ..Tensor::default() }
}

fn node(op_type: &str, input: &[&str], output: &str, attributes: &[(&str, &[i64])]) -> Node {
    let attribute = attributes.iter().map(|(name, ints)| Attribute {
        name: (*name).to_owned(),
        i: ints[0],
        ints: ints.to_vec(),
        ..Attribute::default()
    });
    Node {
        op_type: op_type.to_owned(),
        input: input.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute: attribute.collect(),
        ..Node::default()
    }
}

/// A stem, a depthwise and a wide plain convolution, pooling and a linear layer.
fn graph() -> Graph {
    let named = |name: &str| ValueInfo { name: name.to_owned(), ..ValueInfo::default() };
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
fn nothing_of_a_run_is_left_for_the_next_one() {
    let network = network(&graph(), ROWS, COLUMNS).expect("every operator is covered");
    assert_eq!(network.output_lens().collect::<Vec<_>>(), [5]);
    let first = network.run(&features());
    assert!(first[0].iter().any(|&logit| logit != 0.0));
    assert_eq!(network.run(&features()), first);
}

#[test]
fn what_is_not_covered_is_named() {
    let mut graph = graph();
    graph.node[2].op_type = "Erf".to_owned();
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
fn the_format_skips_fields_that_it_does_not_list() {
    let model = Model { graph: Some(graph()), metadata_props: vec![] };
    let mut bytes = model.encode_to_vec();
    // Field 2, producer_name.
    bytes.extend([0x12, 3, b'a', b'b', b'c']);
    assert_eq!(Model::decode(&bytes[..]), Ok(model));
}
