//! The experiment `few-shot`: labels taught from a few examples, against everything else.
//!
//! In: ESC-10 and folders of other sounds ([`sounds`]). [`episodes`] draws examples, trains a head
//! from them with the core, and scores sounds of other recordings; [`result`] sums up. Nothing is
//! tuned: the core's settings are measured as they are.

mod episodes;
pub mod result;
mod sounds;

use crate::experiment::arguments::Arguments;
use anyhow::{Result, ensure};
use rayon::prelude::*;
use result::{EXAMPLES, FewShot};
use sounds::Sounds;
use sourcing_sound_train::publish::file::{read_model, write_evaluation};
use sourcing_sound_train::publish::provenance::folder_name;
use sourcing_sound_train::{program, progress};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Name of the experiment, and of its folder.
pub const NAME: &str = "few-shot";
/// The file of the result.
pub const FILE: &str = "few-shot.json";
/// The model to extend, in a clone of the repository.
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
    let others = arguments.others.iter().map(|folder| folder_name(folder));
    let folders = (folder_name(&arguments.data)?, others.collect::<Result<Vec<_>>>()?);
    let mut few_shot = FewShot::new(arguments.seed, folders, &sounds);
    // Seeds of runs do not overlap: 1 begins at 1, 2 at 101.
    let seeds = |count: u64| {
        let first = arguments.seed.wrapping_sub(1).wrapping_mul(episodes::FIVE_WAY).wrapping_add(1);
        (0..count).map(move |index| first.wrapping_add(index))
    };
    let bar = progress::bar(EXAMPLES.len() as u64, "numbers of examples");
    for count in EXAMPLES {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let five_way: Result<Vec<_>> = seeds(episodes::FIVE_WAY)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|seed| episodes::five_way(&model, &sounds, &splits, count, seed))
            .collect();
        let pairs: Vec<_> = sounds
            .classes()
            .iter()
            .flat_map(|class| seeds(episodes::SEEDS).map(move |seed| (class.as_str(), count, seed)))
            .collect();
        let one_vs_rest: Result<Vec<_>> = pairs
            .into_par_iter()
            .map(|episode| episodes::one_vs_rest(&model, &sounds, &splits, episode))
            .collect();
        let five_way = five_way?.into_iter().flatten().collect();
        few_shot.add(count, five_way, one_vs_rest?.into_iter().flatten().collect());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let folder = arguments.out.join(NAME);
    write_evaluation(&folder.join(FILE), &few_shot)?;
    program::print(&few_shot.to_string())?;
    progress::line(&format!("written: {}", folder.display()));
    Ok(Some(()))
}
