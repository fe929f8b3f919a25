//! Random numbers that depend on nothing but their address.
//!
//! Every batch has its own generator, derived from the seed, the stage, the epoch and the
//! batch, so a checkpoint needs no generator state and a resumed run draws what an
//! uninterrupted one would have drawn.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use sha2::{Digest, Sha256};

/// The generator at an address: a seed, a purpose and any indices.
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

/// SHA-256 of some text as 16 hexadecimal digits, enough to tell configurations apart.
pub fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
