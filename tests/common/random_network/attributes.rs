//! Attributes of nodes.

use tract_onnx::pb::{AttributeProto, attribute_proto::AttributeType};

pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    let (name, r#type) = (name.to_owned(), AttributeType::Float as i32);
    AttributeProto { name, r#type, f: value, ..Default::default() }
}

pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    let (name, r#type) = (name.to_owned(), AttributeType::String as i32);
    AttributeProto { name, r#type, s: value.as_bytes().to_vec(), ..Default::default() }
}

pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    let (name, r#type) = (name.to_owned(), AttributeType::Ints as i32);
    AttributeProto { name, r#type, ints: values.to_vec(), ..Default::default() }
}

pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    let (name, r#type) = (name.to_owned(), AttributeType::Int as i32);
    AttributeProto { name, r#type, i: value, ..Default::default() }
}
