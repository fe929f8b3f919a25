//! The experiment `few-shot`: labels taught from a few examples, against everything else.
//!
//! In: ESC-10 and folders of other sounds ([`sounds`]). [`episodes`] draws examples, trains a head
//! from them with the core, and scores sounds of other recordings; [`result`] sums up. Nothing is
//! tuned: the core's settings are what is measured.

mod episodes;
pub mod result;
mod sounds;

use crate::experiment::arguments::Arguments;
use anyhow::{Result, ensure};
use rayon::prelude::*;
use result::{EXAMPLES, FewShot};
use sounds::Sounds;
use sourcing_sound_train::publish::file::{read_model, write_evaluation};
use sourcing_sound_train::{program, progress};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Name of the experiment, and of its folder.
pub const NAME: &str = "few-shot";
/// The file of the result.
pub const FILE: &str = "few-shot.json";
/// The model that is taught, in a clone of the repository.
const BASE: &str = "models/everyday/model.onnx";

/// Runs the experiment, which takes minutes. `None` if `stop` was set; the next run starts again.
pub fn run(arguments: &Arguments, stop: &AtomicBool) -> Result<Option<()>> {
    ensure!(
        !arguments.others.is_empty(),
        "few-shot takes --others FOLDER, repeatable: sounds of something else, such as ambience"
    );
    let model = read_model(Path::new(BASE))?;
    let loaded = Sounds::load(&model, &arguments.data, &arguments.others, arguments.seed, stop)?;
    let Some(sounds) = loaded else { return Ok(None) };
    let splits = sounds.splits(&model, episodes::SEEDS)?;
    let mut few_shot = FewShot::new(arguments.seed, &sounds);
    let bar = progress::bar(EXAMPLES.len() as u64, "numbers of examples");
    for count in EXAMPLES {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let seeds = (arguments.seed..arguments.seed + episodes::FIVE_WAY).into_par_iter();
        let five_way: Result<Vec<_>> =
            seeds.map(|seed| episodes::five_way(&model, &sounds, &splits, count, seed)).collect();
        let seeds = arguments.seed..arguments.seed + episodes::SEEDS;
        let pairs: Vec<_> = sounds
            .classes()
            .iter()
            .flat_map(|class| seeds.clone().map(move |seed| (class.as_str(), count, seed)))
            .collect();
        let one_vs_rest: Result<Vec<_>> = pairs
            .into_par_iter()
            .map(|episode| episodes::one_vs_rest(&model, &sounds, &splits, episode))
            .collect();
        few_shot.add(count, five_way?, one_vs_rest?.into_iter().flatten().collect());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let folder = arguments.out.join(NAME);
    write_evaluation(&folder.join(FILE), &few_shot)?;
    program::print(&few_shot.to_string())?;
    progress::line(&format!("written: {}", folder.display()));
    Ok(Some(()))
}
