//! Names the sounds in a WAV file, segment by segment: `cargo run --example classify -- street.wav`

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use hound::{SampleFormat, WavReader};
use sourcing_sound::{Classifier, Model, Pcm, SampleRate, downmix};

fn main() -> ExitCode {
    let Err(error) = run() else { return ExitCode::SUCCESS };
    // The reader of the output has seen enough, as in `classify street.wav | head`.
    if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn run() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("expected the path of a WAV file")?;
    let (samples, rate) = read(Path::new(&path))?;
    let mut classifier = Classifier::new(Model::everyday()?)?;
    let mut output = io::stdout().lock();
    for prediction in classifier.classify(Pcm::new(&samples, rate)?)? {
        write!(output, "{:7.2} s to {:7.2} s  ", prediction.start(), prediction.end())?;
        match prediction.top(1).first() {
            Some(best) if !prediction.rejected() => {
                writeln!(output, "{:.2} {}", best.score, best.label)?;
            }
            _ => writeln!(output, "nothing that the model knows")?,
        }
    }
    Ok(())
}

/// Returns the file's samples as mono, −1 to 1, and their rate.
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
