//! Where the training data come from and what that means for the weights: the only place
//! for such facts. They end up in the model file and in its card.

use crate::dataset::Layout;

/// One sentence on the model.
pub const DESCRIPTION: &str =
    "Tells ten urban sounds apart: which of them a 4 s stretch of audio is.";

/// What the weights were trained on.
pub const TRAINING_DATA: &str = "UrbanSound8K (J. Salamon, C. Jacoby, J. P. Bello, \"A Dataset \
     and Taxonomy for Urban Sound Research\", ACM Multimedia 2014)";

/// Terms of the weights, apart from the licence of the code.
pub const LICENCE: &str = "Weights: non-commercial use, after CC BY-NC 3.0 of the training data \
     UrbanSound8K";

/// Where a head's training data come from, and what that means for its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// One sentence on the head.
    pub description: String,
    /// What the weights were trained on.
    pub training_data: String,
    /// Terms of the weights.
    pub licence: String,
    /// The same for the card, as Markdown.
    pub licence_notes: String,
}

impl Provenance {
    /// Of a head on the data folder `name`. `licence` states the terms of the weights where the
    /// data are not a set that this program knows.
    pub fn of_head(layout: Layout, name: &str, n_labels: usize, licence: Option<&str>) -> Self {
        if layout == Layout::UrbanSound8k && licence.is_none() {
            return Self {
                description: DESCRIPTION.to_owned(),
                training_data: TRAINING_DATA.to_owned(),
                licence: LICENCE.to_owned(),
                licence_notes: LICENCE_NOTES.to_owned(),
            };
        }
        let training_data = match layout {
            Layout::Folders => format!("sounds of the folder {name:?}"),
            layout => format!("{} in the folder {name:?}", layout.name()),
        };
        let licence = licence.map_or_else(
            || "Weights: not stated; the terms of the recordings that they were trained on".into(),
            str::to_owned,
        );
        Self {
            description: format!("Tells {} sounds apart.", n_labels),
            licence_notes: format!("{licence}.\n\nNo recording is part of the head."),
            training_data,
            licence,
        }
    }
}

/// What a person needs to know before using the weights, as Markdown.
pub const LICENCE_NOTES: &str = "\
The weights were trained on UrbanSound8K, which is licensed CC BY-NC 3.0. Use them for \
non-commercial purposes only, unless you have cleared other use with the owners of the \
recordings. The code that trains and runs them is licensed apart: MIT or Apache-2.0.

Attribution: J. Salamon, C. Jacoby and J. P. Bello, \"A Dataset and Taxonomy for Urban Sound \
Research\", 22nd ACM International Conference on Multimedia, Orlando, 2014. UrbanSound8K holds \
excerpts of recordings from Freesound; `FREESOUNDCREDITS.txt` of the data set names the author \
of every recording. No recording is part of the model.";

/// Terms of the recordings that were mixed under the training clips, as Markdown.
pub const BACKGROUND_NOTES: &str = "\
Background recordings mixed under the training clips: ambient loops of Moodist (Pixabay content \
licence or CC0) and Blanket (CC0, public domain, CC BY or CC BY-SA, per file).";

/// What to know about the evaluation besides its figures, as Markdown.
pub const EVALUATION_NOTES: &str = "\
The weighting of the refit and the rule for its penalty were settled after first results on the \
left-out folds were known (66.1% on fold 1 and 67.2% on fold 2 with an unweighted refit, whose \
penalty had the least cross-validated loss). They use nothing of a left-out fold, but the figures \
may be slightly optimistic for it.";

/// Terms of the recordings that the output "none of the labels" of the urban head was fitted on,
/// as Markdown.
pub const UNLABELLED_NOTES: &str = "\
The background recordings are ambient loops of Moodist (Pixabay content licence or CC0) and \
Blanket (CC0, public domain, CC BY or CC BY-SA, per file).";
