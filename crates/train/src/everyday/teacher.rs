//! The checkpoint's outputs for clean audio with context, cached on disk.

use super::checkpoint::Checkpoint;
use super::describe::{self, COLUMNS_PER_SECOND};
use super::layout::N_MELS;
use super::material::{Clip, Material};
use super::network::{Output, run_one};
use crate::data::cache;
use crate::nn::arrays;
use crate::nn::net::Array;
use crate::progress;
use crate::random::short_hash;
use anyhow::{Context, Result};
use rayon::prelude::*;
use sourcing_sound::FrontEnd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Seconds of the windows that are judged in addition to the whole clip.
pub const WINDOW_SECONDS: f64 = 4.0;
/// Seconds from one window to the next.
pub const HOP_SECONDS: f64 = 0.5;
/// Clips that are judged and stored at a time.
const PIECE: usize = 64;

/// The teacher's outputs for one clip.
pub struct Answers {
    /// For the whole clip, up to 10 s.
    pub whole: Output,
    /// For windows of 4 s every 0.5 s, at least one; the last one ends with the clip.
    pub windows: Vec<Output>,
}

impl Answers {
    /// Returns the outputs for the window centred nearest to `seconds`.
    pub fn around(&self, seconds: f64) -> &Output {
        let start = (seconds - WINDOW_SECONDS / 2.0) / HOP_SECONDS;
        &self.windows[(start.round().max(0.0) as usize).min(self.windows.len() - 1)]
    }
}

/// Judges all clips; `None` if `stop` was set before the end.
pub fn ask(
    checkpoint: &Checkpoint,
    material: &Material,
    folder: &Path,
    stop: &AtomicBool,
) -> Result<Option<Vec<Answers>>> {
    let layout = &checkpoint.layout;
    let width = layout.labels + layout.embedding();
    let bar = progress::bar(material.clips.len() as u64, "asking the teacher");
    let mut all = Vec::with_capacity(material.clips.len());
    for (index, piece) in material.clips.chunks(PIECE).enumerate() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let clips = piece.iter().map(|clip| format!("{} {}", clip.name, clip.hash));
        let key = format!("3 {} {}", checkpoint.sha256, clips.collect::<Vec<_>>().join("\n"));
        let path = folder.join(format!("teacher-{}.bin", short_hash(&key)));
        let fits = |array: &Array| matches!(array.shape[..], [rows, values] if rows > 0 && values == width);
        let fit = |arrays: &[Array]| arrays.len() == piece.len() && arrays.iter().all(fits);
        let arrays = match cache::arrays::<()>(&path, fit) {
            Some(((), arrays)) => arrays,
            None => {
                let judged = piece.par_iter().map(|clip| judge(checkpoint, clip));
                let arrays = judged.collect::<Result<Vec<_>>>()?;
                arrays::write(&path, &(), &arrays.iter().collect::<Vec<_>>())?;
                arrays
            }
        };
        all.extend(outputs(&arrays, layout.labels));
        bar.inc(piece.len() as u64);
        if index % 4 == 3 {
            let done = all.len();
            progress::plain_line(&format!("teacher: {done} of {} clips", material.clips.len()));
        }
    }
    bar.finish_and_clear();
    let answers = all.into_iter().map(|mut outputs: Vec<Output>| {
        let whole = outputs.remove(0);
        if outputs.is_empty() {
            outputs.push(whole.clone());
        }
        Answers { whole, windows: outputs }
    });
    Ok(Some(answers.collect()))
}

/// Returns a row of logits and embedding for the whole, then one for each window; none where the
/// clip is not longer than one.
fn judge(checkpoint: &Checkpoint, clip: &Clip) -> Result<Array> {
    let mut front_end = FrontEnd::new(describe::front_end())?;
    let columns = describe::columns(&mut front_end, &clip.samples);
    let columns = columns.with_context(|| clip.name.clone())?;
    let frames = columns.len() / N_MELS;
    let window = (WINDOW_SECONDS * COLUMNS_PER_SECOND as f64) as usize;
    let hop = (HOP_SECONDS * COLUMNS_PER_SECOND as f64) as usize;
    let mut spans = vec![(0, frames)];
    if frames > window {
        let starts = (0..=(frames - window) / hop).map(|index| index * hop);
        spans.extend(starts.map(|start| (start, start + window)));
    }
    let mut values = Vec::new();
    for (start, end) in &spans {
        let columns = &columns[start * N_MELS..end * N_MELS];
        let output = run_one(&checkpoint.layout, &checkpoint.weights, columns)?;
        values.extend([output.logits, output.embedding].concat());
    }
    let shape = vec![spans.len(), values.len() / spans.len()];
    Ok(Array { name: clip.name.clone(), shape, values })
}

fn outputs(arrays: &[Array], labels: usize) -> Vec<Vec<Output>> {
    let output =
        |row: &[f32]| Output { logits: row[..labels].to_vec(), embedding: row[labels..].to_vec() };
    let rows = |array: &Array| array.values.chunks_exact(array.shape[1]).map(output).collect();
    arrays.iter().map(rows).collect()
}
