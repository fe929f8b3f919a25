//! The models that are compiled in, so that the binary works alone, anywhere.

/// A model that is chosen by name.
pub(crate) struct BuiltIn {
    /// What it is called on the command line; that of a model with a head is `base/head`.
    pub(crate) name: &'static str,
    /// The bytes of the ONNX file.
    pub(crate) onnx: &'static [u8],
    /// The bytes of the head's file, where a head sits on the model.
    pub(crate) head: Option<&'static [u8]>,
}

static EVERYDAY: &[u8] = include_bytes!("../../../../models/everyday/model.onnx");

/// Every one of them, the default first.
pub(crate) static MODELS: &[BuiltIn] = &[
    BuiltIn {
        name: "urban",
        onnx: include_bytes!("../../../../models/urban-v1/model.onnx"),
        head: None,
    },
    BuiltIn { name: "everyday", onnx: EVERYDAY, head: None },
    BuiltIn {
        name: "everyday/urban",
        onnx: EVERYDAY,
        head: Some(include_bytes!("../../../../models/everyday/urban.head.json")),
    },
];

/// The model that listens where none is chosen.
pub(crate) fn default() -> &'static BuiltIn {
    &MODELS[0]
}

/// The model of this name.
pub(crate) fn by_name(name: &str) -> Option<&'static BuiltIn> {
    MODELS.iter().find(|model| model.name == name)
}

/// All names, for messages.
pub(crate) fn names() -> String {
    MODELS.iter().map(|model| model.name).collect::<Vec<_>>().join(", ")
}

impl BuiltIn {
    /// The name of the model that its head sits on; for one without a head its own name.
    pub(crate) fn base(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(base, _)| base)
    }

    /// Bytes of its own: those of the head, or of the network where it has none.
    pub(crate) fn size(&self) -> usize {
        self.head.unwrap_or(self.onnx).len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may stop at the first surprise

    use super::{MODELS, by_name};

    #[test]
    fn names_are_found_and_differ() {
        for (index, model) in MODELS.iter().enumerate() {
            let position = MODELS.iter().position(|other| other.name == model.name);
            assert_eq!(position, Some(index), "{}", model.name);
        }
        assert!(by_name("urban-v1").is_none());
    }

    #[test]
    fn a_head_is_named_after_the_model_below_it() {
        for model in MODELS {
            assert_eq!(model.name.contains('/'), model.head.is_some(), "{}", model.name);
            let base = by_name(model.base()).unwrap();
            assert!(base.onnx == model.onnx, "{}", model.name);
        }
    }
}
