//! Measures how fast the compact network trains. Reads one request per line from standard input, a
//! JSON object `{"steps": n}`, and answers each with one line of JSON, `{"examples", "seconds",
//! "processor_seconds"}`, of `n` steps (forward, backward, AdamW and average) on a batch of noise,
//! on one thread. The processor's time is null if the system does not report it.
//!
//! `cargo xtask bench training` alternates between this program and `benches/training.py`, which
//! has the same network.

use std::fs;
use std::io::{self, Write};
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sourcing_sound_train::model::config::TrainConfig;
use sourcing_sound_train::model::network::NetConfig;
use sourcing_sound_train::nn::checkpoint::State;
use sourcing_sound_train::nn::examples::Batch;
use sourcing_sound_train::nn::net::NetworkConfig;
use sourcing_sound_train::nn::optimise::{average_decay, update_average, update_statistics};
use sourcing_sound_train::nn::step::Stepper;
use sourcing_sound_train::nn::weights;
use sourcing_sound_train::random::generator;

const N_MELS: usize = 64;
const N_LABELS: usize = 10;

fn main() -> Result<()> {
    let config = TrainConfig::default();
    let network = NetConfig::compact(N_MELS, N_LABELS).network(config.augment.crop_frames);
    let mut training = Training::new(&network, &config)?;
    for line in io::stdin().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let steps = request["steps"].as_u64().context("no \"steps\" in the request")?;
        writeln!(io::stdout(), "{}", training.measure(steps)?)?;
    }
    Ok(())
}

struct Training<'a> {
    config: &'a TrainConfig,
    stepper: Stepper<'a>,
    state: State,
    batch: Batch,
}

impl<'a> Training<'a> {
    fn new(network: &'a NetworkConfig, config: &'a TrainConfig) -> Result<Self> {
        let mut rng = generator(config.seed, "benchmark", &[]);
        let weights = weights::random(network, &mut rng)?;
        let noise = |place: usize| ((place * 7_919 % 1_009) as f32) / 504.0 - 1.0;
        let inputs = (0..config.batch * network.input_len()).map(noise).collect();
        let labels: Vec<_> = (0..config.batch).map(|example| example % N_LABELS).collect();
        Ok(Self {
            config,
            stepper: Stepper::new(network)?,
            state: State::new(weights),
            batch: Batch::labelled(inputs, &labels, N_LABELS, network.input[1])?,
        })
    }

    fn measure(&mut self, steps: u64) -> Result<Value> {
        self.step()?; // warms up caches
        let (begun, processor_begun) = (Instant::now(), processor_seconds());
        for _ in 0..steps {
            self.step()?;
        }
        let processor = processor_begun.zip(processor_seconds()).map(|(from, to)| to - from);
        Ok(json!({
            "examples": steps * self.batch.len as u64,
            "seconds": begun.elapsed().as_secs_f64(),
            "processor_seconds": processor,
        }))
    }

    /// Takes a step as the trainer does.
    fn step(&mut self) -> Result<()> {
        let State { progress, weights, kept, adam } = &mut self.state;
        let TrainConfig { seed, learning_rate, weight_decay, average, .. } = *self.config;
        let mut rng = generator(seed, "dropout", &[progress.step as u64]);
        let output = self.stepper.step(&weights.parameters, &self.batch, Some(&mut rng))?;
        adam.step(weights, &output.gradients, progress.step, learning_rate, weight_decay);
        update_statistics(weights, &output.statistics);
        update_average(kept, weights, (1.0 - average_decay(progress.step, average)) as f32);
        progress.step += 1;
        Ok(())
    }
}

/// Returns the time for which all threads of this process have run, on Linux.
fn processor_seconds() -> Option<f64> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let times = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += times.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 * 1e-9)
}
