//! Builds a model with patches, groups and an embedding, and a head for it.

use std::collections::BTreeMap;

use sourcing_sound::{
    Activation, Card, Decision, Group, Head, HeadFeature, HeadMetadata, Labels, Model, Taxonomy,
};

use super::tiny_model;

/// Labels of the model; the second is a kind of the first.
pub const LABELS: [&str; 3] = ["Hum", "Low hum, drone", "Whistle"];

/// Returns a model with patches of 24 columns, every 12: its three levels are both its logits and
/// its embedding. A low tone is a hum, a high one a whistle, one in between a low hum.
pub fn model(name: &str) -> Vec<u8> {
    let mut metadata = tiny_model::patched_metadata();
    metadata.name = name.to_owned();
    metadata.labels = Labels::new(LABELS.map(String::from).to_vec()).unwrap();
    metadata.decision.activation = Activation::Sigmoid;
    metadata.decision.rejection_threshold = 0.0;
    let groups = [("Hums, drones", "hum"), ("Whistles", "whistle")]
        .map(|(name, icon)| Group { name: name.to_owned(), icon: icon.to_owned() });
    let parents = vec![vec![], vec![0], vec![]];
    metadata.taxonomy = Some(Taxonomy::new(groups.to_vec(), vec![0, 0, 1], parents).unwrap());
    tiny_model::patched_onnx(&metadata)
}

/// Returns a head that separates low tones from others by the embedding of the model in `base`;
/// `low` refines its low hum.
pub fn head(base: &[u8]) -> String {
    let model = Model::from_onnx(base).unwrap();
    let metadata = HeadMetadata {
        name: "pitch".to_owned(),
        description: "Says whether a tone is low".to_owned(),
        base_name: model.metadata().name.clone(),
        base_sha256: model.sha256().to_owned(),
        labels: Labels::new(vec!["low".to_owned(), "not low".to_owned()]).unwrap(),
        refines: BTreeMap::from([("low".to_owned(), vec![LABELS[1].to_owned()])]),
        parents: BTreeMap::new(),
        features: vec![HeadFeature::EmbeddingMean],
        segment_patches: 2,
        decision: Decision {
            hop_seconds: 0.5,
            activation: Activation::Softmax,
            temperature: 1.0,
            rejection_threshold: 0.0,
            smoothing_seconds: 0.0,
            event_on: 0.5,
            event_off: 0.4,
        },
        card: Card {
            training_data: "none".to_owned(),
            folds: "none".to_owned(),
            accuracy: "not measured".to_owned(),
            licence: "CC0".to_owned(),
            config_hash: "0".to_owned(),
        },
    };
    let weights = vec![
        2.0, 0.0, 0.0, // low
        0.0, 1.0, 1.0, // not low
    ];
    Head::new(metadata, weights, vec![0.0, 0.0], None).unwrap().to_json()
}
