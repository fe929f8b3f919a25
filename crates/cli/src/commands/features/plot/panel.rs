//! The frame of a panel: heading, axes and grid.

use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, TRANSPARENT, TextStyle};

use super::axis::Axis;

/// Width of the drawing, in pixels.
pub(super) const WIDTH: u32 = 1_200;
/// Height of the title above all panels.
pub(super) const HEADER_HEIGHT: u32 = 76;
/// Height of each of the four panels.
pub(super) const PANEL_HEIGHT: u32 = 350;
/// The most columns of pixels in which a panel shows details.
pub(super) const COLUMNS: usize = 1_000;

const LEFT: i32 = 24;
const HEADING_HEIGHT: u32 = 34;
const BOTTOM: i32 = 10;
const X_LABELS: u32 = 52;
const Y_LABELS: u32 = 84;
/// Space to the right of every panel, for the colour bar of one of them.
const RIGHT: u32 = 110;

const INK: RGBColor = RGBColor(34, 34, 40);
const QUIET: RGBColor = RGBColor(96, 96, 106);
const GRID: RGBColor = RGBColor(226, 226, 232);
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Chart<'a, 'b> = ChartContext<'b, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// An axis and its description.
pub(super) struct Labelled {
    pub(super) axis: Axis,
    pub(super) text: &'static str,
}

fn text(size: f64, colour: RGBColor) -> TextStyle<'static> {
    // The backend divides sizes by 1.24.
    (FONT, 1.24 * size).into_font().color(&colour)
}

fn bold(size: f64) -> TextStyle<'static> {
    (FONT, 1.24 * size, FontStyle::Bold).into_font().color(&INK)
}

/// Draws the title and the line below it.
pub(super) fn draw_header(area: &Area<'_>, title: &str, subtitle: &str) -> anyhow::Result<()> {
    area.draw_text(title, &bold(20.0), (LEFT, 20))?;
    area.draw_text(subtitle, &text(14.0, QUIET), (LEFT, 50))?;
    Ok(())
}

/// Draws heading, axes and grid. Returns the chart to draw into, and the strip to its right, as
/// high as the chart with its labels.
pub(super) fn open<'a, 'b>(
    area: &Area<'a>,
    (heading, explanation): (&str, &str),
    x: Labelled,
    y: Labelled,
) -> anyhow::Result<(Chart<'a, 'b>, Area<'a>)> {
    let (top, body) = area.split_vertically(HEADING_HEIGHT);
    top.draw_text(heading, &bold(16.0), (LEFT, 8))?;
    // An estimate of where the heading ends: bold letters are about 0.6 em wide.
    let start = LEFT + (heading.chars().count() as f64 * 16.0 * 0.6) as i32 + 18;
    top.draw_text(explanation, &text(13.0, QUIET), (start, 11))?;

    let (main, strip) = body.split_horizontally(WIDTH - RIGHT);
    let mut chart = ChartBuilder::on(&main)
        .margin_left(LEFT)
        .margin_bottom(BOTTOM)
        .margin_top(6)
        .x_label_area_size(X_LABELS)
        .y_label_area_size(Y_LABELS)
        .build_cartesian_2d(x.axis, y.axis)?;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(QUIET)
        .label_style(text(13.0, INK))
        .axis_desc_style(text(13.0, QUIET))
        .set_all_tick_mark_size(5)
        .x_desc(x.text)
        .y_desc(y.text)
        .draw()?;
    Ok((chart, strip))
}

/// Draws a bar of colours from the low end of `levels` to the high end, with numbers to its right.
pub(super) fn colour_bar(
    strip: &Area<'_>,
    levels: Labelled,
    colour: impl Fn(f64) -> [u8; 3],
) -> anyhow::Result<()> {
    const STEPS: usize = 64;
    let (low, high) = (levels.axis.low(), levels.axis.high());
    let mut chart = ChartBuilder::on(strip)
        .margin_left(14)
        .margin_right(8)
        .margin_top(6)
        .margin_bottom(BOTTOM + X_LABELS as i32)
        .right_y_label_area_size(70)
        .build_cartesian_2d(Axis::linear(0.0, 1.0, 1), levels.axis)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .disable_x_axis()
        .axis_style(QUIET)
        .label_style(text(13.0, INK))
        .axis_desc_style(text(13.0, QUIET))
        .set_all_tick_mark_size(5)
        .y_desc(levels.text)
        .draw()?;
    let level = |step: usize| low + (high - low) * step as f64 / STEPS as f64;
    for step in 0..STEPS {
        let [red, green, blue] = colour((step as f64 + 0.5) / STEPS as f64);
        let corners = [(0.0, level(step)), (1.0, level(step + 1))];
        let style = RGBColor(red, green, blue).filled();
        chart.draw_series([plotters::element::Rectangle::new(corners, style)])?;
    }
    Ok(())
}
