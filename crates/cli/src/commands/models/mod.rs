//! `models`: lists the built-in models, as text or JSON.

mod card;

use std::io::{self, Write};

use anyhow::Context;
use clap::Args;

use crate::model::built_in::MODELS;
use crate::outcome::Outcome;
use crate::output::{CardFormat, STDOUT, write_json};

use card::Card;

#[derive(Args)]
pub(crate) struct RawModels {
    /// What to print
    #[arg(long, value_enum, default_value_t = CardFormat::Text)]
    format: CardFormat,
}

/// Lists the built-in models on stdout.
///
/// # Errors
/// If the output cannot be written, or a model is broken, which a test rules out.
pub(crate) fn run(raw: RawModels) -> anyhow::Result<Outcome> {
    let mut cards = Vec::new();
    for model in MODELS {
        let card = Card::of(model);
        cards.push(card.with_context(|| format!("the built-in model {}", model.name))?);
    }
    print(raw.format, &cards).context(STDOUT)?;
    Ok(Outcome::Complete)
}

fn print(format: CardFormat, cards: &[Card]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match format {
        CardFormat::Json => write_json(&mut output, &cards)?,
        CardFormat::Text => {
            for (index, card) in cards.iter().enumerate() {
                if index > 0 {
                    writeln!(output)?;
                }
                card.write(&mut output)?;
            }
        }
    }
    output.flush()
}
