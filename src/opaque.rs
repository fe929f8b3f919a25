//! Implements `Debug` for types with uninformative state: prints only their names.

use std::fmt;

macro_rules! opaque {
    ($($name:ident: $type:path),+ $(,)?) => {
        $(impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })+
    };
}

opaque! {
    Classifier: crate::Classifier,
    ColumnStream: crate::ColumnStream,
    DescriptorStream: crate::DescriptorStream,
    Descriptors: crate::Descriptors,
    Downmix: crate::Downmix,
    Events: crate::Events,
    FrontEnd: crate::FrontEnd,
    PatchStream: crate::PatchStream,
    PowerSpectrum: crate::spectrum::PowerSpectrum,
    Resampler: crate::resample::Resampler,
    Segments: crate::Segments,
    Stream: crate::Stream,
    Teacher: crate::Teacher,
}
