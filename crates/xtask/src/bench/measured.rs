//! What a run of the benchmark found.

use crate::bench::cost::{Costs, Sizes};

/// All that was measured.
pub struct Measured {
    pub rounds: u16,
    pub seconds: u16,
    /// The browser's name and version.
    pub browser: String,
    /// The module that runs the models in the browser.
    pub engine: Sizes,
    /// Milliseconds from the module's bytes to a module that is ready, in the browser.
    pub engine_start_ms: Vec<f64>,
    pub models: Vec<MeasuredModel>,
}

/// What was measured of one model.
pub struct MeasuredModel {
    pub name: String,
    /// Of the head's file alone, for a model with a head.
    pub sizes: Sizes,
    pub native: Costs,
    pub browser: Costs,
    /// Bytes of the browser's module after it has run the model.
    pub memory_bytes: Vec<f64>,
}
