use super::put;
use crate::data::dataset::{Dataset, Layout};
use clap::ValueEnum;

#[test]
fn an_unknown_folder_gets_every_layout_with_its_needs() {
    let root = tempfile::tempdir().unwrap();
    let error = Dataset::open(root.path()).unwrap_err();
    assert!(error.to_string().contains("no data set was recognised"), "{error}");
    for layout in Layout::value_variants() {
        let line = format!("\n  {}: {}", layout.name(), layout.needs());
        assert!(error.to_string().contains(&line), "{error}");
    }
    let file = root.path().join("file");
    std::fs::write(&file, "").unwrap();
    for not_a_folder in [file, root.path().join("absent")] {
        let error = Dataset::open(&not_a_folder).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", not_a_folder.display())), "{error}");
    }
}

#[test]
fn folders_of_published_sets_are_not_labels() {
    let trees = [
        ["fold1", "fold2"],
        ["train_curated", "train_noisy"],
        ["audio", "meta"],
        ["FSDKaggle2019.audio_test", "FSDKaggle2019.audio_train_curated"],
    ];
    for folders in trees {
        let root = tempfile::tempdir().unwrap();
        folders.iter().for_each(|folder| put(root.path(), &format!("{folder}/a.wav"), ""));
        let error = Dataset::open(root.path()).unwrap_err();
        assert!(error.to_string().contains("no data set was recognised"), "{folders:?}: {error}");
        let forced = Dataset::open_as(root.path(), Layout::Folders).unwrap();
        assert_eq!(forced.labels, folders, "one may say so");
    }
}

#[test]
fn tables_come_before_folders() {
    let tables = [
        ("metadata/UrbanSound8K.csv", Layout::UrbanSound8k),
        ("train_noisy.csv", Layout::Freesound),
        ("meta/esc50.csv", Layout::Esc50),
    ];
    for (table, layout) in tables {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "purr/1.wav", "");
        put(root.path(), "bark/1.wav", "");
        assert_eq!(Layout::detect(root.path()).unwrap(), Layout::Folders);
        put(root.path(), "metadata.csv", "slice_file_name,fsID\n");
        assert_eq!(Layout::detect(root.path()).unwrap(), Layout::Folders, "another's table");
        put(root.path(), "metadata.csv", "src_file,category,fold,filename\n");
        assert_eq!(Layout::detect(root.path()).unwrap(), Layout::Esc10);
        put(root.path(), table, "");
        assert_eq!(Layout::detect(root.path()).unwrap(), layout);
    }
}

#[test]
fn a_layout_that_does_not_fit_is_refused() {
    for layout in Layout::value_variants() {
        let root = tempfile::tempdir().unwrap();
        let error = Dataset::open_as(root.path(), *layout).unwrap_err();
        assert!(error.to_string().contains(&format!("which is {}", layout.needs())), "{error}");
    }
}

#[test]
fn names_on_the_command_line_are_plain() {
    let names = Layout::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<_> = names.map(|value| value.get_name().to_owned()).collect();
    assert_eq!(names, ["urbansound8k", "freesound", "esc50", "esc10", "folders"]);
}
