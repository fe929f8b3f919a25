//! Segments of recordings: the patches that a head hears at a time.

use sourcing_sound::{ModelMetadata, Patch};

/// Patches in a segment. Of YAMNet's it takes eight to hear 4 s.
pub const SEGMENT_PATCHES: usize = 8;

/// Segments one after another; a rest of at least half a segment, or a whole short recording,
/// counts too.
pub fn segments(patches: &[Patch]) -> impl Iterator<Item = &[Patch]> {
    let pieces = patches.chunks(SEGMENT_PATCHES).enumerate();
    pieces
        .filter(|(index, piece)| *index == 0 || 2 * piece.len() >= SEGMENT_PATCHES)
        .map(|(_, piece)| piece)
}

/// Seconds from one patch of a base model to the next.
pub fn hop_seconds(base: &ModelMetadata) -> f64 {
    let columns = base.patch.map_or(base.segment_frames, |patch| patch.hop_frames);
    columns as f64 * base.front_end.column_seconds()
}

/// How long a segment is.
pub fn seconds(base: &ModelMetadata) -> f64 {
    let columns = base.patch.map_or(base.segment_frames, |patch| patch.frames);
    columns as f64 * base.front_end.column_seconds()
        + (SEGMENT_PATCHES - 1) as f64 * hop_seconds(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_rests_are_left_out() {
        let patch = Patch { scores: Vec::new(), embedding: Vec::new() };
        for (patches, expected) in
            [(1, vec![1]), (8, vec![8]), (11, vec![8]), (12, vec![8, 4]), (20, vec![8, 8, 4])]
        {
            let patches = vec![patch.clone(); patches];
            let lengths: Vec<_> = segments(&patches).map(<[_]>::len).collect();
            assert_eq!(lengths, expected);
        }
    }
}
