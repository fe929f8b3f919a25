//! Lists the names and values of a model's settings.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sourcing_sound::{Classifier, Head, ModelMetadata, Taxonomy};

/// Returns the names and values of all settings, in a readable order. What a model does not have is
/// null.
pub(super) fn describe(classifier: &Classifier, head: Option<&Head>) -> Vec<(String, Value)> {
    let metadata = classifier.metadata();
    let mut fields = named([
        ("name", json!(metadata.name)),
        ("description", json!(metadata.description)),
        ("labels", json!(metadata.labels.iter().collect::<Vec<_>>())),
        ("groups", metadata.taxonomy.as_ref().map_or(Value::Null, |all| groups(metadata, all))),
        (
            "label_parents",
            metadata.taxonomy.as_ref().map_or(Value::Null, |all| parents(metadata, all)),
        ),
    ]);
    fields.extend(record(&metadata.card));
    fields.extend(named(describe_network(classifier)));
    fields.extend(named(describe_head(classifier, head)));
    fields.extend(named([
        ("segment_seconds", json!(metadata.segment_seconds())),
        ("segment_frames", json!(metadata.segment_frames)),
        ("patch_frames", json!(metadata.patch.map(|patch| patch.frames))),
        ("patch_hop_frames", json!(metadata.patch.map(|patch| patch.hop_frames))),
        ("padding", json!(metadata.padding.name())),
        ("segment_patches", json!(metadata.patch.map(|_| metadata.segment_patches()))),
        ("other_threshold", metadata.other_threshold.map_or(Value::Null, decimal)),
    ]));
    fields.extend(record(&metadata.decision));
    fields.extend(named(describe_features(metadata)));
    fields
}

fn named<const N: usize>(fields: [(&str, Value); N]) -> Vec<(String, Value)> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns all fields of a record, by name.
fn record(record: &impl Serialize) -> Map<String, Value> {
    // Converted through text, in which an f32 keeps its shortest form.
    let text = serde_json::to_string(record).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Describes the network's file.
fn describe_network(classifier: &Classifier) -> [(&'static str, Value); 2] {
    let network = classifier.model();
    [
        ("sha256", json!(network.sha256())),
        ("embedding_size", json!(network.metadata().embedding_size)),
    ]
}

/// Describes the head, and the base's values that the head overrides. All are null without a head.
fn describe_head(classifier: &Classifier, head: Option<&Head>) -> [(&'static str, Value); 9] {
    let base = head.map(|_| classifier.model().metadata());
    let own = head.map(Head::metadata);
    let detector = head.and_then(Head::detector);
    let of_base = |threshold: fn(&ModelMetadata) -> f32| {
        base.map_or(Value::Null, |base| decimal(threshold(base)))
    };
    [
        ("base", json!(base.map(|base| &base.name))),
        ("base_licence", json!(base.map(|base| &base.card.licence))),
        ("base_rejection_threshold", of_base(|base| base.decision.rejection_threshold)),
        ("base_event_on", of_base(|base| base.decision.event_on)),
        ("base_event_off", of_base(|base| base.decision.event_off)),
        ("head_labels", json!(own.map(|head| head.labels.iter().collect::<Vec<_>>()))),
        ("refines", json!(own.map(|head| &head.refines))),
        ("head_features", json!(own.map(|head| &head.features))),
        ("detector_features", json!(detector.map(|detector| &detector.features))),
    ]
}

/// Returns the groups, each with its labels.
fn groups(metadata: &ModelMetadata, taxonomy: &Taxonomy) -> Value {
    let labels_of = |index: usize| {
        let labelled = metadata.labels.iter().zip(taxonomy.label_groups());
        labelled.filter(|(_, group)| **group == index).map(|(label, _)| label).collect::<Vec<_>>()
    };
    let groups = taxonomy.groups().iter().enumerate();
    groups
        .map(|(index, group)| {
            json!({ "name": group.name, "icon": group.icon, "labels": labels_of(index) })
        })
        .collect()
}

/// Returns the labels that have parents, each with their names.
fn parents(metadata: &ModelMetadata, taxonomy: &Taxonomy) -> Value {
    let labels = &metadata.labels;
    let labelled = labels.iter().zip(taxonomy.label_parents());
    let with_parents = labelled.filter(|(_, parents)| !parents.is_empty());
    let named = with_parents.map(|(label, parents)| {
        let names: Vec<_> = parents.iter().filter_map(|&parent| labels.get(parent)).collect();
        (label.to_owned(), json!(names))
    });
    Value::Object(named.collect())
}

fn describe_features(metadata: &ModelMetadata) -> [(&'static str, Value); 20] {
    let front_end = &metadata.front_end;
    [
        ("sample_rate", json!(front_end.sample_rate)),
        ("pre_emphasis", front_end.pre_emphasis.map_or(Value::Null, decimal)),
        ("n_fft", json!(front_end.n_fft)),
        ("win_length", json!(front_end.win_length)),
        ("window", json!(front_end.window.name())),
        ("hop_length", json!(front_end.hop_length)),
        ("center", json!(front_end.center)),
        ("pad_mode", json!(front_end.pad_mode.name())),
        ("framing", json!(front_end.framing.name())),
        ("power", decimal(front_end.power)),
        ("n_mels", json!(front_end.n_mels)),
        ("f_min", decimal(front_end.f_min)),
        ("f_max", decimal(front_end.f_max)),
        ("mel_scale", json!(front_end.mel_scale.name())),
        ("norm", json!(front_end.norm.name())),
        ("mel_triangles", json!(front_end.triangles.name())),
        ("log", json!(front_end.log.name())),
        ("log_offset", decimal(front_end.log.offset())),
        ("mean", decimal(metadata.mean)),
        ("std", decimal(metadata.std)),
    ]
}

/// Returns the shortest decimal number that parses to `value`; widening to f64 would add digits.
fn decimal(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, |number| json!(number))
}
