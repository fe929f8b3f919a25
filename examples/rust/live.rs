//! Detects sounds in live audio and prints when they start and end. Here, the audio is silence, a
//! siren and silence again: `cargo run --example live`

use std::error::Error;
use std::f32::consts::TAU;

use sourcing_sound::{Classifier, Model, SampleRate, SoundEvent, StreamConfig};

/// Rate in Hz, that of most microphones.
const RATE: u32 = 48_000;
/// Samples per push; the number does not change the events.
const PIECE: usize = 1_024;

fn main() -> Result<(), Box<dyn Error>> {
    let classifier = Classifier::new(Model::everyday()?)?;
    let mut stream = classifier.stream(SampleRate::new(RATE)?, StreamConfig::default())?;
    let mut begun = Vec::new();
    for piece in sound().chunks(PIECE) {
        for update in stream.push(piece)? {
            update.events.iter().for_each(|event| report(event, &mut begun));
        }
    }
    for update in stream.finish()? {
        update.events.iter().for_each(|event| report(event, &mut begun));
    }
    Ok(())
}

/// Prints an event when it starts and when it ends. Every update contains the open events, so
/// `begun` holds those that have been printed.
fn report(event: &SoundEvent, begun: &mut Vec<SoundEvent>) {
    let is_new = !begun.iter().any(|old| old.label == event.label && old.onset == event.onset);
    if is_new {
        begun.push(event.clone());
        println!("{:6.2} s  {} begins", event.onset, event.label);
    }
    if let Some(offset) = event.offset {
        println!("{offset:6.2} s  {} ends, score {:.2}", event.label, event.score);
    }
}

/// Returns mono samples, −1 to 1: 3 s of silence, 8 s of a siren (a square wave that wails between
/// 600 and 1,400 Hz), 6 s of silence.
fn sound() -> Vec<f32> {
    let mut phase = 0.0;
    let siren = (0..8 * RATE).map(|index| {
        let seconds = index as f32 / RATE as f32;
        let hz = 1_000.0 + 400.0 * (TAU * 2.0 * seconds).sin();
        phase = (phase + hz / RATE as f32) % 1.0;
        if phase < 0.5 { 0.3 } else { -0.3 }
    });
    let silence = |seconds: u32| std::iter::repeat_n(0.0, (seconds * RATE) as usize);
    silence(3).chain(siren).chain(silence(6)).collect()
}
