//! Runs the network on the patches of recordings that arrive in pieces.

use crate::audio::{SampleRate, check_finite};
use crate::error::{Error, Result};
use crate::front_end::{ColumnStream, FrontEnd};
use crate::grid::Grid;
use crate::head::Patch;
use crate::scorer::Scorer;

/// A recording, piece by piece. The patches are those of
/// [`Classifier::patches`](crate::Classifier::patches), no matter how the recording is split.
/// Memory does not grow with its length.
pub struct PatchStream {
    columns: ColumnStream,
    scorer: Scorer,
    n_mels: usize,
    grid: Grid,
    /// Patches so far.
    done: usize,
    /// Columns that are still needed, `[columns][n_mels]`, starting with the recording's column
    /// `dropped`.
    kept: Vec<f32>,
    dropped: usize,
}

impl PatchStream {
    /// # Errors
    /// `config` for a model without an embedding.
    pub(crate) fn new(front_end: FrontEnd, scorer: Scorer, rate: SampleRate) -> Result<Self> {
        let metadata = scorer.model().metadata();
        if metadata.embedding_size.is_none() {
            let name = metadata.name.clone();
            return Err(Error::config("model", name, "a model with an embedding"));
        }
        let grid = Grid::of_patches(metadata);
        let n_mels = front_end.config().n_mels;
        Ok(PatchStream {
            columns: ColumnStream::new(front_end, rate)?,
            scorer,
            n_mels,
            grid,
            done: 0,
            kept: Vec::new(),
            dropped: 0,
        })
    }

    /// Takes mono samples and returns the patches that they complete. An empty slice is allowed.
    ///
    /// # Errors
    /// `audio-non-finite` for NaN or infinity: the whole piece is discarded. `inference` if the
    /// network fails.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<Patch>> {
        check_finite(samples)?;
        self.columns.push(samples, &mut self.kept)?;
        let (step_columns, sure) = (self.grid.step_columns, self.grid.sure_inputs(self.total()));
        self.run((self.done..sure).map(|input| input * step_columns).collect())
    }

    /// Returns the last patches; together, the stream returns at least one. The last one is moved or
    /// padded, depending on the model's [`Padding`](crate::Padding).
    ///
    /// # Errors
    /// `audio-too-short` for less audio than one feature column needs; `inference` if the network
    /// fails.
    pub fn finish(mut self) -> Result<Vec<Patch>> {
        self.columns.finish(&mut self.kept)?;
        self.run(self.grid.last_inputs(self.done, self.total()))
    }

    /// Returns the columns so far.
    fn total(&self) -> usize {
        self.dropped + self.kept.len() / self.n_mels
    }

    /// Runs the network on the next inputs, which begin at these columns, and drops what no later
    /// input needs.
    fn run(&mut self, inputs: Vec<usize>) -> Result<Vec<Patch>> {
        let Grid { input_columns, .. } = self.grid;
        let total = self.total();
        let mut patches = Vec::with_capacity(inputs.len());
        for first in inputs {
            let last = total.min(first + input_columns);
            let (from, to) = (first - self.dropped, last - self.dropped);
            let columns = &self.kept[from * self.n_mels..to * self.n_mels];
            patches.push(self.scorer.run(columns)?.patch);
            self.done += 1;
        }
        let unneeded = self.grid.first_needed(self.done, total).saturating_sub(self.dropped);
        self.kept.drain(..unneeded * self.n_mels);
        self.dropped += unneeded;
        Ok(patches)
    }
}

#[cfg(all(test, feature = "everyday"))]
#[allow(clippy::unwrap_used)] // a failed unwrap fails the test
mod tests {
    use super::PatchStream;
    use crate::audio::SampleRate;
    use crate::front_end::FrontEnd;
    use crate::model::Model;
    use crate::scorer::Scorer;

    #[test]
    fn a_long_recording_needs_no_more_columns_than_a_patch() {
        let model = Model::everyday().unwrap();
        let front_end = FrontEnd::new(model.metadata().front_end.clone()).unwrap();
        let scorer = Scorer::base(model);
        let rate = SampleRate::new(44_100).unwrap();
        let mut stream = PatchStream::new(front_end, scorer, rate).unwrap();
        let frames = stream.grid.input_columns;
        for _ in 0..300 {
            stream.push(&[0.1; 1_000]).unwrap();
            let columns = stream.kept.len() / stream.n_mels;
            assert!(columns < frames + 100, "{columns} columns are kept");
        }
        assert!(stream.done > 5);
    }
}
