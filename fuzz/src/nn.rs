//! The one type of the trainer's networks that a checkpoint is read into.

pub mod net {
    //! As in the trainer.

    /// A named array of weights.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Array {
        /// Unique in its network.
        pub name: String,
        /// Its dimensions.
        pub shape: Vec<usize>,
        /// As many as the dimensions imply.
        pub values: Vec<f32>,
    }
}
