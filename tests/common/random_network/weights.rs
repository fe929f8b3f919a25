//! Constants of random networks, stored in the ways in which files have them.

use super::super::random::Random;
use super::Graph;
use super::attributes::int;
use tract_onnx::pb::{
    AttributeProto, TensorProto, attribute_proto::AttributeType, tensor_proto::DataType,
};

impl Graph<'_> {
    /// Weights within ± `scale`, in one of the ways in which files store them.
    pub(super) fn weight(&mut self, dims: &[usize], scale: f32) -> String {
        let len: usize = dims.iter().product();
        match self.random.below(8) {
            0 => {
                // As the shipped models have them: a row of bytes per output, and its factor.
                let (rows, factor) = (dims[0], scale / 127.0);
                let bytes = (0..len).map(|_| self.random.below(255) as u8).collect();
                let bytes = self.raw(&[rows, len / rows], DataType::Int8, bytes);
                let factors = match self.random.one_in(2) {
                    true => self.constant(&[], vec![factor]),
                    false => self.constant(&[rows, 1], vec![factor; rows]),
                };
                let scaled = self.scaled(bytes, factors);
                let shape: Vec<i64> = dims.iter().map(|&size| size as i64).collect();
                let shape = self.integers(&shape);
                self.add("Reshape", vec![scaled, shape], vec![])
            }
            1 => {
                // Of 16 bits, between 2^-7 and 1.
                let half = |random: &mut Random| {
                    let (sign, exponent) = (random.below(2) << 15, (8 + random.below(7)) << 10);
                    ((sign | exponent | random.below(1 << 10)) as u16).to_le_bytes()
                };
                let bytes = (0..len).flat_map(|_| half(self.random)).collect();
                let halves = self.raw(dims, DataType::Float16, bytes);
                let factor = self.constant(&[], vec![scale]);
                self.scaled(halves, factor)
            }
            2 => {
                let values = self.random.signed_values(len, scale);
                let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                self.raw(dims, DataType::Float, bytes)
            }
            3 => {
                let values = self.random.signed_values(len, scale);
                self.constant(dims, values);
                let tensor = self.tensors.pop();
                let (name, r#type) = ("value".to_owned(), AttributeType::Tensor as i32);
                let value = AttributeProto { name, r#type, t: tensor, ..Default::default() };
                self.add("Constant", vec![], vec![value])
            }
            _ => {
                let values = self.random.signed_values(len, scale);
                self.constant(dims, values)
            }
        }
    }

    fn scaled(&mut self, values: String, factor: String) -> String {
        let widened = self.add("Cast", vec![values], vec![int("to", DataType::Float as i64)]);
        self.add("Mul", vec![widened, factor], vec![])
    }

    pub(super) fn constant(&mut self, dims: &[usize], values: Vec<f32>) -> String {
        let (data_type, float_data) = (DataType::Float as i32, values);
        self.tensor(dims, TensorProto { data_type, float_data, ..Default::default() })
    }

    pub(super) fn integers(&mut self, values: &[i64]) -> String {
        let (data_type, int64_data) = (DataType::Int64 as i32, values.to_vec());
        self.tensor(&[values.len()], TensorProto { data_type, int64_data, ..Default::default() })
    }

    fn raw(&mut self, dims: &[usize], kind: DataType, raw_data: Vec<u8>) -> String {
        self.tensor(dims, TensorProto { data_type: kind as i32, raw_data, ..Default::default() })
    }

    fn tensor(&mut self, dims: &[usize], tensor: TensorProto) -> String {
        let name = format!("constant{}", self.nodes.len() + self.tensors.len());
        let dims = dims.iter().map(|&size| size as i64).collect();
        self.tensors.push(TensorProto { name: name.clone(), dims, ..tensor });
        name
    }
}
