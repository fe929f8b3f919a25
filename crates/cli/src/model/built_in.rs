//! The models that are compiled in, so that the binary needs no other file.

/// A model that can be chosen by name.
pub(crate) struct BuiltIn {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The bytes of the ONNX file.
    pub(crate) onnx: &'static [u8],
    /// The head on it, if there is one.
    pub(crate) head: Option<BuiltInHead>,
}

/// A head on another built-in model.
pub(crate) struct BuiltInHead {
    /// Name of that model on the command line.
    pub(crate) base: &'static str,
    /// The bytes of the head's file.
    pub(crate) json: &'static [u8],
}

/// Name of a model with a head, for error messages.
pub(crate) const WITH_HEAD: &str = "urban";

static EVERYDAY: &[u8] = include_bytes!("../../../../models/everyday/model.onnx");

/// The default model's statistics of everyday sounds, which heads are taught from.
pub(crate) static BACKGROUND: &[u8] = include_bytes!("../../../../models/everyday/background.json");

/// All built-in models, the default first.
pub(crate) static MODELS: &[BuiltIn] = &[
    BuiltIn { name: "everyday", onnx: EVERYDAY, head: None },
    BuiltIn {
        name: WITH_HEAD,
        onnx: EVERYDAY,
        head: Some(BuiltInHead {
            base: "everyday",
            json: include_bytes!("../../../../models/everyday/urban.head.json"),
        }),
    },
    BuiltIn {
        name: "urban-tiny",
        onnx: include_bytes!("../../../../models/urban-v1/model.onnx"),
        head: None,
    },
];

/// Returns the model that is used if none is chosen.
pub(crate) fn default() -> &'static BuiltIn {
    &MODELS[0]
}

/// Returns the model of this name.
pub(crate) fn by_name(name: &str) -> Option<&'static BuiltIn> {
    MODELS.iter().find(|model| model.name == name)
}

/// Returns all names, for error messages.
pub(crate) fn names() -> String {
    MODELS.iter().map(|model| model.name).collect::<Vec<_>>().join(", ")
}

impl BuiltIn {
    /// Returns the size in bytes: of the head if there is one, otherwise of the network.
    pub(crate) fn size(&self) -> usize {
        self.head.as_ref().map_or(self.onnx, |head| head.json).len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should panic")]

    use super::{MODELS, WITH_HEAD, by_name};

    #[test]
    fn names_are_unique_and_found() {
        for (index, model) in MODELS.iter().enumerate() {
            let position = MODELS.iter().position(|other| other.name == model.name);
            assert_eq!(position, Some(index), "{}", model.name);
        }
        assert!(by_name("urban-v1").is_none());
    }

    #[test]
    fn a_head_names_its_base_model() {
        assert!(by_name(WITH_HEAD).unwrap().head.is_some());
        for (model, head) in
            MODELS.iter().filter_map(|model| model.head.as_ref().map(|h| (model, h)))
        {
            let base = by_name(head.base).unwrap();
            assert!(base.onnx == model.onnx && base.head.is_none(), "{}", model.name);
        }
    }
}
