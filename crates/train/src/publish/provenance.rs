//! The origin of the training data and what it means for the weights. This module alone states such
//! facts, for the model file and its card.

use crate::data::dataset::{Layout, NO_FOLD, Slice, format_folds};
use crate::publish::text::counted;
use anyhow::{Result, ensure};
use clap::builder::NonEmptyStringValueParser;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// UrbanSound8K's labels by class number. Data in its layout with other labels are not it.
const URBAN_LABELS: [&str; 10] = [
    "air_conditioner",
    "car_horn",
    "children_playing",
    "dog_bark",
    "drilling",
    "engine_idling",
    "gun_shot",
    "jackhammer",
    "siren",
    "street_music",
];

/// One sentence on weights trained on UrbanSound8K.
const DESCRIPTION: &str = "Tells ten urban sounds apart: which of them a 4 s stretch of audio is.";

/// UrbanSound8K by its name and source.
const TRAINING_DATA: &str = "UrbanSound8K (J. Salamon, C. Jacoby, J. P. Bello, \"A Dataset \
     and Taxonomy for Urban Sound Research\", ACM Multimedia 2014)";

/// Terms of weights trained on UrbanSound8K, apart from the licence of the code.
const LICENCE: &str = "Weights: non-commercial use, after CC BY-NC 3.0 of the training data \
     UrbanSound8K";

/// What the user states about the weights.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Stated {
    /// One sentence on what the labels are [default: UrbanSound8K's, or one with the number of
    /// sounds].
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub description: Option<String>,
    /// Terms of the weights, which follow from those of the recordings [default: those of
    /// UrbanSound8K; for other data, "not stated"].
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub licence: Option<String>,
}

/// The data that weights were trained on.
pub struct TrainedOn<'a> {
    layout: Layout,
    folder: &'a str,
    labels: &'a [String],
    clips: usize,
    recordings: usize,
    folds: BTreeSet<u32>,
}

impl<'a> TrainedOn<'a> {
    /// Describes the training clips, in the data folder named `folder`.
    pub fn new<'s>(
        layout: Layout,
        folder: &'a str,
        labels: &'a [String],
        clips: impl IntoIterator<Item = &'s Slice>,
    ) -> Self {
        let clips: Vec<_> = clips.into_iter().collect();
        let recordings: BTreeSet<_> = clips.iter().map(|clip| &clip.recording).collect();
        let folds = clips.iter().map(|clip| clip.fold).filter(|&fold| fold != NO_FOLD);
        Self {
            layout,
            folder,
            labels,
            clips: clips.len(),
            recordings: recordings.len(),
            folds: folds.collect(),
        }
    }

    fn is_urban_sound(&self) -> bool {
        self.layout == Layout::UrbanSound8k && self.labels.iter().eq(URBAN_LABELS)
    }

    fn describe(&self) -> String {
        let source = match self.layout {
            Layout::Folders => format!("Folder {:?} (a folder per label)", self.folder),
            Layout::Embeddings => format!("Embeddings {:?}", self.folder),
            layout => format!("Folder {:?} (laid out as {})", self.folder, layout.name()),
        };
        let folds = match self.folds.len() {
            0 => String::new(),
            1 => format!(" in fold {}", format_folds(&self.folds)),
            _ => format!(" in folds {}", format_folds(&self.folds)),
        };
        format!(
            "{source}: {} of {}{folds}; labels {}",
            counted(self.clips, "clip"),
            counted(self.recordings, "recording"),
            self.labels.join(", ")
        )
    }
}

/// Returns the name of a data folder, however the path to it is written.
pub fn folder_name(path: &Path) -> Result<String> {
    let path = std::path::absolute(path)?;
    Ok(path.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

/// The origin of training data, and what it means for the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// One sentence on the weights.
    pub description: String,
    /// What they were trained on.
    pub training_data: String,
    /// Their terms.
    pub licence: String,
    /// The same for the card, as Markdown.
    pub licence_notes: String,
    /// Whether the data are UrbanSound8K, so that the notes on it apply.
    pub is_urban_sound: bool,
}

impl Provenance {
    /// Describes the origin of a `what`, such as a head. Data with UrbanSound8K's layout and labels
    /// count as UrbanSound8K, unless a licence is stated: then they are the user's own recordings
    /// of such sounds.
    pub fn of(what: &str, data: &TrainedOn<'_>, stated: &Stated) -> Self {
        let described = |known: String| stated.description.clone().unwrap_or(known);
        if data.is_urban_sound() && stated.licence.is_none() {
            return Self {
                description: described(DESCRIPTION.to_owned()),
                training_data: TRAINING_DATA.to_owned(),
                licence: LICENCE.to_owned(),
                licence_notes: LICENCE_NOTES.to_owned(),
                is_urban_sound: true,
            };
        }
        let licence = stated.licence.clone().unwrap_or_else(|| NOT_STATED.to_owned());
        Self {
            description: described(format!("Tells {} sounds apart.", data.labels.len())),
            training_data: data.describe(),
            licence_notes: format!(
                "{}.\n\nNo recording is part of the {what}.",
                licence.trim_end_matches('.')
            ),
            licence,
            is_urban_sound: false,
        }
    }

    /// Lists the terms of the audio in folders, as Markdown. Beside other data than UrbanSound8K,
    /// which may be anyone's, nothing is known of folders with these names either.
    pub fn terms_of(&self, folders: &[String]) -> String {
        let known = folders.iter().filter(|_| self.is_urban_sound);
        let terms = known.filter_map(|folder| Some((folder, audio_terms(folder)?)));
        let items: String =
            terms.map(|(folder, terms)| format!("- `{folder}`: {terms}\n")).collect();
        if items.is_empty() { items } else { format!("\n{items}") }
    }
}

/// Terms of weights for which none are stated.
const NOT_STATED: &str =
    "Weights: not stated; the terms of the recordings that they were trained on";

/// What a person needs to know before using the weights, as Markdown.
const LICENCE_NOTES: &str = "\
The weights were trained on UrbanSound8K, which is licensed CC BY-NC 3.0. Use them for \
non-commercial purposes only, unless you have cleared other use with the owners of the \
recordings. The code that trains and runs them is licensed apart: MIT or Apache-2.0.

Attribution: J. Salamon, C. Jacoby and J. P. Bello, \"A Dataset and Taxonomy for Urban Sound \
Research\", 22nd ACM International Conference on Multimedia, Orlando, 2014. UrbanSound8K holds \
excerpts of recordings from Freesound; `FREESOUNDCREDITS.txt` of the data set names the author \
of every recording. No recording is part of the model.";

/// Terms of the everyday network, as it is trained from [`AUDIO_TERMS`].
pub const EVERYDAY_LICENCE: &str =
    "Weights: MIT (trained here from EfficientAT's mn04, © 2022 Florian Schmid, MIT)";

/// The folders of audio with known terms, by their names, including the synthesised sounds.
const AUDIO_TERMS: [(&str, &str); 4] = [
    (
        "ESC-10",
        "CC BY 3.0, K. J. Piczak, \"ESC: Dataset for Environmental Sound Classification\", ACM \
         Multimedia 2015",
    ),
    (
        "ambience",
        "loops of Moodist (Pixabay content licence or CC0) and Blanket (CC0, public domain, CC BY \
         or CC BY-SA, per file)",
    ),
    ("speech", "Free Spoken Digit Dataset, CC BY-SA 4.0"),
    ("formulas", "sounds that the trainer computes"),
];

/// Returns the terms of the audio in a folder, if they are known.
pub fn audio_terms(folder: &str) -> Option<&'static str> {
    AUDIO_TERMS.iter().find(|(name, _)| *name == folder).map(|(_, terms)| *terms)
}

/// Returns the terms of the everyday network's weights after training on audio in these folders.
pub fn everyday_licence(folders: &[String], stated: Option<&str>) -> String {
    let is_known = || folders.iter().all(|folder| audio_terms(folder).is_some());
    match stated {
        Some(stated) => stated.to_owned(),
        None if is_known() => EVERYDAY_LICENCE.to_owned(),
        None => NOT_STATED.to_owned(),
    }
}

/// Refuses UrbanSound8K among folders of audio for which no terms are stated.
pub fn refuse_urban_sound(folders: &[PathBuf]) -> Result<()> {
    for folder in folders {
        ensure!(
            !matches!(Layout::detect(folder), Ok(Layout::UrbanSound8k)),
            "{}: UrbanSound8K is licensed CC BY-NC 3.0, for non-commercial use; state the terms of \
             the weights with --licence",
            folder.display()
        );
    }
    Ok(())
}

/// What to know about the evaluation apart from its figures, as Markdown.
pub const EVALUATION_NOTES: &str = "\
The weighting of the refit and the rule for its penalty were settled after first results on the \
left-out folds were known (66.1% on fold 1 and 67.2% on fold 2 with an unweighted refit, whose \
penalty had the least cross-validated loss). They use nothing of a left-out fold, but the figures \
may be slightly optimistic for it.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{slice, write_dataset};

    fn of(layout: Layout, labels: &[&str], stated: &Stated) -> Provenance {
        let labels: Vec<_> = labels.iter().map(|&label| label.to_owned()).collect();
        let mut clips = vec![slice("a", 1, 0), slice("b", 3, 1), slice("c", 2, 1)];
        clips[2].recording = "b".to_owned();
        Provenance::of("model", &TrainedOn::new(layout, "mine", &labels, &clips), stated)
    }

    #[test]
    fn urban_sound_is_known_by_layout_and_labels() {
        let known = of(Layout::UrbanSound8k, &URBAN_LABELS, &Stated::default());
        assert_eq!(
            known.description,
            "Tells ten urban sounds apart: which of them a 4 s stretch of audio is."
        );
        assert_eq!(known.training_data, TRAINING_DATA);
        assert_eq!(
            known.licence,
            "Weights: non-commercial use, after CC BY-NC 3.0 of the training data UrbanSound8K"
        );
        assert!(known.licence_notes.contains("FREESOUNDCREDITS.txt") && known.is_urban_sound);
        let described = Stated { description: Some("City noise.".into()), licence: None };
        let described = of(Layout::UrbanSound8k, &URBAN_LABELS, &described);
        assert_eq!(described, Provenance { description: "City noise.".into(), ..known });
    }

    #[test]
    fn other_data_are_described_as_they_are() {
        let own = of(Layout::UrbanSound8k, &["low", "high"], &Stated::default());
        assert_eq!(own.description, "Tells 2 sounds apart.");
        assert_eq!(
            own.training_data,
            "Folder \"mine\" (laid out as UrbanSound8K): 3 clips of 2 recordings in folds 1-3; \
             labels low, high"
        );
        assert_eq!(
            own.licence,
            "Weights: not stated; the terms of the recordings that they were trained on"
        );
        assert!(own.licence_notes.ends_with("No recording is part of the model."));
        assert!(!own.is_urban_sound);
        let folders = of(Layout::Folders, &URBAN_LABELS, &Stated::default());
        assert!(folders.training_data.starts_with("Folder \"mine\" (a folder per label): 3 clips"));
        assert!(!folders.is_urban_sound, "a folder per label says nothing of the recordings");
    }

    #[test]
    fn the_terms_of_folders_are_listed_if_they_are_known() {
        let folders = ["ambience", "mine"].map(str::to_owned);
        let known = of(Layout::UrbanSound8k, &URBAN_LABELS, &Stated::default());
        let list = known.terms_of(&folders);
        assert!(list.starts_with("\n- `ambience`: loops of Moodist (Pixabay"), "{list}");
        assert_eq!(list.lines().count(), 2, "{list}");
        assert_eq!(known.terms_of(&folders[1..]), "");
        let own = of(Layout::Folders, &["low", "high"], &Stated::default());
        assert_eq!(own.terms_of(&folders), "");
    }

    #[test]
    fn the_everyday_network_is_mit_after_known_audio_alone() {
        let licence = |folders: &[&str], stated| {
            let folders: Vec<_> = folders.iter().map(|&folder| folder.to_owned()).collect();
            everyday_licence(&folders, stated)
        };
        assert_eq!(licence(&["ESC-10", "formulas"], None), EVERYDAY_LICENCE);
        assert_eq!(licence(&["ESC-10", "mine", "formulas"], None), NOT_STATED);
        assert_eq!(licence(&["mine", "formulas"], Some("CC0")), "CC0");
    }

    #[test]
    fn urban_sound_among_other_audio_is_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let folders = [folder.path().to_path_buf()];
        refuse_urban_sound(&folders)?;
        write_dataset(&folders[0], 1, 1);
        let error = refuse_urban_sound(&folders).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("--licence")));
        Ok(())
    }

    #[test]
    fn a_stated_licence_holds() {
        let stated = Stated { description: Some("Doors.".into()), licence: Some("CC0.".into()) };
        for labels in [&["low", "high"][..], &URBAN_LABELS] {
            let own = of(Layout::UrbanSound8k, labels, &stated);
            assert_eq!((own.description.as_str(), own.licence.as_str()), ("Doors.", "CC0."));
            assert_eq!(own.licence_notes, "CC0.\n\nNo recording is part of the model.");
            assert!(own.training_data.starts_with("Folder \"mine\""));
        }
    }
}
