//! Reads samples from numpy arrays. float32 is borrowed; other types are converted block by block,
//! so that a whole recording is never copied.

use std::panic::{AssertUnwindSafe, catch_unwind};

use numpy::ndarray::{ArrayView1, ArrayView2, ArrayViewD, Axis, Ix2, s};
use numpy::{
    Element, PyArray1, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn,
    PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::prelude::*;

use crate::error::{Failure, Result};

/// Looks up everything that is needed from numpy in advance. On first use, that would happen in the
/// middle of a call, where an interrupted import of numpy would panic.
#[pyfunction]
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    let found = catch_unwind(AssertUnwindSafe(|| {
        PyArray1::<f32>::zeros(py, 1, false).try_readonly().map(drop)
    }));
    match found {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure::coded("internal", error.to_string()).into()),
        Err(panic) => Err(Failure::panic(&*panic).into()),
    }
}

/// An array that is not written to while this exists.
pub(crate) enum Held<'py> {
    F32(PyReadonlyArrayDyn<'py, f32>),
    F64(PyReadonlyArrayDyn<'py, f64>),
    I16(PyReadonlyArrayDyn<'py, i16>),
    I32(PyReadonlyArrayDyn<'py, i32>),
}

/// The samples of an array, `[channels][frames]`.
#[derive(Clone)]
pub(crate) enum View<'a> {
    F32(ArrayView2<'a, f32>),
    F64(ArrayView2<'a, f64>),
    I16(ArrayView2<'a, i16>),
    I32(ArrayView2<'a, i32>),
}

impl<'py> Held<'py> {
    /// # Errors
    /// `config` for something that is not an array, or has another type of numbers.
    pub(crate) fn new(array: &Bound<'py, PyAny>) -> Result<Self> {
        let Ok(untyped) = array.cast::<PyUntypedArray>() else {
            let given = array.get_type();
            return Err(Failure::Type(format!("expected a numpy array, not {given}")));
        };
        if let Some(array) = typed(array)? {
            return Ok(Held::F32(array));
        }
        if let Some(array) = typed(array)? {
            return Ok(Held::I16(array));
        }
        if let Some(array) = typed(array)? {
            return Ok(Held::F64(array));
        }
        if let Some(array) = typed(array)? {
            return Ok(Held::I32(array));
        }
        let given = untyped.dtype().typeobj().name()?.to_string();
        let order = if untyped.dtype().is_native_byteorder() == Some(false) {
            " of another byte order"
        } else {
            ""
        };
        Err(Failure::Type(format!(
            "the samples are {given}{order}, expected float32 or float64 (full scale ±1), int16 or \
             int32"
        )))
    }

    /// # Errors
    /// `audio-channels` for other than one or two dimensions.
    pub(crate) fn view(&self) -> Result<View<'_>> {
        Ok(match self {
            Held::F32(array) => View::F32(planes(array.as_array())?),
            Held::F64(array) => View::F64(planes(array.as_array())?),
            Held::I16(array) => View::I16(planes(array.as_array())?),
            Held::I32(array) => View::I32(planes(array.as_array())?),
        })
    }
}

/// Returns the array, if it has numbers of this type.
fn typed<'py, T: Element>(array: &Bound<'py, PyAny>) -> Result<Option<PyReadonlyArrayDyn<'py, T>>> {
    let Ok(array) = array.cast::<PyArrayDyn<T>>() else { return Ok(None) };
    let borrowed = array.try_readonly();
    let borrowed = borrowed.map_err(|error| Failure::coded("busy", error.to_string()))?;
    Ok(Some(borrowed))
}

fn planes<T>(view: ArrayViewD<'_, T>) -> Result<ArrayView2<'_, T>> {
    let shape = view.shape().to_vec();
    let view = if view.ndim() == 1 { view.insert_axis(Axis(0)) } else { view };
    view.into_dimensionality::<Ix2>().map_err(|_| {
        Failure::coded(
            "audio-channels",
            format!(
                "the samples have the shape {shape:?}, expected (samples,) or (channels, samples)"
            ),
        )
    })
}

impl<'a> View<'a> {
    pub(crate) fn channels(&self) -> usize {
        match self {
            View::F32(view) => view.nrows(),
            View::F64(view) => view.nrows(),
            View::I16(view) => view.nrows(),
            View::I32(view) => view.nrows(),
        }
    }

    pub(crate) fn frames(&self) -> usize {
        match self {
            View::F32(view) => view.ncols(),
            View::F64(view) => view.ncols(),
            View::I16(view) => view.ncols(),
            View::I32(view) => view.ncols(),
        }
    }

    /// Borrows one channel from memory, if it is float32 without gaps.
    pub(crate) fn borrowed(&self, channel: usize) -> Option<&'a [f32]> {
        match self {
            View::F32(view) => (*view).index_axis_move(Axis(0), channel).to_slice(),
            _ => None,
        }
    }

    /// Appends frames `from` to `to` of one channel to `output`.
    pub(crate) fn read(&self, channel: usize, (from, to): (usize, usize), output: &mut Vec<f32>) {
        match self {
            View::F32(view) => append(view.row(channel), from, to, |x| x, output),
            View::F64(view) => append(view.row(channel), from, to, |x| x as f32, output),
            View::I16(view) => append(view.row(channel), from, to, short, output),
            View::I32(view) => append(view.row(channel), from, to, long, output),
        }
    }

    /// Appends frames `from` to `to` of all channels to `output`, interleaved.
    pub(crate) fn interleave(&self, (from, to): (usize, usize), output: &mut Vec<f32>) {
        match self {
            View::F32(view) => weave(view, from, to, |x| x, output),
            View::F64(view) => weave(view, from, to, |x| x as f32, output),
            View::I16(view) => weave(view, from, to, short, output),
            View::I32(view) => weave(view, from, to, long, output),
        }
    }
}

fn append<T: Copy>(
    row: ArrayView1<'_, T>,
    from: usize,
    to: usize,
    convert: impl Fn(T) -> f32,
    output: &mut Vec<f32>,
) {
    output.extend(row.slice(s![from..to]).iter().map(|&sample| convert(sample)));
}

fn weave<T: Copy>(
    view: &ArrayView2<'_, T>,
    from: usize,
    to: usize,
    convert: impl Fn(T) -> f32,
    output: &mut Vec<f32>,
) {
    output.extend(view.slice(s![.., from..to]).t().iter().map(|&sample| convert(sample)));
}

/// As in a file of 16 bits.
fn short(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// As in a file of 32 bits.
fn long(sample: i32) -> f32 {
    sample as f32 / 2_147_483_648.0
}
