//! The four panels.

use plotters::backend::SVGBackend;
use plotters::element::Polygon;
use plotters::series::LineSeries;
use plotters::style::{Color, RGBColor};
use sourcing_sound::{MelScale, WholeSpectrum, power_to_db};

use super::axis::Axis;
use super::image::{colour, data_uri};
use super::panel::{Area, COLUMNS, Labelled, colour_bar, open};
use super::reduce::{extent, mean_decibels, shrink, stretches};

/// Lines and bars.
const STRONG: RGBColor = RGBColor(36, 88, 160);
const LIGHT: RGBColor = RGBColor(160, 190, 226);

/// Radius of a single point, in pixels.
const DOT: u32 = 3;

/// Marks along the axes.
const X_MARKS: usize = 10;
const Y_MARKS: usize = 6;

/// The depth of the spectrum's panel in dB, below its highest peak.
const SPECTRUM_RANGE_DB: f64 = 120.0;

/// The least power that counts as more than silence: −100 dB.
const MIN_POWER: f32 = 1e-10;

/// The least range of the mel energies' axes, in dB.
const LEAST_RANGE_DB: f64 = 10.0;

/// The most rows of the spectrogram's picture.
const PICTURE_ROWS: usize = 256;

const SECONDS: &str = "Time (s)";
const HERTZ: &str = "Frequency (Hz)";

/// The mel spectrogram and its filters.
pub(super) struct Mel {
    pub(super) scale: MelScale,
    /// Corners of the triangles in Hz, two more than there are bands.
    pub(super) edges_hz: Vec<f64>,
    /// Power, `[frames][bands]`, row after row.
    pub(super) power: Vec<f32>,
    pub(super) seconds_per_frame: f64,
    /// Seconds from the start of the recording to the middle of the first frame.
    pub(super) first_frame: f64,
    /// How far below the greatest power the colours and bars reach, in dB.
    pub(super) range_db: f32,
}

impl Mel {
    /// Returns the number of bands.
    fn bands(&self) -> usize {
        self.edges_hz.len().saturating_sub(2).max(1)
    }

    /// Returns the lowest and the highest frequency in Hz that the filters pass.
    fn limits(&self) -> (f64, f64) {
        (
            self.edges_hz.first().copied().unwrap_or(0.0),
            self.edges_hz.last().copied().unwrap_or(1.0),
        )
    }
}

/// Draws a line through points, or a dot if the line would have no length.
fn line<'a>(
    points: impl Iterator<Item = (f64, f64)>,
    colour: RGBColor,
) -> LineSeries<SVGBackend<'a>, (f64, f64)> {
    let points: Vec<(f64, f64)> = points.collect();
    let has_length = points.iter().any(|point| Some(point) != points.first());
    LineSeries::new(points, colour.filled()).point_size(if has_length { 0 } else { DOT })
}

/// Draws amplitude over time: every sample, or the range of samples that share a column of pixels.
pub(super) fn waveform(area: &Area<'_>, samples: &[f32], sample_rate: f64) -> anyhow::Result<()> {
    let (low, high) = extent(samples);
    let peak = high.max(-low);
    let limit = if peak > 0.0 { 1.05 * peak } else { 1.0 };
    let x = Axis::linear(0.0, samples.len() as f64 / sample_rate, X_MARKS);
    let y = Axis::linear(-limit, limit, Y_MARKS);
    let (mut chart, _) = open(
        area,
        ("Waveform", ""),
        Labelled { axis: x, text: SECONDS },
        Labelled { axis: y, text: "Amplitude" },
    )?;
    let points = stretches(samples.len(), COLUMNS).flat_map(|stretch| {
        let (low, high) = extent(&samples[stretch.clone()]);
        let time = stretch.start as f64 / sample_rate;
        [(time, low), (time, high)]
    });
    chart.draw_series(line(points, STRONG))?;
    Ok(())
}

/// Draws level over frequency: every bin, or peak and mean of bins that share a column of pixels.
pub(super) fn spectrum(
    area: &Area<'_>,
    spectrum: &WholeSpectrum,
    nyquist: f64,
) -> anyhow::Result<()> {
    let levels = &spectrum.magnitude_db;
    let stretches: Vec<_> = stretches(levels.len(), COLUMNS).collect();
    let places = stretches.iter().map(|stretch| {
        (spectrum.frequency(stretch.start) + spectrum.frequency(stretch.end - 1)) / 2.0
    });
    let peaks = stretches.iter().map(|stretch| extent(&levels[stretch.clone()]).1);
    let means = stretches.iter().map(|stretch| mean_decibels(&levels[stretch.clone()]));

    let (_, highest) = extent(levels);
    let lowest = means.clone().fold(highest, f64::min).max(highest - SPECTRUM_RANGE_DB);
    let (low, high) = (10.0 * (lowest / 10.0).floor(), 10.0 * (highest / 10.0).ceil() + 5.0);
    let explanation = if levels.len() > COLUMNS {
        "of the whole recording; light: the highest bin of each pixel, dark: the mean power"
    } else {
        "of the whole recording"
    };
    let (mut chart, _) = open(
        area,
        ("Fourier transform", explanation),
        Labelled { axis: Axis::linear(0.0, nyquist, X_MARKS), text: HERTZ },
        Labelled {
            axis: Axis::linear(low, high, Y_MARKS),
            text: "Amplitude (dB, full-scale sine = 0)",
        },
    )?;
    let visible = |(hz, level): (f64, f64)| (hz, level.max(low));
    chart.draw_series(line(places.clone().zip(peaks).map(visible), LIGHT))?;
    chart.draw_series(line(places.zip(means).map(visible), STRONG))?;
    Ok(())
}

/// Draws the filters along the Hz axis, each as high as the recording's mean energy in it.
pub(super) fn filter_bank(area: &Area<'_>, mel: &Mel) -> anyhow::Result<()> {
    let bands = mel.bands();
    let (mut energies, _) = shrink(&mel.power, bands, (1, bands));
    power_to_db(&mut energies, MIN_POWER, Some(mel.range_db));
    let (lowest, highest) = extent(&energies);
    let high = 10.0 * (highest / 10.0).ceil() + 5.0;
    let low = (10.0 * (lowest / 10.0).floor() - 5.0).min(high - LEAST_RANGE_DB);
    let (first, last) = mel.limits();
    let (mut chart, _) = open(
        area,
        (
            "Mel filter bank",
            "each triangle is a filter, as high as the recording's mean energy in it",
        ),
        Labelled { axis: Axis::linear(first, last, X_MARKS), text: HERTZ },
        Labelled { axis: Axis::linear(low, high, Y_MARKS), text: "Energy (dB)" },
    )?;
    let corners = mel.edges_hz.windows(3).zip(&energies);
    let triangles = corners.clone().map(|(edges, &energy)| {
        let points = vec![(edges[0], low), (edges[1], energy.into()), (edges[2], low)];
        Polygon::new(points, STRONG.mix(0.28).filled())
    });
    chart.draw_series(triangles)?;
    let peaks = corners.map(|(edges, &energy)| (edges[1], f64::from(energy)));
    chart.draw_series(line(peaks, STRONG))?;
    Ok(())
}

/// Draws energy over time and mel. Returns the picture to insert into the SVG after everything
/// else.
pub(super) fn mel_spectrogram(area: &Area<'_>, mel: &Mel, duration: f64) -> anyhow::Result<String> {
    let bands = mel.bands();
    let (mut levels, rows) = shrink(&mel.power, bands, (COLUMNS, PICTURE_ROWS));
    power_to_db(&mut levels, MIN_POWER, Some(mel.range_db));
    let (low, high) = extent(&levels);
    // A recording with hardly any range, such as silence, is dark.
    let high = high.max(low + LEAST_RANGE_DB);

    let (first, last) = mel.limits();
    let time = Axis::linear(0.0, duration, X_MARKS);
    let (chart, strip) = open(
        area,
        ("Mel spectrogram", ""),
        Labelled { axis: time.clone(), text: SECONDS },
        Labelled { axis: Axis::mel(first, last, mel.scale), text: "Frequency (Hz, mel-spaced)" },
    )?;
    let bar = Labelled { axis: Axis::linear(low, high, Y_MARKS), text: "Energy (dB)" };
    colour_bar(&strip, bar, colour)?;

    // Frames are rows in `levels` and columns in the picture, with the highest band on top.
    let columns = levels.len() / rows;
    let level = |row: usize, column: usize| {
        levels
            .get(column * rows + row)
            .map_or(0.0, |&level| (f64::from(level) - low) / (high - low))
    };
    let pixels: Vec<f64> = (0..rows)
        .rev()
        .flat_map(|row| (0..columns).map(move |column| level(row, column)))
        .collect();
    let (x, y) = chart.plotting_area().get_pixel_range();
    let (width, height) = (f64::from(x.end - x.start), f64::from(y.end - y.start));
    // A frame is drawn as wide as the hop, around its middle; a band between its neighbours' middles.
    let frames = (mel.power.len() / bands) as f64;
    let start = time.position(mel.first_frame - mel.seconds_per_frame / 2.0) * width;
    let end = time.position(mel.first_frame + (frames - 0.5) * mel.seconds_per_frame) * width;
    let band = height / (bands + 1) as f64;
    Ok(format!(
        concat!(
            "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">",
            "<image x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" ",
            "preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"{}\"/></svg>\n"
        ),
        x.start,
        y.start,
        width,
        height,
        start,
        band / 2.0,
        end - start,
        height - band,
        data_uri(&pixels, columns)?,
    ))
}
