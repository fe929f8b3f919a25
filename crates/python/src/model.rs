//! Creates models and heads from names and bytes.

use sourcing_sound::{Classifier, Head, Model};

use crate::error::{Failure, Result};

/// The built-in models, for errors.
const MODELS: &str = "everyday, urban, urban-tiny";

/// A model and the head on it.
pub(crate) struct Loaded {
    pub(crate) model: Model,
    pub(crate) head: Option<Head>,
}

impl Loaded {
    /// The built-in model called `name`, or the ONNX file `bytes`; everyday without either.
    ///
    /// # Errors
    /// `config` for an unknown name; those of [`Model::from_onnx`].
    pub(crate) fn model(name: Option<&str>, bytes: Option<&[u8]>) -> Result<Self> {
        if let Some(bytes) = bytes {
            return Ok(Loaded { model: Model::from_onnx(bytes)?, head: None });
        }
        let (model, head) = match name {
            None | Some("everyday") => (Model::everyday()?, None),
            Some("urban") => (Model::everyday()?, Some(Head::urban()?)),
            Some("urban-tiny") => (Model::urban_tiny()?, None),
            Some(name) => {
                let message = format!("there is no built-in model {name:?}, only {MODELS}");
                return Err(Failure::config(message));
            }
        };
        Ok(Loaded { model, head })
    }

    /// Adds the built-in head called `name`, or the head in the file `bytes`, to the model.
    ///
    /// # Errors
    /// `config` for an unknown name, or if there is already a head; those of [`Head::from_json`].
    pub(crate) fn with_head(mut self, name: Option<&str>, bytes: Option<&[u8]>) -> Result<Self> {
        let head = match (name, bytes) {
            (_, Some(bytes)) => Head::from_json(bytes)?,
            (Some("urban"), _) => Head::urban()?,
            (Some(name), _) => {
                let message = format!("there is no built-in head {name:?}, only urban");
                return Err(Failure::config(message));
            }
            (None, None) => return Ok(self),
        };
        if let Some(own) = &self.head {
            let (own, base) = (&own.metadata().name, &own.metadata().base_name);
            let message =
                format!("the chosen model already has the head {own:?}; put this one on {base:?}");
            return Err(Failure::config(message));
        }
        self.head = Some(head);
        Ok(self)
    }

    /// # Errors
    /// `config` if only a head's labels are requested and there is no head; `head-mismatch`,
    /// `head-format` if the two do not fit together.
    pub(crate) fn classifier(self, head_only: bool) -> Result<Classifier> {
        Ok(match self.head {
            Some(head) if head_only => Classifier::with_head_only(self.model, head)?,
            Some(head) => Classifier::with_head(self.model, head)?,
            None if head_only => {
                let message =
                    "head_only: the chosen model has no head; give one, such as \"urban\"";
                return Err(Failure::config(message));
            }
            None => Classifier::new(self.model)?,
        })
    }
}
