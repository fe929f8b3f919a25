#![allow(clippy::unwrap_used)] // a failed unwrap fails the test

use super::fixtures::{ten_labels, write, write_study};
use super::*;

/// A folder with results, models and a page.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Returns the exit code and the page.
    fn report(&self, data: Option<PathBuf>) -> (ExitCode, String) {
        let arguments = Arguments {
            report: self.path("report"),
            models: self.path("models"),
            data,
            out: Some(self.path("out/index.html")),
            publish: None,
        };
        let code = run(&arguments).unwrap();
        (code, std::fs::read_to_string(self.path("out/index.html")).unwrap())
    }

    /// Copies the evaluation of the model that the repository ships.
    fn with_model(self) -> Self {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/urban-v1");
        let folder = self.path("models/urban-v1");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(shipped.join("evaluation.json"), folder.join("evaluation.json")).unwrap();
        self
    }
}

fn is_success(code: ExitCode) -> bool {
    // Exit codes can be compared only by their debug output.
    format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS)
}

#[test]
fn the_whole_study_on_one_page() {
    let place = Place::new().with_model();
    write_study(&place.path("report"));
    let (code, page) = place.report(None);
    assert!(is_success(code));
    for name in Name::ALL.map(|name| name.to_string()) {
        assert!(page.contains(&format!("<section id=\"x-{name}\">")), "{name}");
        assert!(!page.contains(&format!("{name} was not run")));
    }
    assert!(page.contains("<section id=\"x-urban-v1\">") && page.contains("128,730"));
    assert!(page.contains("69.2%") && page.contains("71.8%"), "the model's folds");
    assert_eq!(page.matches("class=\"matrix\"").count(), 9);
    assert!(page.contains("What shuffling pretends") && page.contains("points</strong>"));
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(!page.contains(">NaN") && !page.contains(":NaN") && !page.contains("Not here"));
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let place = Place::new().with_model();
    write_study(&place.path("report"));
    let (_, page) = place.report(None);
    for attribute in ["src=\"", "href=\"", "url(", "srcset=", "@import"] {
        for piece in page.split(attribute).skip(1) {
            let target: String = piece.chars().take(8).collect();
            let is_local = target.starts_with('#') || target.starts_with("data:,");
            assert!(is_local, "{attribute}{target}");
        }
    }
    assert!(!page.contains("http:") && !page.contains("https:"));
    // Links within the page have targets.
    for piece in page.split("href=\"#").skip(1) {
        let target = piece.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
    }
    let ids: Vec<_> = page.split(" id=\"").skip(1).map(|p| p.split('"').next().unwrap()).collect();
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
}

#[test]
fn clips_play_from_the_data_folder() {
    let place = Place::new();
    let (record, mut rows) = ten_labels("mel-cnn", 0.5, 1);
    for row in &mut rows {
        row.path = format!("audio/fold 1/{}", row.path.rsplit('/').next().unwrap());
    }
    write(&place.path("report"), &record, &rows);
    let (_, without) = place.report(None);
    assert!(!without.contains("<audio"));
    std::fs::create_dir_all(place.path("data/audio/fold 1")).unwrap();
    for row in rows.iter().filter(|row| row.label != row.predicted) {
        std::fs::write(place.path("data").join(&row.path), "").unwrap();
    }
    let (_, with) = place.report(Some(place.path("data")));
    let players =
        with.matches("<audio controls preload=\"none\" src=\"./../data/audio/fold%201/").count();
    assert!(players >= 6, "{players}");
    assert_eq!(players, with.matches("<audio").count());
}

#[test]
fn missing_results_are_explained() {
    let place = Place::new();
    let (code, page) = place.report(None);
    assert!(is_success(code));
    assert!(page.contains("There are no experiments") && page.contains("There are no models"));
    assert!(page.contains("sourcing-sound-study experiment mel-cnn --data DIR"));
}

#[test]
fn broken_files_are_named_and_the_rest_is_written() {
    let place = Place::new().with_model();
    let (record, rows) = ten_labels("mel-cnn", 0.6, 1);
    write(&place.path("report"), &record, &rows);
    let (mut other, _) = ten_labels("rnn", 0.6, 1);
    other.schema_version = 7;
    write(&place.path("report"), &other, &[]);
    std::fs::create_dir_all(place.path("report/<broken>")).unwrap();
    std::fs::write(place.path("report/<broken>/metrics.json"), "{").unwrap();
    std::fs::write(place.path("models/urban-v1/evaluation.json"), "[]").unwrap();
    let (code, page) = place.report(None);
    assert!(!is_success(code));
    assert!(page.contains("schema_version 7") && page.contains("&lt;broken&gt;/metrics.json"));
    assert!(page.contains("evaluation.json: has no schema_version"));
    assert!(
        page.contains("<section id=\"x-mel-cnn\">") && !page.contains("<section id=\"x-rnn\">")
    );
}

#[test]
fn data_that_are_not_there_are_an_error() {
    let place = Place::new();
    let arguments = Arguments {
        report: place.path("report"),
        models: place.path("models"),
        data: Some(place.path("gone")),
        out: Some(place.path("index.html")),
        publish: None,
    };
    assert!(format!("{:#}", run(&arguments).unwrap_err()).contains("gone"));
}
