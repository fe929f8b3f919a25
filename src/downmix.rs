//! Mixes several channels to one, without cancelling or weakening what they contain.
//!
//! Most programs average the channels. That halves a sound that is in only one of two channels, and
//! cancels a sound that is inverted in one of them. Here, silent channels are ignored, and where
//! the mean is still much weaker than the loudest channel, that channel is used instead.

use crate::audio::MAX_SAMPLE;
use crate::error::{ErrorKind, Result};

/// The unit in which the mix is decided, in frames (one sample per channel): 21 ms at 48 kHz.
const BLOCK_FRAMES: usize = 1_024;

/// After this many blocks, a block's weight has halved: 0.4 s at 48 kHz.
const HALF_LIFE_BLOCKS: f64 = 20.0;

/// A channel with less than this share of the loudest one's energy counts as silent: −40 dB.
const SILENT: f64 = 1e-4;

/// The share of the loudest channel's energy below which the mean is not used: −3.25 dB. Equally
/// loud, uncorrelated channels lose 3.01 dB and are still averaged.
const WEAK: f64 = 0.473;

/// The share above which the mean is used again: −2 dB.
const STRONG: f64 = 0.631;

/// How much louder than the channel in use another one must be to replace it, as a ratio of
/// energies: 3 dB.
const LOUDER: f64 = 2.0;

/// A block in which a channel has more energy does not count: a sample of it is refused later, as
/// NaN and infinity are. It must not decide the mix, since its energy would outweigh all that follows
/// for a minute.
const MAX_ENERGY: f64 = MAX_SAMPLE as f64 * MAX_SAMPLE as f64;

/// The most channels that are mixed.
pub const MAX_CHANNELS: usize = 64;

/// Mixes a recording or stream to one channel, block by block, so that the size of the pushes
/// cannot change the result. With one channel, samples pass through at once; with more, up to
/// 1,023 frames wait for the rest of their block.
pub struct Downmix {
    channels: usize,
    /// Factor by which past energy is multiplied for every block.
    decay: f64,
    /// Interleaved samples of an incomplete block.
    pending: Vec<f32>,
    /// The decayed energy of each channel, and of the mean of those with sound.
    energies: Vec<f64>,
    mean_energy: f64,
    mix: Mix,
    blocks: u64,
    taken: Option<Taken>,
}

/// The first use of a channel instead of the mean, which was too weak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// The channel, counted from 0.
    pub channel: usize,
    /// How much weaker the mean was than this channel, in dB; infinite if the channels cancelled
    /// completely.
    pub loss_db: f64,
    /// Where this happened, in frames from the start.
    pub frame: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Mix {
    /// The mean of these channels.
    Mean(Vec<usize>),
    /// One channel.
    Channel(usize),
}

impl Downmix {
    /// Creates a mix of `channels` channels.
    ///
    /// # Errors
    /// `audio-channels` for no channel; `limit` for more than [`MAX_CHANNELS`].
    pub fn new(channels: usize) -> Result<Self> {
        if channels == 0 {
            return Err(ErrorKind::AudioChannels { samples: 0, channels }.into());
        }
        if channels > MAX_CHANNELS {
            let (max, given) = (MAX_CHANNELS as u64, channels as u64);
            return Err(ErrorKind::Limit { what: "channels", given, max }.into());
        }
        Ok(Downmix {
            channels,
            decay: 0.5f64.powf(HALF_LIFE_BLOCKS.recip()),
            pending: Vec::new(),
            energies: vec![0.0; channels],
            mean_energy: 0.0,
            mix: Mix::Mean((0..channels).collect()),
            blocks: 0,
            taken: None,
        })
    }

    /// Appends the mix of all complete blocks of `interleaved` (`[frames][channels]`) to `output`.
    ///
    /// # Errors
    /// `audio-channels` if the number of samples is not a multiple of the channels; no sample is
    /// taken then.
    pub fn push(&mut self, interleaved: &[f32], output: &mut Vec<f32>) -> Result<()> {
        let channels = self.channels;
        if !interleaved.len().is_multiple_of(channels) {
            let samples = interleaved.len();
            return Err(ErrorKind::AudioChannels { samples, channels }.into());
        }
        if channels == 1 {
            output.extend_from_slice(interleaved);
            return Ok(());
        }
        let block = BLOCK_FRAMES * channels;
        let mut rest = interleaved;
        if !self.pending.is_empty() {
            let (first, others) = rest.split_at(rest.len().min(block - self.pending.len()));
            self.pending.extend_from_slice(first);
            rest = others;
            if self.pending.len() < block {
                return Ok(());
            }
            let pending = std::mem::take(&mut self.pending);
            self.mix_block(&pending, output);
        }
        let mut blocks = rest.chunks_exact(block);
        for block in &mut blocks {
            self.mix_block(block, output);
        }
        self.pending.extend_from_slice(blocks.remainder());
        Ok(())
    }

    /// Appends the mix of the remaining samples.
    pub fn finish(&mut self, output: &mut Vec<f32>) {
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() {
            self.mix_block(&pending, output);
        }
    }

    /// Returns the first time that a channel was used instead of the mean; `None` if it never was.
    pub fn taken(&self) -> Option<Taken> {
        self.taken
    }

    fn mix_block(&mut self, block: &[f32], output: &mut Vec<f32>) {
        let before = std::mem::replace(&mut self.mix, Mix::Channel(0));
        self.mix = self.decide(&before, block);
        if self.blocks == 0 || self.mix == before {
            self.mix.apply(block, self.channels, output);
        } else {
            self.fade(&before, block, output);
        }
        self.blocks += 1;
    }

    /// Fades from `before` to the present mix over one block, so that the change is not a click.
    fn fade(&self, before: &Mix, block: &[f32], output: &mut Vec<f32>) {
        let (start, frames) = (output.len(), block.len() / self.channels);
        before.apply(block, self.channels, output);
        let mut after = Vec::with_capacity(frames);
        self.mix.apply(block, self.channels, &mut after);
        for (frame, (sample, after)) in output[start..].iter_mut().zip(after).enumerate() {
            let share = (frame + 1) as f32 / frames as f32;
            *sample += share * (after - *sample);
        }
    }

    /// Updates the energies with a block and returns the mix to use for it.
    fn decide(&mut self, before: &Mix, block: &[f32]) -> Mix {
        let mut energies = vec![0.0; self.channels];
        for frame in block.chunks_exact(self.channels) {
            for (energy, &sample) in energies.iter_mut().zip(frame) {
                *energy += f64::from(sample) * f64::from(sample);
            }
        }
        if !energies.iter().all(|energy| (0.0..=MAX_ENERGY).contains(energy)) {
            return before.clone();
        }
        for (total, energy) in self.energies.iter_mut().zip(energies) {
            *total = *total * self.decay + energy;
        }
        let mut loudest = 0;
        for channel in 1..self.channels {
            if self.energies[channel] > self.energies[loudest] {
                loudest = channel;
            }
        }
        let peak = self.energies[loudest];
        let counts = |&channel: &usize| self.energies[channel] >= peak * SILENT;
        let active: Vec<usize> = (0..self.channels).filter(counts).collect();
        self.mean_energy =
            self.mean_energy * self.decay + mean_energy(block, self.channels, &active);
        let enough = if matches!(before, Mix::Mean(_)) { WEAK } else { STRONG };
        if self.mean_energy >= peak * enough {
            return Mix::Mean(active);
        }
        self.taken.get_or_insert_with(|| Taken {
            channel: loudest,
            loss_db: 10.0 * (peak / self.mean_energy).log10(),
            frame: self.blocks * BLOCK_FRAMES as u64,
        });
        match *before {
            Mix::Channel(used) if peak < self.energies[used] * LOUDER => Mix::Channel(used),
            _ => Mix::Channel(loudest),
        }
    }
}

impl Mix {
    fn apply(&self, block: &[f32], channels: usize, output: &mut Vec<f32>) {
        let frames = block.chunks_exact(channels);
        match self {
            Mix::Channel(channel) => output.extend(frames.map(|frame| frame[*channel])),
            Mix::Mean(active) if active.len() == channels => {
                let gain = 1.0 / channels as f32;
                output.extend(frames.map(|frame| frame.iter().sum::<f32>() * gain));
            }
            Mix::Mean(active) => {
                let gain = 1.0 / active.len() as f32;
                let sum = |frame: &[f32]| active.iter().map(|&channel| frame[channel]).sum::<f32>();
                output.extend(frames.map(|frame| sum(frame) * gain));
            }
        }
    }
}

/// Returns the energy of the mean of the `active` channels.
fn mean_energy(block: &[f32], channels: usize, active: &[usize]) -> f64 {
    let mut energy = 0.0;
    for frame in block.chunks_exact(channels) {
        let sum: f64 = active.iter().map(|&channel| f64::from(frame[channel])).sum();
        energy += sum * sum;
    }
    energy / (active.len() * active.len()) as f64
}

/// Mixes a whole recording: interleaved samples (`[frames][channels]`) become one channel
/// (`[frames]`), as by [`Downmix`].
///
/// # Errors
/// `audio-channels` if `channels` is 0 or does not divide the samples; `limit` for more than
/// [`MAX_CHANNELS`].
pub fn downmix(interleaved: &[f32], channels: usize) -> Result<Vec<f32>> {
    let mut mix = Downmix::new(channels)?;
    let mut mono = Vec::with_capacity(interleaved.len() / channels);
    mix.push(interleaved, &mut mono)?;
    mix.finish(&mut mono);
    Ok(mono)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    /// Returns 96,000 samples of noise from −1 to 1.
    fn noise(seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..96_000).map(|_| next()).collect()
    }

    fn interleave(channels: &[Vec<f32>]) -> Vec<f32> {
        (0..channels[0].len()).flat_map(|n| channels.iter().map(move |c| c[n])).collect()
    }

    fn scaled(samples: &[f32], gain: f32) -> Vec<f32> {
        samples.iter().map(|sample| sample * gain).collect()
    }

    #[test]
    fn equal_and_unrelated_channels_are_averaged() {
        let (a, b) = (noise(1), noise(2));
        let mono = downmix(&interleave(&[a.clone(), b.clone()]), 2).unwrap();
        let mean: Vec<f32> = a.iter().zip(&b).map(|(a, b)| (a + b) * 0.5).collect();
        assert_eq!(mono, mean);
        let same = downmix(&interleave(&[a.clone(), a.clone(), a.clone(), a.clone()]), 4);
        assert_eq!(same.unwrap(), a);
    }

    #[test]
    fn silent_channels_do_not_count_and_inverted_ones_do_not_cancel() {
        let (sound, hiss) = (noise(1), scaled(&noise(2), 0.001));
        let silence = vec![0.0; sound.len()];
        let mut eight = vec![hiss.clone(); 8];
        eight[4] = sound.clone();
        for channels in [
            vec![sound.clone(), silence.clone()],
            vec![silence, sound.clone()],
            vec![sound.clone(), scaled(&sound, -1.0)],
            vec![sound.clone(), scaled(&sound, -0.5)],
            eight,
        ] {
            let count = channels.len();
            assert_eq!(downmix(&interleave(&channels), count).unwrap(), sound);
        }
    }

    #[test]
    fn the_channel_used_is_reported_and_changes_do_not_click() {
        let sound = noise(3);
        let half = sound.len() / 2;
        let mut other = sound.clone();
        other[half..].iter_mut().for_each(|sample| *sample = -*sample);
        let mut mix = Downmix::new(2).unwrap();
        let mut mono = Vec::new();
        mix.push(&interleave(&[sound.clone(), other]), &mut mono).unwrap();
        mix.finish(&mut mono);
        let taken = mix.taken().unwrap();
        assert_eq!(taken.channel, 0);
        assert!(taken.loss_db > 3.0, "{taken:?}");
        assert!((48_000 - 1_024..96_000).contains(&taken.frame), "{taken:?}");
        assert_eq!(mono[..half], sound[..half]);
        assert_eq!(mono[mono.len() - 400..], sound[sound.len() - 400..]);
    }

    #[test]
    fn the_size_of_the_pushes_changes_nothing() {
        let channels = [noise(1), scaled(&noise(1), -0.9), noise(5)];
        let interleaved = interleave(&channels);
        let whole = downmix(&interleaved, 3).unwrap();
        for frames in [1, 7, 1_023, 1_024, 1_025, 5_000] {
            let mut mix = Downmix::new(3).unwrap();
            let mut mono = Vec::new();
            for piece in interleaved.chunks(3 * frames) {
                mix.push(piece, &mut mono).unwrap();
            }
            mix.finish(&mut mono);
            assert_eq!(mono, whole, "{frames} frames at a time");
        }
    }

    #[test]
    fn samples_that_are_refused_later_pass_without_influence() {
        let expected = downmix(&interleave(&[noise(1), noise(2)]), 2).unwrap();
        for refused in [f32::NAN, f32::INFINITY, 1.1e15, -1e20] {
            let mut channels = [noise(1), noise(2)];
            channels[1][48_000] = refused;
            let mut mono = downmix(&interleave(&channels), 2).unwrap();
            assert!(mono[48_000].is_nan() || mono[48_000].abs() > 1e14);
            mono[48_000] = expected[48_000];
            assert_eq!(mono, expected, "{refused}");
        }
    }

    #[test]
    fn wrong_channels_are_refused() {
        let code =
            |samples, channels| downmix(&vec![0.0; samples], channels).err().map(|e| e.code());
        assert_eq!(code(3, 2), Some("audio-channels"));
        assert_eq!(code(4, 0), Some("audio-channels"));
        assert_eq!(code(65, 65), Some("limit"));
        assert_eq!(code(0, 2), None);
    }
}
