//! Random numbers that depend on nothing but their address.
//!
//! Every batch has its own generator, derived from the seed, the stage, the epoch and the
//! batch, so a checkpoint needs no generator state and a resumed run draws what an
//! uninterrupted one would have drawn.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use sha2::{Digest, Sha256};

/// Returns the generator at an address: a seed, a purpose and any indices.
pub fn generator(seed: u64, purpose: &str, indices: &[u64]) -> Xoshiro256PlusPlus {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(purpose.as_bytes());
    hash.update([0]);
    for index in indices {
        hash.update(index.to_le_bytes());
    }
    Xoshiro256PlusPlus::from_seed(hash.finalize().into())
}

/// Returns the SHA-256 of some text as 16 hexadecimal digits, enough to distinguish configurations.
pub fn short_hash(text: &str) -> String {
    short_hash_of_bytes(text.as_bytes())
}

/// Returns the same for samples or features, bit by bit.
pub fn short_hash_of(values: &[f32]) -> String {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    short_hash_of_bytes(&bytes)
}

fn short_hash_of_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
