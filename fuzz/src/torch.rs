//! A checkpoint as `torch.save` writes it: a zip with a pickle of names, shapes and places, and a
//! file per tensor; and arrays as `numpy.savez` writes them, a zip with a file per array.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Returns a zip with one stored entry.
///
/// # Panics
/// Never: it is written to memory.
pub fn zip(name: &str, data: &[u8]) -> Vec<u8> {
    entries(&[(name.to_owned(), data.to_vec())])
}

/// Returns a state dict that begins as the published one does: a convolution and its batch norm.
pub fn checkpoint() -> Vec<u8> {
    let tensors: [(&str, &[usize]); 5] = [
        ("features.0.0.weight", &[2, 1, 3, 3]),
        ("features.0.1.weight", &[2]),
        ("features.0.1.bias", &[2]),
        ("features.0.1.running_mean", &[2]),
        ("features.0.1.running_var", &[2]),
    ];
    let mut pickle = b"\x80\x02}(".to_vec();
    let mut files = Vec::new();
    for (index, (name, shape)) in tensors.iter().enumerate() {
        let len: usize = shape.iter().product();
        text(&mut pickle, name);
        let strides = (0..shape.len()).map(|axis| shape[axis + 1..].iter().product::<usize>());
        tensor(&mut pickle, (index, len), shape, &strides.collect::<Vec<_>>());
        let values = (0..len).flat_map(|value| (value as f32 * 0.1 + 0.5).to_le_bytes());
        files.push((format!("archive/data/{index}"), values.collect()));
    }
    pickle.extend(b"u.");
    files.insert(0, ("archive/data.pkl".to_owned(), pickle));
    files.push(("archive/version".to_owned(), b"3\n".to_vec()));
    entries(&files)
}

/// Returns a tensor of 16 Mi values with strides of 0: all of them are the only value in the file.
pub fn repeated() -> Vec<u8> {
    let mut pickle = b"\x80\x02}(".to_vec();
    text(&mut pickle, "features.0.0.weight");
    tensor(&mut pickle, (0, 1), &[1 << 12, 1 << 12], &[0, 0]);
    pickle.extend(b"u.");
    let value = 1f32.to_le_bytes().to_vec();
    entries(&[("archive/data.pkl".to_owned(), pickle), ("archive/data/0".to_owned(), value)])
}

/// Two arrays of numpy's, of three values each.
pub fn arrays() -> Vec<u8> {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n";
    let length = (header.len() as u16).to_le_bytes();
    let values = [0.5f32, -1.0, 2.0].map(f32::to_le_bytes).concat();
    let array = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &values].concat();
    entries(&["pcm", "logits"].map(|name| (format!("{name}.npy"), array.clone())))
}

fn entries(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, data) in files {
        writer.start_file(name, options).expect("memory takes everything");
        writer.write_all(data).expect("memory takes everything");
    }
    writer.finish().expect("memory takes everything").into_inner()
}

/// `torch._utils._rebuild_tensor_v2((storage, 0, shape, strides, False, OrderedDict()))`, of the
/// storage with this index and length.
fn tensor(pickle: &mut Vec<u8>, (index, len): (usize, usize), shape: &[usize], strides: &[usize]) {
    pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
    text(pickle, "storage");
    pickle.extend(b"ctorch\nFloatStorage\n");
    text(pickle, &index.to_string());
    text(pickle, "cpu");
    integer(pickle, len);
    pickle.extend(b"tQ");
    integer(pickle, 0);
    pickle.push(b'(');
    shape.iter().for_each(|&size| integer(pickle, size));
    pickle.extend(b"t(");
    strides.iter().for_each(|&stride| integer(pickle, stride));
    // What an optimiser would hook in: an empty OrderedDict.
    pickle.extend(b"t\x89ccollections\nOrderedDict\n)RtR");
}

fn text(pickle: &mut Vec<u8>, value: &str) {
    pickle.push(b'X');
    pickle.extend((value.len() as u32).to_le_bytes());
    pickle.extend(value.as_bytes());
}

fn integer(pickle: &mut Vec<u8>, value: usize) {
    pickle.push(b'J');
    pickle.extend((value as i32).to_le_bytes());
}
