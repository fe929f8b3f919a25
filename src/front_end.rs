//! Turns PCM into feature columns. Training, the command line and the browser all compute their
//! features here, so that a network gets exactly the same input in use as in training. The
//! descriptors share its spectra and filters; there is no other feature code.

use crate::audio::{Pcm, SampleRate};
use crate::decimal::Decimal;
use crate::error::{Error, ErrorKind, Result};
use crate::framing::{FrameLayout, Framing, PadMode};
use crate::mel::{MelFilterBank, MelNorm, MelScale, MelTriangles, check_n_mels};
use crate::pre_emphasis::PreEmphasis;
use crate::resample::Resampler;
use crate::spectrum::{PowerSpectrum, Window};
use sourcing_sound_kernels::LANES;

/// How mel energies become features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LogScale {
    /// `10 · log10(energy + offset)`, in dB.
    Decibel {
        /// Added to the energy; sets the value of silence.
        offset: f32,
    },
    /// `ln(energy + offset)`.
    Natural {
        /// Added to the energy; sets the value of silence.
        offset: f32,
    },
}

impl LogScale {
    fn apply(self, energy: f32) -> f32 {
        match self {
            LogScale::Decibel { offset } => 10.0 * (energy + offset).log10(),
            LogScale::Natural { offset } => (energy + offset).ln(),
        }
    }

    /// Its name in model files: `decibel` or `natural`.
    pub fn name(self) -> &'static str {
        match self {
            LogScale::Decibel { .. } => "decibel",
            LogScale::Natural { .. } => "natural",
        }
    }

    /// Returns what is added to the energy.
    pub fn offset(self) -> f32 {
        match self {
            LogScale::Decibel { offset } | LogScale::Natural { offset } => offset,
        }
    }
}

/// Settings of the front end, in librosa's and torchaudio's terms.
#[derive(Clone, Debug, PartialEq)]
pub struct FrontEndConfig {
    /// Rate in Hz that audio is resampled to before analysis.
    pub sample_rate: u32,
    /// If set, the *a* in y\[n\] = x\[n + 1\] − *a* · x\[n\], above 0 and below 1. The signal y,
    /// one sample shorter, is then analysed instead of the audio x.
    pub pre_emphasis: Option<f32>,
    /// Samples per Fourier transform; even, 16 to 65,536.
    pub n_fft: usize,
    /// Samples under the window, at most `n_fft`.
    pub win_length: usize,
    /// Form of the window.
    pub window: Window,
    /// Samples from one frame to the next, at most `n_fft`.
    pub hop_length: usize,
    /// Whether frame *t* is centred on sample *t* · `hop_length`, with `n_fft / 2` samples of
    /// padding on either side of the recording (librosa's `center=True`).
    pub center: bool,
    /// The kind of padding; `Constant` without centring.
    pub pad_mode: PadMode,
    /// Where the window is in a frame, and how the end of a recording is handled.
    pub framing: FrameLayout,
    /// Exponent of the magnitude: 1 or 2.
    pub power: f32,
    /// Mel bands, 1 to 1,024.
    pub n_mels: usize,
    /// Lower edge of the first band in Hz.
    pub f_min: f32,
    /// Upper edge of the last band in Hz.
    pub f_max: f32,
    /// Mel formula.
    pub mel_scale: MelScale,
    /// Scaling of the bands.
    pub norm: MelNorm,
    /// Shape of the bands.
    pub triangles: MelTriangles,
    /// Compression of the energies.
    pub log: LogScale,
}

impl FrontEndConfig {
    /// Returns the number of columns in `samples` samples at [`Self::sample_rate`].
    pub fn columns_of(&self, samples: usize) -> usize {
        self.framing().frames_of(samples.saturating_sub(self.samples_lost()))
    }

    /// Returns how many samples shorter the analysed signal is than the audio.
    fn samples_lost(&self) -> usize {
        usize::from(self.pre_emphasis.is_some())
    }

    /// Returns the seconds from one column to the next.
    pub fn column_seconds(&self) -> f64 {
        self.hop_length as f64 / f64::from(self.sample_rate)
    }

    /// Returns the value of a feature for zero energy (digital silence).
    pub fn silent_value(&self) -> f32 {
        self.log.apply(0.0)
    }

    fn framing(&self) -> Framing {
        Framing {
            n_fft: self.n_fft,
            hop_length: self.hop_length,
            center: self.center,
            pad_mode: self.pad_mode,
            layout: self.framing,
        }
    }

    fn validate(&self) -> Result<()> {
        SampleRate::new(self.sample_rate)?;
        self.framing().validate()?;
        check_n_mels(self.n_mels)?;
        if let Some(coefficient) = self.pre_emphasis
            && !(coefficient > 0.0 && coefficient < 1.0)
        {
            return Err(Error::config(
                "pre_emphasis",
                Decimal::from(coefficient),
                "above 0, below 1",
            ));
        }
        let offset = self.log.offset();
        if !(offset > 0.0 && offset.is_finite()) {
            return Err(Error::config("log_offset", Decimal::from(offset), "a positive number"));
        }
        Ok(())
    }
}

/// Turns frames of samples into feature columns of `n_mels` values.
///
/// ```
/// use sourcing_sound::{
///     FrameLayout, FrontEnd, FrontEndConfig, LogScale, MelNorm, MelScale, MelTriangles, PadMode,
///     Pcm, SampleRate, Window,
/// };
/// let mut front_end = FrontEnd::new(FrontEndConfig {
///     sample_rate: 22_050, pre_emphasis: None, n_fft: 1024, win_length: 1024,
///     window: Window::Hann, hop_length: 512, center: true, pad_mode: PadMode::Constant,
///     framing: FrameLayout::Librosa, power: 2.0, n_mels: 64, f_min: 30.0, f_max: 11_025.0,
///     mel_scale: MelScale::Slaney, norm: MelNorm::Slaney, triangles: MelTriangles::Hertz,
///     log: LogScale::Decibel { offset: 1e-10 },
/// })?;
/// let second = vec![0.1; 48_000];
/// let columns = front_end.columns(Pcm::new(&second, SampleRate::new(48_000)?)?)?;
/// assert_eq!(columns.len(), (1 + 22_050 / 512) * 64);
/// # Ok::<(), sourcing_sound::Error>(())
/// ```
#[derive(Clone)]
pub struct FrontEnd {
    config: FrontEndConfig,
    spectrum: PowerSpectrum,
    filters: MelFilterBank,
}

impl FrontEnd {
    /// Validates the settings and plans the transforms.
    ///
    /// # Errors
    /// `config` or `audio-rate`, naming the setting, what was given and what is accepted.
    pub fn new(config: FrontEndConfig) -> Result<Self> {
        config.validate()?;
        let spectrum = PowerSpectrum::with_window(
            config.n_fft,
            config.win_length,
            config.power,
            config.framing,
            config.window,
        )?;
        let filters = MelFilterBank::with_triangles(
            config.sample_rate,
            config.n_fft,
            config.n_mels,
            (config.f_min, config.f_max),
            config.mel_scale,
            config.norm,
            config.triangles,
        )?;
        Ok(FrontEnd { config, spectrum, filters })
    }

    /// Returns the settings.
    pub fn config(&self) -> &FrontEndConfig {
        &self.config
    }

    /// See [`FrontEndConfig::silent_value`].
    pub fn silent_value(&self) -> f32 {
        self.config.silent_value()
    }

    /// Returns all columns of a recording: `[columns][n_mels]`, column after column.
    ///
    /// # Errors
    /// `audio-too-short` for less than one whole hop (without centring in librosa's layout, less
    /// than a whole frame; with reflection, fewer than `n_fft / 2 + 1` samples).
    pub fn columns(&mut self, pcm: Pcm<'_>) -> Result<Vec<f32>> {
        let mut stream = ColumnStream::new(self.clone(), pcm.rate())?;
        let model_rate_samples = pcm.duration_seconds() * f64::from(self.config.sample_rate);
        let mut columns = Vec::with_capacity(
            (self.config.columns_of(model_rate_samples as usize) + 1) * self.config.n_mels,
        );
        stream.push(pcm.samples(), &mut columns)?;
        stream.finish(&mut columns)?;
        Ok(columns)
    }

    /// Writes the columns of up to eight frames of `samples`, the first at its start and the others
    /// `hop_length` apart, to `columns` (`n_mels` values each) without allocating.
    fn batch(&mut self, samples: &[f32], columns: &mut [f32]) {
        let FrontEndConfig { n_fft, hop_length, n_mels, log, .. } = self.config;
        let count = columns.len() / n_mels;
        let mut frames = [samples; LANES];
        for (index, frame) in frames[..count].iter_mut().enumerate() {
            *frame = &samples[index * hop_length..][..n_fft];
        }
        let spectra = self.spectrum.batch(&frames[..count]);
        self.filters.energies(spectra, columns);
        columns.iter_mut().for_each(|value| *value = log.apply(*value));
    }
}

/// Columns of audio that arrives piece by piece at any rate. They equal those of
/// [`FrontEnd::columns`], no matter how the audio is split.
pub struct ColumnStream {
    front_end: FrontEnd,
    resampler: Resampler,
    input_rate: SampleRate,
    pre_emphasis: Option<PreEmphasis>,
    samples_in: u64,
    /// The signal to analyse, after resampling and pre-emphasis. It starts at the next frame, or
    /// earlier if those samples are needed to mirror the end of the recording.
    buffer: Vec<f32>,
    /// Where the next frame starts in `buffer`.
    next: usize,
    /// Whether `buffer` already contains the padding before the recording.
    opened: bool,
}

impl ColumnStream {
    /// Creates a stream of audio at `rate`.
    ///
    /// # Errors
    /// `config` if the rate cannot be converted.
    pub fn new(front_end: FrontEnd, rate: SampleRate) -> Result<Self> {
        let config = front_end.config();
        let resampler = Resampler::new(rate, SampleRate::new(config.sample_rate)?);
        Ok(ColumnStream {
            pre_emphasis: config.pre_emphasis.map(PreEmphasis::new),
            front_end,
            resampler,
            input_rate: rate,
            samples_in: 0,
            buffer: Vec::new(),
            next: 0,
            opened: false,
        })
    }

    /// Takes finite samples and appends every complete column to `columns`.
    ///
    /// # Errors
    /// `inference` if a transform fails, which does not happen with finite input.
    pub fn push(&mut self, samples: &[f32], columns: &mut Vec<f32>) -> Result<()> {
        self.samples_in += samples.len() as u64;
        let fresh = self.buffer.len();
        self.resampler.push(samples, &mut self.buffer);
        if self.prepare(fresh) { self.drain_frames(columns) } else { Ok(()) }
    }

    /// Appends the last columns and ends the stream.
    ///
    /// # Errors
    /// `audio-too-short` if all pushes together contained less than [`FrontEnd::columns`] needs.
    pub fn finish(&mut self, columns: &mut Vec<f32>) -> Result<()> {
        let min = self.min_samples_in();
        let fresh = self.buffer.len();
        self.resampler.finish(&mut self.buffer);
        if self.samples_in < min || !self.prepare(fresh) {
            let (given, min) = (self.samples_in as usize, min as usize);
            return Err(ErrorKind::AudioTooShort { given, min }.into());
        }
        self.front_end.config().framing().close(&mut self.buffer, self.next);
        self.drain_frames(columns)
    }

    /// Returns the front end's settings.
    pub fn config(&self) -> &FrontEndConfig {
        self.front_end.config()
    }

    /// Returns the fewest samples at the input rate that give a column.
    fn min_samples_in(&self) -> u64 {
        let config = self.front_end.config();
        let min = (config.framing().min_samples() + config.samples_lost()) as u64;
        (min * u64::from(self.input_rate.hz())).div_ceil(u64::from(config.sample_rate))
    }

    /// Applies pre-emphasis to the samples in `buffer` from index `fresh` on. Returns whether there
    /// are enough samples for the first frame.
    fn prepare(&mut self, fresh: usize) -> bool {
        if let Some(pre_emphasis) = &mut self.pre_emphasis {
            pre_emphasis.apply(&mut self.buffer, fresh);
        }
        self.opened = self.opened || self.front_end.config().framing().open(&mut self.buffer);
        self.opened
    }

    fn drain_frames(&mut self, columns: &mut Vec<f32>) -> Result<()> {
        let (n_fft, hop, n_mels, mirrored) = {
            let config = self.front_end.config();
            (config.n_fft, config.hop_length, config.n_mels, config.framing().mirrored())
        };
        while let Some(rest) = (self.buffer.len() - self.next).checked_sub(n_fft) {
            let count = (rest / hop + 1).min(LANES);
            let end = columns.len();
            columns.resize(end + count * n_mels, 0.0);
            self.front_end.batch(&self.buffer[self.next..], &mut columns[end..]);
            self.next += count * hop;
        }
        let over = self.next.min(self.buffer.len() - mirrored);
        self.buffer.drain(..over);
        self.next -= over;
        Ok(())
    }
}
