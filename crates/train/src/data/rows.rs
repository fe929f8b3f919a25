//! Rows of numbers for a list of sounds, cached on disk.
//!
//! A sound that failed has no rows, and the next run tries it again: the file may have been
//! unreadable only temporarily.

use crate::data::cache;
use crate::nn::arrays;
use crate::nn::net::Array;
use anyhow::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// The rows of a list of sounds, and a value that is stored with them.
pub struct Rows<T> {
    path: PathBuf,
    width: usize,
    /// What is written with the rows.
    pub value: T,
    /// An array `[rows][width]` for each sound; without rows until they are computed.
    pub arrays: Vec<Array>,
}

impl<T: Default + DeserializeOwned + Serialize> Rows<T> {
    /// Reads the rows of the sounds `names` from the file at `path`; none if there is no such file,
    /// or it is damaged or does not fit.
    pub fn read(path: PathBuf, width: usize, names: &[&str]) -> Self {
        let fits = |arrays: &[Array]| {
            let is_wide = |array: &Array| matches!(array.shape[..], [_, found] if found == width);
            arrays.len() == names.len() && arrays.iter().all(is_wide)
        };
        let (value, arrays) = cache::arrays(&path, fits).unwrap_or_else(|| {
            let empty = |name: &&str| {
                let (name, shape) = ((*name).to_owned(), vec![0, width]);
                Array { name, shape, values: Vec::new() }
            };
            (T::default(), names.iter().map(empty).collect())
        });
        Self { path, width, value, arrays }
    }

    /// Returns the indices of the sounds without rows.
    pub fn missing(&self) -> Vec<usize> {
        let arrays = self.arrays.iter().enumerate();
        arrays.filter(|(_, array)| array.values.is_empty()).map(|(index, _)| index).collect()
    }

    /// Adds the results for the sounds `missing`, and writes the file if there are new rows.
    /// Returns the errors of the other sounds by index.
    pub fn add(
        &mut self,
        missing: &[usize],
        results: impl IntoIterator<Item = Result<Vec<f32>>>,
    ) -> Result<Vec<(usize, Error)>> {
        let mut errors = Vec::new();
        let mut has_new = false;
        for (&index, result) in missing.iter().zip(results) {
            match result {
                Ok(values) => {
                    has_new |= !values.is_empty();
                    let array = &mut self.arrays[index];
                    array.shape = vec![values.len() / self.width, self.width];
                    array.values = values;
                }
                Err(error) => errors.push((index, error)),
            }
        }
        if has_new {
            let arrays: Vec<_> = self.arrays.iter().collect();
            arrays::write(&self.path, &self.value, &arrays)?;
        }
        Ok(errors)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;
    use anyhow::anyhow;

    #[test]
    fn failed_sounds_are_tried_again_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.bin");
        let read = |width: usize| Rows::<u32>::read(path.clone(), width, &["a", "b", "c"]);
        let mut rows = read(2);
        assert_eq!((rows.value, rows.missing()), (0, vec![0, 1, 2]));
        let all_fail = (0..3).map(|_| Err(anyhow!("no")));
        assert_eq!(rows.add(&[0, 1, 2], all_fail).unwrap().len(), 3);
        assert!(!path.exists(), "there is nothing to keep");

        rows.value = 7;
        let results = [Ok(vec![1.0, 2.0]), Err(anyhow!("busy")), Ok(vec![3.0, 4.0, 5.0, 6.0])];
        let errors = rows.add(&[0, 1, 2], results).unwrap();
        assert_eq!((errors.len(), errors[0].0, errors[0].1.to_string()), (1, 1, "busy".to_owned()));

        let mut again = read(2);
        assert_eq!((again.value, again.missing()), (7, vec![1]));
        assert!(again.add(&[1], [Ok(vec![8.0, 9.0])]).unwrap().is_empty());
        let whole = read(2);
        assert!(whole.missing().is_empty());
        let shapes: Vec<_> = whole.arrays.iter().map(|array| array.shape.clone()).collect();
        assert_eq!(shapes, [[1, 2], [1, 2], [2, 2]]);
        assert_eq!(read(3).missing(), [0, 1, 2], "rows of another width do not fit");
    }
}
