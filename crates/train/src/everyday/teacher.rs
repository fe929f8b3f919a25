//! What the float checkpoint says of clean audio with context, kept on disk.

use super::checkpoint::Checkpoint;
use super::describe::{self, COLUMNS_PER_SECOND};
use super::layout::N_MELS;
use super::material::{Clip, Material};
use super::network::{Inputs, Output, run};
use super::synthesis::RATE;
use crate::nn::arrays;
use crate::nn::net::Array;
use crate::progress;
use crate::random::short_hash;
use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use sourcing_sound::{FrontEnd, Pcm, SampleRate};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Seconds of the windows that are judged beside the whole clip.
pub const WINDOW_SECONDS: f64 = 4.0;
/// Seconds from one to the next.
pub const HOP_SECONDS: f64 = 0.5;
/// Clips that are judged and kept at a time.
const PIECE: usize = 64;

/// What the teacher says of one clip.
pub struct Taught {
    /// Of all of it, up to 10 s.
    pub whole: Output,
    /// Of windows of 4 s every 0.5 s; the last one ends with the clip. At least one.
    pub windows: Vec<Output>,
}

impl Taught {
    /// What it says of the window whose middle is nearest to `seconds`.
    pub fn around(&self, seconds: f64) -> &Output {
        let start = (seconds - WINDOW_SECONDS / 2.0) / HOP_SECONDS;
        &self.windows[(start.round().max(0.0) as usize).min(self.windows.len() - 1)]
    }
}

/// Judges all clips; `None` when `stop` was set before that was done.
///
/// # Errors
/// When audio or weights do not fit, or the cache cannot be written.
pub fn teach(
    checkpoint: &Checkpoint,
    material: &Material,
    folder: &Path,
    stop: &AtomicBool,
) -> Result<Option<Vec<Taught>>> {
    let bar = progress::bar(material.clips.len() as u64, "asking the teacher");
    let mut all = Vec::with_capacity(material.clips.len());
    for (index, piece) in material.clips.chunks(PIECE).enumerate() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let names = piece.iter().map(|clip| format!("{} {}", clip.name, clip.samples.len()));
        let key = format!("2 {} {}", checkpoint.sha256, names.collect::<Vec<_>>().join("\n"));
        let path = folder.join(format!("teacher-{}.bin", short_hash(&key)));
        let rows = match cached(&path, checkpoint, piece) {
            Some(rows) => rows,
            None => {
                let rows: Result<Vec<_>> =
                    piece.par_iter().map(|clip| judge(checkpoint, clip)).collect();
                let rows = rows?;
                let arrays: Vec<_> = piece.iter().zip(&rows).map(array).collect();
                arrays::write(&path, &(), &arrays.iter().collect::<Vec<_>>())?;
                rows
            }
        };
        all.extend(rows);
        bar.inc(piece.len() as u64);
        if index % 4 == 3 {
            let done = all.len();
            progress::plain_line(&format!("teacher: {done} of {} clips", material.clips.len()));
        }
    }
    bar.finish_and_clear();
    let taught = all.into_iter().map(|mut outputs: Vec<Output>| {
        let whole = outputs.remove(0);
        if outputs.is_empty() {
            outputs.push(whole.clone());
        }
        Taught { whole, windows: outputs }
    });
    Ok(Some(taught.collect()))
}

/// The whole, then the windows; none where the clip is not longer than one.
fn judge(checkpoint: &Checkpoint, clip: &Clip) -> Result<Vec<Output>> {
    let mut front_end = FrontEnd::new(describe::front_end())?;
    let pcm = Pcm::new(&clip.samples, SampleRate::new(RATE as u32)?)?;
    let columns = front_end.columns(pcm).with_context(|| clip.name.clone())?;
    let frames = columns.len() / N_MELS;
    let window = (WINDOW_SECONDS * COLUMNS_PER_SECOND as f64) as usize;
    let hop = (HOP_SECONDS * COLUMNS_PER_SECOND as f64) as usize;
    let mut spans = vec![(0, frames)];
    if frames > window {
        let starts = (0..=(frames - window) / hop).map(|index| index * hop);
        spans.extend(starts.map(|start| (start, start + window)));
    }
    let one = |(start, end): (usize, usize)| {
        let values = describe::transpose(&columns[start * N_MELS..end * N_MELS]);
        let inputs = Inputs { values, len: 1, frames: end - start };
        run(&checkpoint.layout, &checkpoint.weights, &inputs)?.pop().context("no output")
    };
    spans.into_iter().map(one).collect()
}

fn array((clip, rows): (&Clip, &Vec<Output>)) -> Array {
    let values: Vec<f32> =
        rows.iter().flat_map(|row| [&row.logits[..], &row.embedding[..]].concat()).collect();
    let shape = vec![rows.len(), values.len() / rows.len().max(1)];
    Array { name: clip.name.clone(), shape, values }
}

fn cached(path: &Path, checkpoint: &Checkpoint, piece: &[Clip]) -> Option<Vec<Vec<Output>>> {
    if !path.exists() {
        return None;
    }
    let read = || -> Result<_> {
        let (labels, embedding) = (checkpoint.layout.labels, checkpoint.layout.embedding());
        let (_, arrays) = arrays::read::<()>(path)?;
        ensure!(arrays.len() == piece.len(), "another number of clips");
        let row = |row: &[f32]| Output {
            logits: row[..labels].to_vec(),
            embedding: row[labels..].to_vec(),
        };
        let rows = arrays.iter().map(|array| {
            ensure!(array.shape.get(1) == Some(&(labels + embedding)), "another network");
            Ok(array.values.chunks_exact(labels + embedding).map(row).collect::<Vec<_>>())
        });
        rows.collect::<Result<Vec<_>>>()
    };
    match read() {
        Ok(rows) if rows.iter().all(|rows| !rows.is_empty()) => Some(rows),
        _ => {
            progress::line(&format!("{} is damaged and will be made again", path.display()));
            None
        }
    }
}
