//! Drawings of measured results: records and scores in, SVG out.
//!
//! A [`Figure`] serves twice: inlined into a page it takes the page's colours, light or dark,
//! through CSS custom properties; as a separate file it is drawn on white with the colours of the
//! light page written into it, since many programs that show SVG know no such properties.

mod axis;
pub mod canvas;
pub mod confusion;
pub mod curve;
pub mod overview;
pub mod precision_recall;

pub use canvas::{Canvas, Figure, STYLE};
