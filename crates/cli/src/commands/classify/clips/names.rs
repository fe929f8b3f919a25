//! Names files after recordings, times and labels, such that they sort and every system allows
//! them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use sourcing_sound::Labels;

use crate::files;

/// The most bytes of a recording's name and of a label: systems allow 255 bytes in total.
const STEM_BYTES: usize = 100;
const LABEL_BYTES: usize = 60;

/// The names of a model's labels in file names.
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    pub(crate) fn new(labels: &Labels) -> Names {
        let mut slugs = HashMap::new();
        let mut taken = HashSet::new();
        for (number, label) in labels.iter().enumerate() {
            let mut slug = slug(&label.to_lowercase(), LABEL_BYTES);
            if slug.is_empty() || !taken.insert(slug.clone()) {
                slug = format!("{slug}-{number}").trim_start_matches('-').to_owned();
                taken.insert(slug.clone());
            }
            slugs.insert(label.to_owned(), slug);
        }
        Names(slugs)
    }

    /// Returns the name of a clip, without its folder and its extension. `channel` is counted from
    /// 1.
    pub(super) fn clip(
        &self,
        recording: &Path,
        onset: f64,
        label: &str,
        channel: Option<usize>,
    ) -> String {
        let stem = files::text(Path::new(recording.file_stem().unwrap_or_default()));
        let stem = slug(&stem, STEM_BYTES);
        let stem = if stem.is_empty() { "recording" } else { &stem };
        let channel = channel.map_or_else(String::new, |channel| format!("_ch{channel}"));
        let label = self.0.get(label).map_or("label", String::as_str);
        format!("{stem}_{}{channel}_{label}", time(onset))
    }
}

/// Formats a time as `01h02m03.500s`, which sorts correctly up to a hundred hours.
fn time(seconds: f64) -> String {
    let milliseconds = (seconds * 1_000.0).round() as u64;
    let seconds = milliseconds / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}h{minutes:02}m{:02}.{:03}s", seconds % 60, milliseconds % 1_000)
}

/// Keeps letters and digits, replaces everything between them by a hyphen, and cuts off at `most`
/// bytes.
fn slug(text: &str, most: usize) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if slug.len() + c.len_utf8() > most {
            break;
        }
        if c.is_alphanumeric() || (c == '_' && !slug.is_empty()) {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches(['-', '_']).to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::{Names, slug};
    use sourcing_sound::Labels;

    use std::path::Path;

    fn names(labels: &[&str]) -> Names {
        Names::new(&Labels::new(labels.iter().map(|&l| l.to_owned()).collect()).unwrap())
    }

    #[test]
    fn clips_are_named_after_recording_time_and_label() {
        let names = names(&["Low hum, drone", "Whistle"]);
        let name =
            |path: &str, onset, label, channel| names.clip(Path::new(path), onset, label, channel);
        assert_eq!(
            name("night/20230214_063000.WAV", 3_723.5, "Low hum, drone", None),
            "20230214_063000_01h02m03.500s_low-hum-drone"
        );
        assert_eq!(name("a:b*?.wav", 0.0004, "Whistle", Some(2)), "a-b_00h00m00.000s_ch2_whistle");
        assert_eq!(name("..wav", 0.0, "Whistle", None), "recording_00h00m00.000s_whistle");
        assert!(name("a.wav", 9.0, "Whistle", None) < name("a.wav", 10.0, "Whistle", None));
    }

    #[test]
    fn labels_with_the_same_name_are_numbered() {
        let names = names(&["Hum", "hum!", "?", "hum-1"]);
        let labels = ["Hum", "hum!", "?", "hum-1"].map(|label| names.0[label].as_str());
        assert_eq!(labels, ["hum", "hum-1", "2", "hum-1-3"]);
    }

    #[test]
    fn slugs_are_short_and_allowed_everywhere() {
        assert_eq!(slug("con. ", 9), "con");
        assert_eq!(slug("Straße/Bahn", 99), "Straße-Bahn");
        assert_eq!(slug("ab--__cd__", 99), "ab-__cd");
        assert_eq!(slug(&"x-".repeat(50), 7), "x-x-x-x");
        assert_eq!(slug("ééé", 5), "éé");
    }
}
