//! Drawings of measured results: turns records and scores into SVG.
//!
//! A [`Figure`] serves twice: inlined into a page it takes the page's colours, light or dark,
//! through CSS custom properties; as a separate file it is drawn on white with the colours of the
//! light page, because many SVG viewers do not support such properties.

mod axis;
pub mod canvas;
pub mod confusion;
pub mod curve;
pub mod overview;
pub mod precision_recall;

pub use canvas::{Canvas, Figure, STYLE};
