//! Endless sound that is cheap to make: a few seconds each of some kinds of sound, at times that
//! never repeat, over faint noise. The same in every run.

use std::f64::consts::TAU;

/// Length of every sound in seconds.
const SOUND_SECONDS: f64 = 3.0;
/// The least silence after a sound, in seconds: long enough for its events to end.
const LEAST_GAP_SECONDS: f64 = 8.0;
/// By how much the silence may be longer, in seconds.
const MORE_GAP_SECONDS: f64 = 12.0;
/// Length of the noise that is repeated, in samples: a prime, so that it never coincides with the
/// same sound at the same place.
const HISS_SAMPLES: usize = 479_909;
/// Amplitude of that noise, that of a quiet room.
const HISS: f32 = 1e-4;

/// A sound in the scene.
#[derive(Clone, Copy)]
pub struct Placed {
    /// Which of [`Scene::KINDS`] it is.
    pub kind: usize,
    /// Its first sample.
    pub start: u64,
}

/// The sound from its beginning on, piece by piece.
pub struct Scene {
    hz: u32,
    sounds: Vec<Vec<f32>>,
    hiss: Vec<f32>,
    random: Random,
    at: u64,
    next: Placed,
    announced: bool,
}

impl Scene {
    /// How many kinds of sound there are.
    pub const KINDS: usize = 4;

    /// Creates a scene at `hz` samples a second.
    pub fn new(hz: u32) -> Self {
        let mut random = Random(1);
        let hiss = (0..HISS_SAMPLES).map(|_| random.next() * HISS).collect();
        let sounds = (0..Self::KINDS).map(|kind| sound(kind, hz, &mut random)).collect();
        let next = Placed { kind: 0, start: u64::from(hz) * 5 };
        Scene { hz, sounds, hiss, random, at: 0, next, announced: false }
    }

    /// Fills `piece` with the next samples; passes every sound that begins in it to `begun`.
    pub fn fill(&mut self, piece: &mut [f32], mut begun: impl FnMut(Placed)) {
        let end = self.at + piece.len() as u64;
        for (sample, index) in piece.iter_mut().zip(self.at..) {
            *sample = self.hiss[(index % HISS_SAMPLES as u64) as usize];
        }
        loop {
            let Placed { kind, start } = self.next;
            if start >= end {
                break;
            }
            if !self.announced {
                begun(self.next);
                self.announced = true;
            }
            let sound = &self.sounds[kind];
            let over = start + sound.len() as u64;
            let first = self.at.max(start);
            let part = &sound[(first - start) as usize..(end.min(over) - start) as usize];
            let place = (first - self.at) as usize;
            for (sample, &added) in piece[place..].iter_mut().zip(part) {
                *sample += added;
            }
            if over > end {
                break;
            }
            self.next = self.after(over);
            self.announced = false;
        }
        self.at = end;
    }

    /// Returns the sound after one that ends at a sample.
    fn after(&mut self, over: u64) -> Placed {
        let share = f64::from(self.random.next() + 1.0) / 2.0;
        let gap = (LEAST_GAP_SECONDS + share * MORE_GAP_SECONDS) * f64::from(self.hz);
        let kind = ((self.random.next() + 1.0) / 2.0 * Self::KINDS as f32) as usize;
        Placed { kind: kind.min(Self::KINDS - 1), start: over + gap as u64 }
    }
}

/// Returns one of the sounds.
fn sound(kind: usize, hz: u32, random: &mut Random) -> Vec<f32> {
    let samples = (SOUND_SECONDS * f64::from(hz)) as usize;
    let burst = |t: f64, per_second: f64, decay: f64| (-(t % (1.0 / per_second)) / decay).exp();
    let mut sample = |t: f64| match kind {
        // A wail from 600 to 1,400 Hz and back, twice a second.
        0 => 0.3 * (TAU * 1_000.0 * t - 200.0 * (TAU * 2.0 * t).cos()).sin().signum(),
        // A horn of two tones.
        1 => {
            (1..8)
                .map(|n| f64::from(n) * TAU * t)
                .map(|t| (420.0 * t).sin() + (525.0 * t).sin())
                .sum::<f64>()
                * 0.05
        }
        // Short clicks, and bangs.
        2 => 0.8 * burst(t, 12.0, 0.015) * f64::from(random.next()),
        _ => 0.9 * burst(t, 0.5, 0.08) * f64::from(random.next()),
    };
    (0..samples).map(|index| sample(index as f64 / f64::from(hz)) as f32).collect()
}

/// A linear congruential generator.
struct Random(u32);

impl Random {
    /// Returns the next number, −1 to 1.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 as f32 / (1u32 << 31) as f32 - 1.0
    }
}
