//! Draws a recording as an SVG with four panels: waveform, spectrum, mel filter bank, mel
//! spectrogram.
//!
//! The drawing of any recording is smaller than a megabyte, because nothing is drawn finer than the
//! panels' pixels.

mod axis;
mod image;
mod panel;
mod panels;
mod reduce;

use std::path::Path;

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea;
use plotters::style::WHITE;
use sourcing_sound::{Descriptors, Pcm, WholeSpectrum, magnitude_db};

use panel::{HEADER_HEIGHT, PANEL_HEIGHT, WIDTH, draw_header};
use panels::Mel;

/// The range of colours in dB if the user does not set one.
const USUAL_RANGE_DB: f32 = 80.0;

/// The longest file name that fits above the drawing, in characters.
const TITLE_LENGTH: usize = 80;

/// What is drawn of one recording.
pub(super) struct Picture {
    title: String,
    subtitle: String,
    sample_rate: f64,
    samples: Vec<f32>,
    spectrum: WholeSpectrum,
    mel: Mel,
}

impl Picture {
    /// Measures what is drawn; the samples have the descriptors' rate.
    ///
    /// # Errors
    /// The core's, if it cannot measure this recording: `limit` if it is too long for one
    /// Fourier transform.
    pub(super) fn of(descriptors: &Descriptors, pcm: Pcm<'_>) -> sourcing_sound::Result<Self> {
        let spectrum = magnitude_db(pcm)?;
        let frames = descriptors.compute(pcm)?;
        let config = descriptors.config();
        let seconds = |samples: usize| samples as f64 / f64::from(config.sample_rate);
        Ok(Picture {
            title: String::new(),
            subtitle: String::new(),
            sample_rate: f64::from(config.sample_rate),
            samples: pcm.samples().to_vec(),
            spectrum,
            mel: Mel {
                scale: config.mel_scale,
                edges_hz: descriptors.filters().edges_hz().to_vec(),
                power: frames.mel().to_vec(),
                seconds_per_frame: frames.seconds_per_frame(),
                first_frame: if config.center { 0.0 } else { seconds(config.n_fft / 2) },
                range_db: config.top_db.unwrap_or(USUAL_RANGE_DB),
            },
        })
    }

    /// Adds the heading: the file's name, its length in seconds and the rate.
    pub(super) fn titled(mut self, path: &Path, duration: f64) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        // XML allows no control characters, not even escaped.
        let mut title: String =
            name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        if let Some((end, _)) = title.char_indices().nth(TITLE_LENGTH) {
            title.truncate(end);
            title.push('…');
        }
        self.title = title;
        let rate = axis::grouped(self.sample_rate, 0);
        self.subtitle = format!("{duration:.2} s · analysed at {rate} Hz");
        self
    }

    /// Returns the drawing as SVG.
    ///
    /// # Errors
    /// The drawing library's; it has none when it draws in memory.
    pub(super) fn to_svg(&self) -> anyhow::Result<String> {
        let mut svg = String::new();
        let height = HEADER_HEIGHT + 4 * PANEL_HEIGHT;
        let spectrogram = {
            let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
            root.fill(&WHITE)?;
            let (header, body) = root.split_vertically(HEADER_HEIGHT);
            draw_header(&header, &self.title, &self.subtitle)?;
            let areas = body.split_evenly((4, 1));
            let [wave, spectrum, filters, mel] = areas.as_slice() else {
                anyhow::bail!("the drawing has {} panels instead of 4", areas.len());
            };
            panels::waveform(wave, &self.samples, self.sample_rate)?;
            panels::spectrum(spectrum, &self.spectrum, self.sample_rate / 2.0)?;
            panels::filter_bank(filters, &self.mel)?;
            let duration = self.samples.len() as f64 / self.sample_rate;
            let image = panels::mel_spectrogram(mel, &self.mel, duration)?;
            root.present()?;
            image
        };
        // plotters would need an image library for it, so the picture is inserted as text.
        let end = svg.rfind("</svg>").unwrap_or(svg.len());
        svg.insert_str(end, &spectrogram);
        Ok(svg)
    }
}
