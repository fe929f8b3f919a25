//! Where the training data come from and what that means for the weights: the only place
//! for such facts. They end up in the model file and in its card.

/// One sentence on the model.
pub const DESCRIPTION: &str =
    "Tells ten urban sounds apart: which of them a 4 s stretch of audio is.";

/// What the weights were trained on.
pub const TRAINING_DATA: &str = "UrbanSound8K (J. Salamon, C. Jacoby, J. P. Bello, \"A Dataset \
     and Taxonomy for Urban Sound Research\", ACM Multimedia 2014)";

/// Terms of the weights, apart from the licence of the code.
pub const LICENCE: &str = "Weights: non-commercial use, after CC BY-NC 3.0 of the training data \
     UrbanSound8K";

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
