//! One of several shares of the recordings, for as many processes or machines.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::outcome::UsageError;

/// The most shards, more than any cluster has jobs.
const MOST: u64 = 1_000_000;

/// Shard `index` (from 0) of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Parses a shard such as `3/10`.
    ///
    /// # Errors
    /// For anything but two numbers, the first of which is between 1 and the second.
    pub(super) fn parse(text: &str) -> Result<Shard, UsageError> {
        let numbers = text.split_once('/').and_then(|(index, count)| {
            Some((index.parse::<u64>().ok()?, count.parse::<u64>().ok()?))
        });
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) && count <= MOST => {
                Ok(Shard { index: index - 1, count })
            }
            _ => Err(UsageError(format!(
                "--shard is {text:?}, expected I/N with I from 1 to N, such as 3/10, and N up to \
                 {MOST}"
            ))),
        }
    }

    /// Returns whether a path is in it: the first eight bytes of the path's SHA-256, as a
    /// big-endian number, modulo the number of shards. Separators are `/` on all systems.
    pub(super) fn contains(self, path: &Path) -> bool {
        let mut hash = Sha256::new();
        for (n, part) in path.components().enumerate() {
            if n > 0 {
                hash.update(b"/");
            }
            hash.update(part.as_os_str().as_encoded_bytes());
        }
        let mut start = [0; 8];
        start.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        u64::from_be_bytes(start) % self.count == self.index
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::Shard;
    use std::path::Path;

    #[test]
    fn shards_are_numbered_from_one() {
        assert_eq!(Shard::parse("3/10").unwrap(), Shard { index: 2, count: 10 });
        assert_eq!(Shard::parse("1/1").unwrap(), Shard { index: 0, count: 1 });
        for wrong in ["0/4", "5/4", "1/0", "1", "a/b", "-1/4", "1/4/2", "", "1/99999999"] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
    }

    /// `printf night/a.wav | sha256sum` begins with afc36944c55774b5.
    #[test]
    fn the_hash_stays_the_same_on_all_systems() {
        let number = 0xafc3_6944_c557_74b5_u64 % 7 + 1;
        for index in 1..=7 {
            let shard = Shard::parse(&format!("{index}/7")).unwrap();
            assert_eq!(shard.contains(Path::new("night/a.wav")), index == number);
            assert_eq!(shard.contains(&Path::new("night").join("a.wav")), index == number);
        }
    }

    #[test]
    fn names_in_a_row_are_spread_over_all_shards() {
        for count in [2u64, 5, 16] {
            let mut sizes = vec![0; count as usize];
            for n in 0..800 {
                let path = format!("20230214_{:02}{:02}00.WAV", n / 60, 2 * n % 60);
                let shards: Vec<u64> = (0..count)
                    .filter(|&index| Shard { index, count }.contains(Path::new(&path)))
                    .collect();
                assert_eq!(shards.len(), 1);
                sizes[shards[0] as usize] += 1;
            }
            let expected = 800 / count as usize;
            let even = expected / 2..expected * 3 / 2;
            assert!(sizes.iter().all(|size| even.contains(size)), "{sizes:?}");
        }
    }
}
