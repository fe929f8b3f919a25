//! Segments of recordings: the patches that form one input of a head.

use sourcing_sound::{ModelMetadata, Patch};

/// Target length of a segment in seconds; whole patches come as near as possible without exceeding
/// it.
const SECONDS: f64 = 4.0;
/// Most patches that a head's file may state.
const MAX_PATCHES: usize = 128;

/// Returns how many patches of a base model make a segment for a head: as many as fit into 4 s, one
/// at least. Without patches the base's own segment is the only one.
pub fn patches(base: &ModelMetadata) -> usize {
    let Some(patch) = base.patch else { return 1 };
    let columns = SECONDS / base.front_end.column_seconds();
    // The small addition prevents rounding from turning 4 s into 3.99.
    let beyond = (columns + 1e-6) - patch.frames as f64;
    let more = (beyond / patch.hop_frames as f64).floor().max(0.0);
    (1 + more as usize).min(MAX_PATCHES)
}

/// Cuts a recording into segments of `length` patches; a rest of at least half a segment, or a
/// whole short recording, counts too.
pub fn segments(patches: &[Patch], length: usize) -> impl Iterator<Item = &[Patch]> + Clone {
    let pieces = patches.chunks(length).enumerate();
    pieces
        .filter(move |(index, piece)| *index == 0 || 2 * piece.len() >= length)
        .map(|(_, piece)| piece)
}

/// Returns the seconds from one patch of a base model to the next.
pub fn hop_seconds(base: &ModelMetadata) -> f64 {
    let columns = base.patch.map_or(base.segment_frames, |patch| patch.hop_frames);
    columns as f64 * base.front_end.column_seconds()
}

/// Returns the length of a segment in seconds.
pub fn seconds(base: &ModelMetadata) -> f64 {
    base.input_frames() as f64 * base.front_end.column_seconds()
        + (patches(base) - 1) as f64 * hop_seconds(base)
}

/// Returns the distance, in patches, between the base's own segments that share no audio.
pub fn window_step(base: &ModelMetadata) -> usize {
    let Some(patch) = base.patch else { return 1 };
    base.segment_frames.div_ceil(patch.hop_frames).max(1)
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
            let lengths: Vec<_> = segments(&patches, 8).map(<[_]>::len).collect();
            assert_eq!(lengths, expected);
        }
    }
}
