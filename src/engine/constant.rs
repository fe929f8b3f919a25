//! Constant tensors of a graph: weights in the types in which files store them, widened to `f32`,
//! and the few operators that graphs use to unpack them.

use super::onnx::{Node, Tensor};
use super::uncovered::Uncovered;
use half::f16;
use sourcing_sound_kernels::scale_rows;
use std::rc::Rc;

/// The most numbers in one constant: 256 MiB of `f32`.
const MAX_LEN: usize = 64 << 20;
/// The most dimensions of a constant.
pub(super) const MAX_RANK: usize = 8;

/// A tensor with values that are known before the network runs.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) dims: Vec<usize>,
    pub(super) data: Data,
}

/// Shapes and axes are integers; all other values are numbers to compute with.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Float(Rc<Vec<f32>>),
    /// Signed bytes, widened only when they are multiplied.
    Steps(Rc<Vec<u8>>),
    Int(Rc<Vec<i64>>),
}

impl Constant {
    /// Reads a tensor of the file.
    pub(super) fn read(tensor: &Tensor) -> Result<Self, Uncovered> {
        if tensor.data_location != 0 {
            return Err(Uncovered::new("weights in another file"));
        }
        let dims = dimensions(&tensor.dims)?;
        let raw = tensor.raw_data;
        // Before the values are widened, which may take four times the memory.
        let len = dims.iter().product::<usize>();
        if !raw.is_empty() && bytes_of(tensor.data_type).is_some_and(|each| raw.len() != len * each)
        {
            return Err(Uncovered::new(format!("{} bytes of a constant {dims:?}", raw.len())));
        }
        let data = match tensor.data_type {
            1 if raw.is_empty() => Data::float(tensor.float_data.clone()),
            1 => Data::float(read_raw(raw, f32::from_le_bytes)),
            2 if raw.is_empty() => Data::float(widen(&tensor.int32_data)),
            2 => Data::float(raw.iter().map(|&byte| f32::from(byte)).collect()),
            3 if raw.is_empty() => Data::float(widen(&tensor.int32_data)),
            3 => Data::Steps(Rc::new(raw.to_vec())),
            6 if raw.is_empty() => Data::int(tensor.int32_data.clone()),
            6 => Data::int(read_raw(raw, |bytes| i32::from_le_bytes(bytes).into())),
            7 if raw.is_empty() => Data::int(tensor.int64_data.clone()),
            7 => Data::int(read_raw(raw, i64::from_le_bytes)),
            10 => Data::float(read_raw(raw, |bytes| f16::from_le_bytes(bytes).to_f32())),
            other => return Err(Uncovered::new(format!("weights of ONNX's data type {other}"))),
        };
        Constant { dims, data }.checked()
    }

    fn checked(self) -> Result<Self, Uncovered> {
        let len = match &self.data {
            Data::Float(values) => values.len(),
            Data::Steps(values) => values.len(),
            Data::Int(values) => values.len(),
        };
        match self.dims.iter().product::<usize>() == len {
            true => Ok(self),
            false => {
                Err(Uncovered::new(format!("a constant of {len} values, not {:?}", self.dims)))
            }
        }
    }

    pub(super) fn floats(&self) -> Result<Rc<Vec<f32>>, Uncovered> {
        match &self.data {
            Data::Float(values) => Ok(Rc::clone(values)),
            Data::Steps(steps) => Ok(Rc::new(scale_rows(steps, steps.len(), &[1.0]))),
            Data::Int(_) => Err(Uncovered::new("integers where weights should be")),
        }
    }

    pub(super) fn ints(&self) -> Result<&[i64], Uncovered> {
        match &self.data {
            Data::Int(values) => Ok(values),
            _ => Err(Uncovered::new("weights where integers should be")),
        }
    }

    /// Returns the value if there is exactly one.
    pub(super) fn scalar(&self) -> Option<f32> {
        match &self.data {
            Data::Float(values) if values.len() == 1 => Some(values[0]),
            _ => None,
        }
    }
}

impl Data {
    fn float(values: Vec<f32>) -> Self {
        Data::Float(Rc::new(values))
    }

    fn int(values: Vec<i64>) -> Self {
        Data::Int(Rc::new(values))
    }
}

/// Runs an operator on constant inputs; `None` for operators that do not serve to unpack weights.
pub(super) fn fold(node: &Node, inputs: &[&Constant]) -> Result<Option<Constant>, Uncovered> {
    let folded = match (node.op_type, inputs) {
        ("Constant", []) => match node.attribute("value").and_then(|value| value.t.as_ref()) {
            Some(tensor) => Constant::read(tensor)?,
            None => return Err(Uncovered::new("a Constant that is not a tensor")),
        },
        ("Identity", [value]) => (*value).clone(),
        ("Cast", [value]) => cast(value, node.int("to", 0))?,
        ("Mul", [a, b]) => multiply(a, b)?,
        ("Reshape", [value, shape]) => reshape(value, shape)?,
        _ => return Ok(None),
    };
    Ok(Some(folded))
}

fn cast(value: &Constant, to: i64) -> Result<Constant, Uncovered> {
    match (to, &value.data) {
        (1, Data::Float(_) | Data::Steps(_)) | (7, Data::Int(_)) => Ok(value.clone()),
        (1, Data::Int(values)) => {
            let values = values.iter().map(|&value| value as f32).collect();
            Ok(Constant { dims: value.dims.clone(), data: Data::float(values) })
        }
        _ => Err(Uncovered::new(format!("a Cast to ONNX's data type {to}"))),
    }
}

/// Multiplies element by element; `b` may have one value per row, or a single one.
fn multiply(a: &Constant, b: &Constant) -> Result<Constant, Uncovered> {
    if b.dims.len() > a.dims.len() {
        return Err(Uncovered::new(format!("a Mul of {:?} by {:?}", a.dims, b.dims)));
    }
    let factors = b.floats()?;
    let len = a.dims.iter().product::<usize>();
    let per_row = b.dims.len() == a.dims.len()
        && b.dims.first() == a.dims.first()
        && b.dims.iter().skip(1).all(|&size| size == 1);
    let row = match factors.len() {
        0 => return Err(Uncovered::new("a Mul of an empty constant")),
        _ if a.dims == b.dims => 1,
        1 => len,
        rows if per_row => len / rows,
        _ => return Err(Uncovered::new(format!("a Mul of {:?} by {:?}", a.dims, b.dims))),
    };
    let product = match &a.data {
        Data::Steps(steps) => scale_rows(steps, row, &factors),
        _ => {
            let mut product = a.floats()?.to_vec();
            for (row, factor) in product.chunks_mut(row.max(1)).zip(&*factors) {
                row.iter_mut().for_each(|value| *value *= factor);
            }
            product
        }
    };
    Ok(Constant { dims: a.dims.clone(), data: Data::float(product) })
}

fn reshape(value: &Constant, shape: &Constant) -> Result<Constant, Uncovered> {
    let dims = dimensions(shape.ints()?)?;
    Constant { dims, data: value.data.clone() }.checked()
}

fn dimensions(dims: &[i64]) -> Result<Vec<usize>, Uncovered> {
    let sizes: Option<Vec<usize>> = dims.iter().map(|&size| usize::try_from(size).ok()).collect();
    let len =
        |sizes: &Vec<usize>| sizes.iter().try_fold(1_usize, |len, &size| len.checked_mul(size));
    sizes
        .filter(|sizes| sizes.len() <= MAX_RANK && len(sizes).is_some_and(|len| len <= MAX_LEN))
        .ok_or_else(|| Uncovered::new("a constant of such a shape"))
}

/// Returns the bytes of a number in the file; `None` for types that are not read.
fn bytes_of(data_type: i64) -> Option<usize> {
    match data_type {
        2 | 3 => Some(1),
        10 => Some(2),
        1 | 6 => Some(4),
        7 => Some(8),
        _ => None,
    }
}

fn read_raw<const N: usize, T>(raw: &[u8], convert: impl Fn([u8; N]) -> T) -> Vec<T> {
    raw.as_chunks().0.iter().map(|&bytes| convert(bytes)).collect()
}

fn widen(values: &[i64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}
