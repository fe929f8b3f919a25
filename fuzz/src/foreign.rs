//! Panics of other crates, which the product catches and reports as errors.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

/// Whose panics are caught: those of the decoders, the general engine and the Parquet reader.
const GUARDED: [&str; 9] = [
    "/symphonia-",
    "/rusty-opus-",
    "/tract-",
    "/ndarray-",
    "/prost-",
    "/smallvec-",
    "/parquet-",
    "/arrow-",
    "/flatbuffers-",
];

/// A panic hook for which only a panic in any other place is a finding. A panic in the standard
/// library counts as that of the crate that called it.
pub fn only_own_panics(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or("", |location| location.file());
    let is_guarded = |text: &str| GUARDED.iter().any(|name| text.contains(name));
    if is_guarded(place) {
        return;
    }
    let trace = Backtrace::force_capture().to_string();
    eprintln!("{info}\n{trace}");
    std::process::abort();
}
