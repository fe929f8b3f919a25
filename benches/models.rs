//! Measures the cost of a model natively. Reads one request per line from standard input, a JSON
//! object `{"model": path, "head": path or null, "seconds": n}`, and answers each with one line of
//! JSON: `{"load_ms", "classify_ms", "stream_ms"}`, each for a newly loaded model.
//!
//! `cargo xtask bench` alternates between this program and the same measurement in a browser. It
//! prints only answers, so a run without input, such as a check that it starts, ends immediately.

mod noise;

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use sourcing_sound::{Classifier, Head, Model, Pcm, SampleRate, StreamConfig};

/// The rate of a microphone in Hz; `benches/web` uses the same.
const RATE: u32 = 48_000;
/// Samples per push, the same as in the page's worklet.
const PIECE: usize = 2_048;

fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let answer = measure(&Request::read(&serde_json::from_str(&line?)?)?)?;
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

struct Request {
    model: PathBuf,
    head: Option<PathBuf>,
    /// Length of the audio.
    seconds: f64,
}

impl Request {
    fn read(value: &Value) -> Result<Self, Box<dyn Error>> {
        Ok(Request {
            model: value["model"].as_str().ok_or("no \"model\" in the request")?.into(),
            head: value["head"].as_str().map(PathBuf::from),
            seconds: value["seconds"].as_f64().ok_or("no \"seconds\" in the request")?,
        })
    }
}

/// Measures a model. Bytes are read before the clock starts, because the page has already fetched
/// them.
fn measure(request: &Request) -> Result<Value, Box<dyn Error>> {
    let model = std::fs::read(&request.model)?;
    let head = request.head.as_ref().map(std::fs::read).transpose()?;
    let audio = noise::noise((request.seconds * f64::from(RATE)) as usize);

    let start = Instant::now();
    let mut classifier = load(&model, head.as_deref())?;
    let load_ms = milliseconds(start);

    classify(&mut classifier, &audio)?; // warms up caches
    let start = Instant::now();
    classify(&mut classifier, &audio)?;
    let classify_ms = milliseconds(start);

    let start = Instant::now();
    stream(&classifier, &audio)?;
    let stream_ms = milliseconds(start);
    Ok(json!({ "load_ms": load_ms, "classify_ms": classify_ms, "stream_ms": stream_ms }))
}

fn load(model: &[u8], head: Option<&[u8]>) -> sourcing_sound::Result<Classifier> {
    let model = Model::from_onnx(model)?;
    match head {
        Some(head) => Classifier::with_head(model, Head::from_json(head)?),
        None => Classifier::new(model),
    }
}

fn classify(classifier: &mut Classifier, audio: &[f32]) -> sourcing_sound::Result<()> {
    black_box(classifier.classify(Pcm::new(audio, SampleRate::new(RATE)?)?)?);
    Ok(())
}

/// Streams the audio at the model's hop.
fn stream(classifier: &Classifier, audio: &[f32]) -> sourcing_sound::Result<()> {
    let mut stream = classifier.stream(SampleRate::new(RATE)?, StreamConfig::default())?;
    for piece in audio.chunks(PIECE) {
        black_box(stream.push(piece)?);
        black_box(stream.take_columns());
    }
    black_box(stream.finish()?);
    Ok(())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
