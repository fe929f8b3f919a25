//! Draws precision over recall as an SVG with a path per label. Its colours follow the reader's
//! light or dark scheme, which needs style rules that the library behind `features --plot` cannot
//! write.

use sourcing_sound::{LabelReport, Report};

use super::curve::{Point, average_precision, curve};

const WIDTH: u32 = 840;
/// Corners of the area that curves are drawn in.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 470.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = 460.0;
/// Space below the area, for numbers and the axis' description.
const FOOT: u32 = 60;
/// Where the list of labels begins, and the height of its rows.
const LEGEND: f64 = 510.0;
const ROW: f64 = 24.0;
/// The longest name that fits into the list, in characters.
const NAME_LENGTH: usize = 28;
/// Numbers on an axis.
const MARKS: u32 = 5;

/// Colours on white and on black, distinct to the colour-blind; each with its own dashes, so that
/// lines on top of each other are visible.
const LINES: [(&str, &str, &str); 6] = [
    ("#0a58b0", "#6cb2ff", "none"),
    ("#b35900", "#ffb454", "9 5"),
    ("#0b7a5b", "#4fd1a5", "3 4"),
    ("#9c2f86", "#f08fd8", "12 4 3 4"),
    ("#6b5b00", "#e6d35a", "6 8"),
    ("#3d444d", "#c9d1d9", "2 7"),
];

/// Draws a report on the head called `name`.
pub(super) fn draw(report: &Report, name: &str) -> String {
    let rows = report.labels.len() as u32;
    let height = (BOTTOM as u32 + FOOT).max((TOP + ROW * f64::from(rows + 1)) as u32 + 20);
    let title = format!("Precision and recall of {}", escaped(name));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"t\">\n\
         <title id=\"t\">{title}</title>\n{}\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"var(--paper)\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"34\">{title}</text>\n",
        style()
    );
    svg.push_str(&axes());
    for (index, label) in report.labels.iter().enumerate() {
        svg.push_str(&drawn(index, label));
    }
    svg.push_str("</svg>\n");
    svg
}

fn style() -> String {
    let colours = |of: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        let colours = LINES.iter().enumerate();
        colours.map(|(index, line)| format!(" --line-{index}: {};", of(line))).collect::<String>()
    };
    let dashes = LINES.iter().enumerate().map(|(index, (_, _, dashes))| {
        format!(".line-{index} {{ stroke: var(--line-{index}); stroke-dasharray: {dashes}; }}\n")
    });
    format!(
        "<style>\n\
         svg {{ --paper: #ffffff; --ink: #1f2328; --quiet: #59636e; --grid: #d1d9e0;{} }}\n\
         @media (prefers-color-scheme: dark) {{\n\
         svg {{ --paper: #0d1117; --ink: #f0f6fc; --quiet: #9da7b1; --grid: #3d444d;{} }}\n\
         }}\n\
         text {{ font: 14px system-ui, sans-serif; fill: var(--ink); }}\n\
         .title {{ font-size: 18px; font-weight: 600; }}\n\
         .quiet {{ fill: var(--quiet); }}\n\
         .end {{ text-anchor: end; }}\n\
         .middle {{ text-anchor: middle; }}\n\
         .grid {{ stroke: var(--grid); }}\n\
         .line {{ fill: none; stroke-width: 2.5; }}\n\
         {}</style>\n",
        colours(|line| line.0),
        colours(|line| line.1),
        dashes.collect::<String>()
    )
}

/// Returns the position of a recall.
fn x(recall: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * recall
}

/// Returns the position of a precision.
fn y(precision: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * precision
}

fn axes() -> String {
    let mut svg = String::new();
    for mark in 0..=MARKS {
        let share = f64::from(mark) / f64::from(MARKS);
        let (across, up) = (x(share), y(share));
        svg += &format!(
            "<line class=\"grid\" x1=\"{across}\" y1=\"{TOP}\" x2=\"{across}\" y2=\"{BOTTOM}\"/>\n\
             <line class=\"grid\" x1=\"{LEFT}\" y1=\"{up}\" x2=\"{RIGHT}\" y2=\"{up}\"/>\n\
             <text class=\"quiet middle\" x=\"{across}\" y=\"{}\">{share}</text>\n\
             <text class=\"quiet end\" x=\"{}\" y=\"{}\">{share}</text>\n",
            BOTTOM + 20.0,
            LEFT - 8.0,
            up + 5.0,
        );
    }
    let (middle, side) = ((LEFT + RIGHT) / 2.0, (TOP + BOTTOM) / 2.0);
    svg += &format!(
        "<text class=\"quiet middle\" x=\"{middle}\" y=\"{}\">Recall</text>\n\
         <text class=\"quiet middle\" transform=\"translate(24 {side}) rotate(-90)\">Precision\
         </text>\n<text class=\"quiet\" x=\"{LEGEND}\" y=\"{}\">Label, average precision</text>\n",
        BOTTOM + 44.0,
        TOP + 12.0,
    );
    svg
}

/// Draws the curve of a label and its row in the list.
fn drawn(index: usize, label: &LabelReport) -> String {
    let class = format!("line line-{}", index % LINES.len());
    let points = curve(&label.left_out, &label.other_scores);
    let row = TOP + ROW * (index + 1) as f64 + 12.0;
    let (dash, name) = (row - 5.0, shortened(&label.label));
    let figure = match &points {
        Some(points) => format!("{:.2}", average_precision(points)),
        None => "not measured".to_owned(),
    };
    let path = steps(points.as_deref().unwrap_or_default());
    format!(
        "<path class=\"{class}\" d=\"{path}\"><title>{}</title></path>\n\
         <line class=\"{class}\" x1=\"{LEGEND}\" y1=\"{dash}\" x2=\"{}\" y2=\"{dash}\"/>\n\
         <text x=\"{}\" y=\"{row}\">{}, {figure}</text>\n",
        escaped(&label.label),
        LEGEND + 36.0,
        LEGEND + 46.0,
        escaped(&name),
    )
}

/// Draws steps that enclose the average precision: each recall has the precision of the point that
/// reaches it.
fn steps(points: &[Point]) -> String {
    let mut path = String::new();
    for point in points {
        match path.is_empty() {
            true => path += &format!("M{:.1} {:.1}", x(0.0), y(point.precision)),
            false => path += &format!("V{:.1}", y(point.precision)),
        }
        path += &format!("H{:.1}", x(point.recall));
    }
    path
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME_LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// Escapes text for XML, which allows no control characters, not even escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_made_of_steps() {
        let points = [(0.5, 1.0), (0.5, 0.5), (1.0, 0.75)]
            .map(|(recall, precision)| Point { recall, precision });
        assert_eq!(steps(&points), "M70.0 60.0H270.0V260.0H270.0V160.0H470.0");
        assert_eq!(steps(&[]), "");
    }

    #[test]
    fn names_cannot_break_the_drawing() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
        assert_eq!(shortened(&"é".repeat(40)).chars().count(), NAME_LENGTH + 1);
    }
}
