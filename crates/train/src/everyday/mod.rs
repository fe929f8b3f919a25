//! The `everyday` command: turns YAMNet, as `models/everyday/extract.py` read it out of its
//! SavedModel, into a model file that describes itself.

mod card;
mod describe;
mod golden;
mod graph;
mod network;
mod quantise;
mod source;
mod taxonomy;

use crate::arrays::write_atomically;
use anyhow::{Context, Result, ensure};
use card::{Card, wheel};
use golden::Reference;
use network::Network;
use prost::Message;
use source::{Source, sha256_hex};
use sourcing_sound::{Classifier, Model};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Largest accepted file: what a page can ask people to wait for.
const MAX_BYTES: usize = 8_000_000;

/// Arguments of `everyday`.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// The folder that extract.py wrote.
    #[arg(long)]
    pub from: PathBuf,
    /// The folder with labels.csv, groups.csv and wheel.txt, where model.onnx and CARD.md go.
    #[arg(long)]
    pub out: PathBuf,
}

/// Runs the command. Nothing is written unless the file, as the core crate runs it, says what
/// the original network says.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let source = Source::read(&arguments.from)?;
    let network = Network::new(&source).context("the variables of YAMNet")?;
    let (labels, taxonomy) = taxonomy::read(&arguments.out, &source.facts.labels)?;
    let hash = source.hash.clone();
    let metadata = describe::metadata(labels, taxonomy, network.n_features, hash);
    let bytes = graph::model(&network, metadata.to_props()).encode_to_vec();
    ensure!(bytes.len() <= MAX_BYTES, "the file has {} bytes of {MAX_BYTES}", bytes.len());
    let model = Model::from_onnx(&bytes).context("loading the exported network")?;
    ensure!(model.metadata() == &metadata, "the metadata changed on their way through the file");
    let reference = golden::read(&arguments.from.join("golden"))?;
    let differences = check(&reference, model)?;
    let card = Card {
        metadata: &metadata,
        wheel: wheel(&arguments.out.join("wheel.txt"))?,
        sha256: sha256_hex(&bytes),
        bytes: bytes.len(),
        sounds: reference.sounds.len(),
        differences,
    };
    let text = card.text()?;
    write(&arguments.out.join("model.onnx"), &bytes)?;
    write(&arguments.out.join("CARD.md"), text.as_bytes())?;
    println!(
        "{} bytes; scores differ from the original network's by up to {:.1e}, embeddings by {:.1e}",
        bytes.len(),
        differences.score,
        differences.embedding
    );
    Ok(ExitCode::SUCCESS)
}

/// The largest differences between the file and the original network.
fn check(reference: &Reference, model: Model) -> Result<golden::Differences> {
    let differences = reference.differences(&mut Classifier::new(model)?)?;
    ensure!(
        differences.are_accepted(),
        "the exported network differs from the original one: {differences:?}"
    );
    Ok(differences)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomically(path, |out| out.write_all(bytes))
}
