//! A drawing as an SVG element or file.

use sourcing_sound_train::publish::text::escape;
use std::fmt::Write as _;

/// The style rules of drawings; a page that inlines drawings includes them once.
pub const STYLE: &str = include_str!("style.css");

/// Values of the custom properties in a separate file: those of the light page.
const ON_WHITE: [(&str, &str); 12] = [
    ("--ink", "#1c1917"),
    ("--quiet", "#5c554f"),
    ("--line", "#e3dfda"),
    ("--card", "#ffffff"),
    ("--accent", "#b93c0a"),
    ("--heat", "#e2703a"),
    ("--series-1", "#b93c0a"),
    ("--series-2", "#1f6aa5"),
    ("--series-3", "#0f766e"),
    ("--series-4", "#7c4d9e"),
    ("--series-5", "#8a6d00"),
    ("--series-6", "#57534e"),
];

/// White around a drawing in a separate file, px.
const MARGIN: f64 = 16.0;

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// A description for people who cannot see the drawing; not escaped.
    pub description: String,
    /// Width in px. A fluid figure uses it only in a separate file.
    pub width: f64,
    /// Height in px.
    pub height: f64,
    /// Whether its horizontal coordinates are percentages, so that it fits any width with its text
    /// at the same size.
    pub fluid: bool,
    /// What is inside the `svg` element.
    pub body: Canvas,
}

impl Figure {
    /// Returns the element for a page that includes [`STYLE`] and defines the colours.
    pub fn inline(&self) -> String {
        let Self { width, height, body, .. } = self;
        let (class, size) = match self.fluid {
            true => ("figure fluid", format!("width=\"100%\" height=\"{height}\"")),
            false => ("figure", format!("viewBox=\"0 0 {width} {height}\" width=\"{width}\"")),
        };
        let label = escape(&self.description);
        format!(
            "<svg class=\"{class}\" {size} role=\"img\" aria-label=\"{label}\">{}</svg>",
            body.0
        )
    }

    /// Returns a whole SVG file, on white.
    pub fn standalone(&self) -> String {
        let (width, height) = (self.width + 2.0 * MARGIN, self.height + 2.0 * MARGIN);
        let style = ON_WHITE.iter().fold(STYLE.to_owned(), |style, (property, value)| {
            style.replace(&format!("var({property})"), value)
        });
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"figure\" viewBox=\"0 0 {width} \
             {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n<title>{}</title>\n\
             <style>\n{style}</style>\n<rect width=\"{width}\" height=\"{height}\" \
             fill=\"#ffffff\"/>\n<svg x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{}\" height=\"{}\" \
             overflow=\"visible\">{}</svg>\n</svg>\n",
            escape(&self.description),
            self.width,
            self.height,
            self.body.0,
        )
    }

    /// Places figures side by side as one.
    pub fn side_by_side(figures: &[Self]) -> Self {
        const GAP: f64 = 24.0;
        let mut body = Canvas::default();
        let mut width = 0.0;
        for figure in figures {
            let _ = write!(body.0, "<g transform=\"translate({width} 0)\">{}</g>", figure.body.0);
            width += figure.width + GAP;
        }
        let descriptions: Vec<_> =
            figures.iter().map(|figure| figure.description.as_str()).collect();
        Self {
            description: descriptions.join(" "),
            width: (width - GAP).max(0.0),
            height: figures.iter().map(|figure| figure.height).fold(0.0, f64::max),
            fluid: false,
            body,
        }
    }
}

/// SVG elements, written one after another. Coordinates are in px unless stated otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Canvas(pub(super) String);

impl Canvas {
    /// Draws a straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = write!(
            self.0,
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        );
    }

    /// Writes a line of text; `y` is its baseline. The text is escaped here.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let text = escape(text);
        let _ = write!(self.0, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
    }

    /// Puts another canvas on top.
    pub fn append(&mut self, other: Self) {
        self.0.push_str(&other.0);
    }

    /// Writes text that starts at a point and rises or falls by an angle in degrees.
    pub fn leaning_text(&mut self, (x, y): (f64, f64), angle: f64, text: &str) {
        let text = escape(text);
        let _ = write!(
            self.0,
            "<text transform=\"translate({x:.1} {y:.1}) rotate({angle})\">{text}</text>"
        );
    }

    /// Draws a square of the heat colour, with intensity `share` and a border of the given class.
    /// `title` is its tooltip.
    pub fn cell(&mut self, (x, y): (f64, f64), side: f64, share: f64, border: &str, title: &str) {
        let square = format!("x=\"{x:.1}\" y=\"{y:.1}\" width=\"{side}\" height=\"{side}\"");
        let title = escape(title);
        let _ = write!(
            self.0,
            "<rect class=\"f-heat\" {square} fill-opacity=\"{share:.3}\"><title>{title}</title>\
             </rect><rect class=\"{border}\" {square} pointer-events=\"none\"/>"
        );
    }

    /// Draws a line through points; `title` is its tooltip.
    pub fn path(&mut self, class: &str, points: &[(f64, f64)], title: &str) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(
            self.0,
            "<polyline class=\"{class}\" points=\"{}\"><title>{}</title></polyline>",
            points.join(" "),
            escape(title)
        );
    }

    /// Draws a circle; `title` is its tooltip.
    pub fn circle(&mut self, class: &str, (x, y): (f64, f64), radius: f64, title: &str) {
        let title = escape(title);
        let _ = write!(
            self.0,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\">\
             <title>{title}</title></circle>"
        );
    }
}

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used)] // a failed unwrap fails the test

    use super::*;

    /// Panics unless every element is closed in turn and every quote and entity is in order:
    /// as much of XML as the drawings use.
    pub fn assert_well_formed(markup: &str) {
        let mut open = Vec::new();
        for piece in markup.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').expect("every tag ends");
            assert!(!text.contains('>'), "stray > in {piece:?}");
            assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag:?}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "closing {tag:?}");
            } else if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap());
            }
            for entity in piece.split('&').skip(1) {
                let name = entity.split(';').next().unwrap();
                assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name), "entity {name:?}");
            }
        }
        assert!(open.is_empty(), "left open: {open:?}");
    }

    fn figure() -> Figure {
        let mut body = Canvas::default();
        body.line("f-axis", (0.0, 0.0), (10.0, 0.0));
        body.text("f-quiet", (1.0, 2.0), "<b> & \"c\"");
        body.circle("f-fold", (1.0, 1.0), 2.0, "</title>");
        Figure { description: "A & \"B\"".into(), width: 100.0, height: 50.0, fluid: false, body }
    }

    #[test]
    fn a_separate_file_is_self_contained() {
        let svg = figure().standalone();
        assert_well_formed(&svg);
        assert!(!svg.contains("var("), "every property has its value");
        assert!(svg.contains("&lt;b&gt; &amp; &quot;c&quot;") && !svg.contains("<b>"));
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    }

    #[test]
    fn in_a_page_the_page_decides_on_colours() {
        let svg = figure().inline();
        assert_well_formed(&svg);
        assert!(!svg.contains("<style") && !svg.contains('#'), "{svg}");
        let fluid = Figure { fluid: true, ..figure() }.inline();
        assert!(fluid.contains("width=\"100%\"") && !fluid.contains("viewBox"));
    }

    #[test]
    fn figures_are_placed_side_by_side() {
        let both = Figure::side_by_side(&[figure(), figure()]);
        assert_eq!((both.width, both.height), (224.0, 50.0));
        assert_well_formed(&both.standalone());
    }
}
