//! Data sets: turns a folder into labelled clips, and names everything that was skipped.
//!
//! Four layouts are read, each in its own module: UrbanSound8K ([`urban_sound`]), Freesound's
//! FSDKaggle sets ([`freesound`]), ESC-50 and ESC-10 ([`esc`]), and a folder per label
//! ([`folders`]). Labels come from tables or folder names, never from code. A partial set is
//! accepted: rows without their file are [`Findings`], not errors. [`Dataset::folds`] is the only
//! way to divide the clips into training, validation and test.

mod audio;
mod clips;
mod describe;
mod error;
mod esc;
mod findings;
mod folders;
mod folds;
mod freesound;
mod layout;
mod open;
mod table;
mod urban_sound;
mod validation;

pub use audio::{entries, is_audio};
pub use clips::{Dataset, NO_FOLD, Presence, Slice};
pub use describe::Description;
pub use findings::{FindingKind, Findings};
pub use folders::recording_of_file;
pub use folds::{Division, Folds, Split, check_groups, format_folds, hash_fold, parse_folds};
pub use layout::Layout;
pub use table::name_problem;

#[cfg(test)]
mod tests;
