//! Watches the pages of an Ogg file as they are read: whether any are missing, in the middle or at
//! the end. Times in Ogg are only as good as what its encoder wrote at the ends of pages; the
//! numbers of pages show what is actually lost.

mod losses;
mod page;
mod resumed;
mod stream;
mod watched;

pub(crate) use losses::{DamagedEnd, Losses};
pub(crate) use page::is_ogg;
pub(crate) use watched::Watched;

#[cfg(test)]
mod tests;
