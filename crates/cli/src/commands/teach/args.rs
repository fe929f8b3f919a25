//! The arguments of `teach`, as typed and as parsed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::model::ModelSource;
use crate::outcome::UsageError;
use crate::output::{CardFormat, check_plot};

/// Endings of the output's name that are not part of the head's name.
const ENDINGS: [&str; 2] = [".sound.json", ".json"];

#[derive(Args)]
#[command(
    override_usage = "sourcing-sound teach --label NAME FILES… [--label NAME FILES…] \
    [--background FILES…] [OPTIONS] --output NAME.sound.json",
    after_help = "Example: sourcing-sound teach --label purr purr/ --label fan fan/*.wav \
    --background other/ -o purr.sound.json\n\nExit codes: 0 the head was trained on all \
    recordings, 1 some could not be used (each is named on stderr; the head is trained on the \
    others, unless a label has none left), 2 wrong usage."
)]
pub(crate) struct RawTeach {
    #[command(flatten)]
    labels: RawLabels,

    /// Recordings, or folders of them, in which none of the labels should be recognised
    ///
    /// Optional, because teach knows everyday sounds. Adding sounds that are often mistaken for a
    /// label reduces such mistakes. The report measures precision on these sounds and on the other
    /// labels.
    #[arg(long, value_name = "FILES", num_args = 1..)]
    background: Vec<PathBuf>,

    /// Sound file from an earlier run, whose examples are used too; may be repeated
    ///
    /// It contains what was measured in its recordings, so these are not needed.
    #[arg(long, value_name = "FILE.sound.json", num_args = 1..)]
    add: Vec<PathBuf>,

    /// Name or file of the model that the head is for; only everyday so far [default: everyday]
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<PathBuf>,

    /// File to write, by convention NAME.sound.json; NAME becomes the head's name
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Replace the output and the plot if they exist
    #[arg(long)]
    force: bool,

    /// Plot precision against recall, a line per label, to this SVG
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,

    /// How the report is printed
    #[arg(long, value_enum, default_value_t = CardFormat::Text)]
    format: CardFormat,
}

/// The values of each `--label`, which clap's derive would put into one list.
struct RawLabels(Vec<Vec<OsString>>);

impl RawLabels {
    const ID: &str = "label";
}

impl Args for RawLabels {
    fn augment_args(command: Command) -> Command {
        let label = Arg::new(Self::ID)
            .long(Self::ID)
            .action(ArgAction::Append)
            .num_args(2..)
            .value_names(["NAME", "FILES"])
            .value_parser(ValueParser::os_string())
            .required_unless_present("add")
            .help("A label, and recordings of its sound or folders of them; may be repeated")
            .long_help(
                "A label, and recordings of its sound or folders of them; may be repeated\n\n\
                 Recordings have the formats that classify reads, and are up to an hour long. A \
                 label needs one; three or more, made at different times or places, show how well \
                 it does. All of a recording counts as the sound, except where it is quiet.",
            );
        command.arg(label)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RawLabels {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let groups = matches.get_occurrences::<OsString>(Self::ID).into_iter().flatten();
        Ok(RawLabels(groups.map(|values| values.cloned().collect()).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Options of `teach`.
pub(crate) struct TeachOptions {
    /// In the order given; a label may occur more than once.
    pub(super) labels: Vec<LabelInputs>,
    /// Files and folders of something else, as given.
    pub(super) background: Vec<PathBuf>,
    /// Sound files to take examples from.
    pub(super) add: Vec<PathBuf>,
    pub(super) model: ModelSource,
    /// The file to write.
    pub(super) output: PathBuf,
    /// The head's name.
    pub(super) name: String,
    /// Whether an output that exists is replaced.
    pub(super) force: bool,
    /// The file to draw to.
    pub(super) plot: Option<PathBuf>,
    pub(super) format: CardFormat,
}

/// A label and its recordings.
pub(super) struct LabelInputs {
    pub(super) label: String,
    /// Files and folders, as given; at least one.
    pub(super) inputs: Vec<PathBuf>,
}

impl TryFrom<RawTeach> for TeachOptions {
    type Error = UsageError;

    fn try_from(raw: RawTeach) -> Result<Self, UsageError> {
        let name = head_name(&raw.output)?;
        check_plot(raw.plot.as_deref())?;
        if raw.plot.as_ref() == Some(&raw.output) {
            return Err(UsageError("--plot and --output are the same file".to_owned()));
        }
        Ok(TeachOptions {
            labels: raw.labels.0.into_iter().map(label_inputs).collect::<Result<_, _>>()?,
            background: raw.background,
            add: raw.add,
            model: ModelSource { model: raw.model, head: None, head_only: false },
            output: raw.output,
            name,
            force: raw.force,
            plot: raw.plot,
            format: raw.format,
        })
    }
}

/// Returns the head's name. Files of other kinds, such as recordings, cannot be outputs.
fn head_name(output: &Path) -> Result<String, UsageError> {
    let file = output.file_name().unwrap_or_default().to_string_lossy();
    let name = ENDINGS.iter().find_map(|ending| file.strip_suffix(ending)).map(str::trim);
    match name {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => Err(UsageError(format!(
            "--output is {}, expected a file called NAME.sound.json",
            output.display()
        ))),
    }
}

fn label_inputs(values: Vec<OsString>) -> Result<LabelInputs, UsageError> {
    let mut values = values.into_iter();
    let name = values.next().unwrap_or_default();
    let label = name.to_string_lossy().trim().to_owned();
    if label.is_empty() {
        return Err(UsageError("--label has an empty name".to_owned()));
    }
    // The shell has expanded `--label *.wav`. A folder may well have the name of the label.
    if Path::new(&name).is_file() {
        return Err(UsageError(format!(
            "--label takes a name and then files, but {label} is a file"
        )));
    }
    Ok(LabelInputs { label, inputs: values.map(PathBuf::from).collect() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]

    use super::head_name;
    use std::path::Path;

    #[test]
    fn the_head_is_named_after_the_file() {
        let name = |path: &str| head_name(Path::new(path)).ok();
        assert_eq!(name("a/my cat.sound.json").unwrap(), "my cat");
        assert_eq!(name("purr.json").unwrap(), "purr");
        assert_eq!(name("purr.head.json").unwrap(), "purr.head");
        for path in ["purr.wav", "purr", ".sound.json", " .json", "", "folder/"] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}
