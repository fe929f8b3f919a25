//! The compiled part of the Python package `sourcing_sound`. The Python files next to it check and
//! document the arguments; this part reads arrays and recordings, computes without the GIL, and
//! returns arrays.
//!
//! | module | what it does |
//! |---|---|
//! | [`error`] | failures, each an exception with a code |
//! | [`work`] | runs without the GIL, stops for signals, catches panics |
//! | [`array`] | numpy arrays → samples, without a copy of the whole |
//! | [`source`] | a path, the bytes of a file or an array → blocks of mono samples |
//! | [`model`] | names and bytes → models and heads |
//! | [`scored`] | predictions → arrays |
//! | [`run`] | blocks → predictions and events |
//! | [`table`] | predictions and events → Arrow tables |
//! | [`classifier`], [`stream`], [`teacher`], [`features`] | what Python calls |

mod array;
mod classifier;
mod error;
mod features;
mod model;
mod run;
mod scored;
mod source;
mod stream;
mod table;
mod teacher;
mod work;

/// The compiled part of `sourcing_sound`; not part of its API.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use super::array::prepare;
    #[pymodule_export]
    use super::classifier::Classifier;
    #[pymodule_export]
    use super::features::{describe, load, mel_filters, power_spectrogram, power_to_db, resample};
    #[pymodule_export]
    use super::scored::Scored;
    #[pymodule_export]
    use super::stream::Stream;
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::teacher::Teacher;

    /// The version of the package, which is that of the crate.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python programs look for")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The extensions of the formats that the decoder reads, in lower case and without the dot.
    #[pymodule_export]
    const EXTENSIONS: &[&str] = sourcing_sound_decode::EXTENSIONS;
}
