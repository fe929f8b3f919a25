use crate::data::dataset::{FindingKind, Findings};

#[test]
fn findings_are_counted_and_five_names_are_printed() {
    let mut findings = Findings::default();
    assert!(findings.is_empty());
    assert_eq!(findings.to_string(), "");
    for n in 0..7 {
        findings.note(FindingKind::DuplicateRow, format!("{n}.wav"));
    }
    findings.note(FindingKind::MissingFile, "a\u{1b}[31mb.wav");
    assert!(!findings.is_empty());
    assert_eq!(findings.count(FindingKind::DuplicateRow), 7);
    assert_eq!(findings.count(FindingKind::Unreadable), 0);
    assert_eq!(
        findings.to_string(),
        "missing file: 1 (a\\u{1b}[31mb.wav)\n\
         duplicate row: 7 (0.wav, 1.wav, 2.wav, 3.wav, 4.wav … and 2 more)"
    );
}

#[test]
fn exactly_five_names_leave_none_more() {
    let mut findings = Findings::default();
    "abcde".chars().for_each(|name| findings.note(FindingKind::Misplaced, name));
    assert_eq!(findings.to_string(), "not part of the layout: 5 (a, b, c, d, e)");
}

#[test]
fn json_holds_every_name() {
    let mut findings = Findings::default();
    (0..9).for_each(|n| findings.note(FindingKind::UnknownColumn, n.to_string()));
    let json = serde_json::to_value(&findings).unwrap();
    assert_eq!(json["unknown column"].as_array().unwrap().len(), 9);
}
