//! The published checkpoint: a state dict in a zip, with a pickle that lists names and shapes.
//!
//! The parser builds tensors and nothing else: it never runs code that a pickle names, and checks
//! every size against the file before it allocates memory.

use super::layout::{Arrays, Layout};
use crate::nn::net::Array;
use anyhow::{Context, Result, bail, ensure};
use pytorch_reader::{DType, PytorchReader, Tensor};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The file in the checkpoint's folder.
const FILE: &str = "mn04_as.pt";
/// Largest accepted file in bytes: the checkpoint has 4 MB.
const MAX_BYTES: u64 = 64 << 20;
/// Most values of one tensor.
const MAX_VALUES: usize = 16 << 20;
/// Added to a variance before taking its square root.
const BATCH_NORM_EPSILON: f64 = 1e-3;

/// The network as published, batch norm folded.
pub struct Checkpoint {
    /// Its shape.
    pub layout: Layout,
    /// Its weights, in the order of [`Layout::arrays`].
    pub weights: Vec<Array>,
    /// SHA-256 of the file.
    pub sha256: String,
}

impl Checkpoint {
    /// Reads the checkpoint in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        Self::read_file(&path).with_context(|| format!("the checkpoint {}", path.display()))
    }

    fn read_file(path: &PathBuf) -> Result<Self> {
        let length = std::fs::metadata(path).context("cannot be read")?.len();
        ensure!(length <= MAX_BYTES, "has {length} bytes, expected at most {MAX_BYTES}");
        let sha256 = sha256_hex(&std::fs::read(path).context("cannot be read")?);
        let reader = PytorchReader::new(path).context("is no PyTorch state dict")?;
        let tensors = Tensors(reader.tensors());
        // A view with strides of 0 has any size that it claims, whatever is stored.
        let claimed = tensors.bytes();
        ensure!(claimed <= length, "has tensors of {claimed} bytes in a file of {length}");
        let arrays = fold(&tensors)?;
        let layout = Layout::of(&arrays)?;
        let weights = layout.ordered(arrays)?;
        Ok(Self { layout, weights, sha256 })
    }
}

/// Returns the SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tensors of a state dict.
struct Tensors<'a>(&'a HashMap<String, Tensor>);

impl Tensors<'_> {
    /// Returns the memory that reading all of them would take.
    fn bytes(&self) -> u64 {
        let sizes = self.0.values().map(|tensor| tensor.byte_len() as u64);
        sizes.fold(0, u64::saturating_add)
    }

    fn array(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>)> {
        let tensor = self.0.get(name).with_context(|| format!("there is no tensor {name}"))?;
        ensure!(tensor.dtype() == DType::F32, "{name}: f32 expected, not {:?}", tensor.dtype());
        let count = tensor.num_elements();
        ensure!(count <= MAX_VALUES, "{name}: {count} values, expected at most {MAX_VALUES}");
        let bytes = tensor.read().with_context(|| format!("reading {name}"))?;
        let (words, rest) = bytes.as_chunks::<4>();
        ensure!(rest.is_empty() && words.len() == count, "{name}: {} bytes", bytes.len());
        let values: Vec<f32> = words.iter().map(|&word| f32::from_le_bytes(word)).collect();
        ensure!(values.iter().all(|value| value.is_finite()), "{name}: a value is not finite");
        Ok((tensor.shape().to_vec(), values))
    }

    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>> {
        let (shape, values) = self.array(name)?;
        ensure!(shape == [len], "{name}: {len} values expected, not {shape:?}");
        Ok(values)
    }
}

/// Renames the tensors and folds each batch norm into the convolution before it.
fn fold(tensors: &Tensors<'_>) -> Result<Arrays> {
    let mut arrays = Arrays::new();
    let mut add = |name: String, shape: Vec<usize>, values: Vec<f32>| {
        arrays.insert(name.clone(), Array { name, shape, values });
    };
    let mut names: Vec<&String> = tensors.0.keys().collect();
    names.sort();
    for name in names {
        let Some(start) = name.strip_suffix(".weight") else { continue };
        let (shape, mut values) = tensors.array(name)?;
        let bias = match shape.len() {
            4 => fold_one(tensors, &batch_norm_of(start)?, shape[0], &mut values)?,
            2 => tensors.vector(&format!("{start}.bias"), shape[0])?,
            // A batch norm, which is folded with its convolution.
            1 => continue,
            _ => bail!("{name}: unexpected shape {shape:?}"),
        };
        let ours = our_name(start, tensors)?;
        add(format!("{ours}.weight"), shape, values);
        add(format!("{ours}.bias"), vec![bias.len()], bias);
    }
    Ok(arrays)
}

/// Returns the batch norm of a convolution: module 1 of a pair, in which the convolution is module
/// 0.
fn batch_norm_of(convolution: &str) -> Result<String> {
    let pair = convolution.strip_suffix(".0");
    Ok(format!("{}.1", pair.with_context(|| format!("unexpected tensor {convolution}.weight"))?))
}

/// Scales the kernels by their batch norm and returns the bias.
fn fold_one(
    tensors: &Tensors<'_>,
    norm: &str,
    channels: usize,
    kernels: &mut [f32],
) -> Result<Vec<f32>> {
    let vector = |part: &str| tensors.vector(&format!("{norm}.{part}"), channels);
    let (scale, shift) = (vector("weight")?, vector("bias")?);
    let (mean, variance) = (vector("running_mean")?, vector("running_var")?);
    ensure!(channels > 0 && kernels.len().is_multiple_of(channels), "{norm}: {channels} channels");
    let mut bias = Vec::with_capacity(channels);
    for (channel, kernel) in kernels.chunks_exact_mut(kernels.len() / channels).enumerate() {
        ensure!(variance[channel] >= 0.0, "{norm}: a variance is negative");
        let deviation = (f64::from(variance[channel]) + BATCH_NORM_EPSILON).sqrt();
        let factor = f64::from(scale[channel]) / deviation;
        kernel.iter_mut().for_each(|weight| *weight = (f64::from(*weight) * factor) as f32);
        bias.push((f64::from(shift[channel]) - f64::from(mean[channel]) * factor) as f32);
    }
    Ok(bias)
}

/// Translates names: `features.4.block.1.0` is `block3.depthwise`, and so on.
fn our_name(theirs: &str, tensors: &Tensors<'_>) -> Result<String> {
    let parts: Vec<&str> = theirs.split('.').collect();
    let unknown = || format!("unexpected tensor {theirs}.weight");
    let name = match parts[..] {
        ["features", "0", "0"] => "stem".to_owned(),
        ["features", "16", "0"] => "last".to_owned(),
        ["classifier", "2"] => "hidden".to_owned(),
        ["classifier", "5"] => "classifier".to_owned(),
        ["features", layer, "block", _, "conc_se_layers", "0", part @ ("fc1" | "fc2")] => {
            format!("block{}.squeeze_excite.{part}", block_index(layer).with_context(unknown)?)
        }
        ["features", layer, "block", module, "0"] => {
            let index = block_index(layer).with_context(unknown)?;
            // The first block has no expansion; squeeze-excite, if any, is in between.
            let starts_deep = tensors
                .0
                .get(&format!("features.{layer}.block.0.0.weight"))
                .is_some_and(|first| first.shape().get(1) == Some(&1) && index == 0);
            let part = match (starts_deep, module) {
                (true, "0") | (false, "1") => "depthwise",
                (true, "1") | (false, "2" | "3") => "project",
                (false, "0") => "expand",
                _ => bail!("{}", unknown()),
            };
            format!("block{index}.{part}")
        }
        _ => bail!("{}", unknown()),
    };
    Ok(name)
}

/// Returns the index of a block; blocks are the layers 1 to 15 of the features.
fn block_index(layer: &str) -> Option<usize> {
    layer.parse().ok().and_then(|layer: usize| layer.checked_sub(1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), bytes).unwrap();
        format!("{:#}", Checkpoint::read(folder.path()).err().unwrap())
    }

    /// Returns a zip with one stored entry, as `torch.save` writes it.
    fn zip(name: &str, data: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        writer.start_file(name, options).unwrap();
        writer.write_all(data).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn hostile_files_are_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let missing = format!("{:#}", Checkpoint::read(folder.path()).err().unwrap());
        assert!(missing.contains("mn04_as.pt") && missing.contains("cannot be read"), "{missing}");
        for bytes in [&b""[..], b"PK\x03\x04", &[0xff; 600], b"\x80\x02}q\x00."] {
            assert!(refusal(bytes).contains("mn04_as.pt"));
        }
        // An empty dictionary is a state dict without the network's tensors.
        let empty = refusal(&zip("archive/data.pkl", b"\x80\x02}q\x00."));
        assert!(empty.contains("there is no stem.weight"), "{empty}");
        // A pickle that requests running a program.
        let evil = b"\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03.";
        refusal(&zip("archive/data.pkl", evil));
        // A tensor that claims far more than the file contains.
        let claim = b"\x80\x02}q\x00X\x06\x00\x00\x00a.0.wtq\x01J\xff\xff\xff\x7fs.";
        refusal(&zip("archive/data.pkl", claim));
    }

    #[test]
    fn a_view_larger_than_the_file_is_refused_before_it_is_read() {
        let storage =
            b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ";
        // 16 Mi values in the shape [2^12, 2^12], all of them the first one.
        let view = b"K\0(M\0\x10M\0\x10t(K\0K\0t\x89ccollections\nOrderedDict\n)RtR";
        let begin = b"\x80\x02}(X\x08\0\0\0a.weightctorch._utils\n_rebuild_tensor_v2\n(";
        let pickle = [&begin[..], storage, view, b"u."].concat();
        let refused = refusal(&zip("archive/data.pkl", &pickle));
        assert!(refused.contains("has tensors of 67108864 bytes"), "{refused}");
    }

    #[test]
    fn batch_norm_is_folded() {
        assert_eq!(batch_norm_of("features.3.block.1.0").unwrap(), "features.3.block.1.1");
        assert!(batch_norm_of("features.3.block.1.2").is_err());
        assert_eq!(block_index("4"), Some(3));
        assert_eq!(block_index("0"), None);
        assert_eq!(block_index("x"), None);
    }
}
