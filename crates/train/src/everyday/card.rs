//! The model's card: the text of `card.md` with what the export found out.

use super::golden::Differences;
use super::quantise::MIN_WEIGHTS;
use anyhow::{Context, Result, bail};
use sourcing_sound::ModelMetadata;
use std::path::Path;

const TEMPLATE: &str = include_str!("card.md");

/// What the card's text leaves open.
pub struct Card<'a> {
    /// Of the file.
    pub metadata: &'a ModelMetadata,
    /// Where the variables come from.
    pub wheel: Wheel,
    /// Of the file.
    pub sha256: String,
    /// Length of the file.
    pub bytes: usize,
    /// How many sounds the file was compared on.
    pub sounds: usize,
    /// From the original network, on these sounds.
    pub differences: Differences,
}

/// A pinned Python wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    /// Such as `package 1.2`.
    pub name: String,
    /// Of its file.
    pub sha256: String,
}

/// Reads the one requirement, with its hash, of a requirements file for pip.
pub fn wheel(path: &Path) -> Result<Wheel> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    parse_wheel(&text).with_context(|| format!("{}: one hashed requirement", path.display()))
}

fn parse_wheel(text: &str) -> Option<Wheel> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let (requirement, sha256) = lines.next()?.split_once(" --hash=sha256:")?;
    let name = requirement.trim().replacen("==", " ", 1);
    let wheel = Wheel { name, sha256: sha256.trim().to_owned() };
    lines.next().is_none().then_some(wheel)
}

impl Card<'_> {
    /// The card as Markdown.
    ///
    /// # Errors
    /// When the template has a placeholder that nothing fills.
    pub fn text(&self) -> Result<String> {
        let metadata = self.metadata;
        let groups = metadata.taxonomy.as_ref().map_or(0, |taxonomy| taxonomy.groups().len());
        let values = [
            ("labels", metadata.labels.len().to_string()),
            ("groups", groups.to_string()),
            ("wheel", self.wheel.name.clone()),
            ("wheel_sha256", self.wheel.sha256.clone()),
            ("sha256", self.sha256.clone()),
            ("megabytes", format!("{:.2}", self.bytes as f64 / 1e6)),
            ("min_weights", format!("{},000", MIN_WEIGHTS / 1_000)),
            ("sounds", self.sounds.to_string()),
            ("score_difference", format!("{:.5}", self.differences.score)),
            ("embedding_difference", format!("{:.4}", self.differences.embedding)),
            ("log_mel_difference", format!("{:.5}", self.differences.log_mel)),
            ("rejection_threshold", metadata.rejection_threshold.to_string()),
            ("event_on", metadata.event_on.to_string()),
            ("event_off", metadata.event_off.to_string()),
            ("config_hash", metadata.config_hash.clone()),
        ];
        let mut text = TEMPLATE.to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), &value);
        }
        match text.find('{') {
            Some(at) => bail!("nothing fills {}", text[at..].lines().next().unwrap_or_default()),
            None => Ok(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_hash_of_a_pinned_wheel() {
        let wheel = Wheel { name: "some-package 0.0.3".into(), sha256: "54f0".into() };
        let text = "# why\n\nsome-package==0.0.3 --hash=sha256:54f0\n";
        assert_eq!(parse_wheel(text), Some(wheel));
        assert_eq!(parse_wheel("some-package==0.0.3\n"), None, "no hash");
        assert_eq!(parse_wheel(&text.repeat(2)), None, "two of them");
        assert_eq!(parse_wheel(""), None);
    }
}
