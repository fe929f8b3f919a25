//! Names the sounds in a WAV file, segment by segment: `cargo run --example classify -- street.wav`

use std::error::Error;
use std::path::Path;

use hound::{SampleFormat, WavReader};
use sourcing_sound::{Classifier, Model, Pcm, SampleRate, downmix};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("expected the path of a WAV file")?;
    let (samples, rate) = read(Path::new(&path))?;
    let mut classifier = Classifier::new(Model::everyday()?)?;
    for prediction in classifier.classify(Pcm::new(&samples, rate)?)? {
        print!("{:7.2} s to {:7.2} s  ", prediction.start(), prediction.end());
        match prediction.top(1).first() {
            Some(best) if !prediction.rejected() => println!("{:.2} {}", best.score, best.label),
            _ => println!("nothing that the model knows"),
        }
    }
    Ok(())
}

/// The file's samples as mono, −1 to 1, and their rate.
fn read(path: &Path) -> Result<(Vec<f32>, SampleRate), Box<dyn Error>> {
    let wav = WavReader::open(path)?;
    let spec = wav.spec();
    let interleaved: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => wav.into_samples().collect::<Result<_, _>>()?,
        SampleFormat::Int => {
            let full_scale = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            let samples = wav.into_samples::<i32>();
            samples.map(|sample| Ok(sample? as f32 / full_scale)).collect::<hound::Result<_>>()?
        }
    };
    let mono = downmix(&interleaved, usize::from(spec.channels))?;
    Ok((mono, SampleRate::new(spec.sample_rate)?))
}
