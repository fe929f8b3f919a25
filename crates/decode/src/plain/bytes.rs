//! Numbers in headers, and the error for a wrong header.

use crate::error::DecodeErrorKind;

/// Reads at most eight bytes as a number, the least significant first.
pub(super) fn little(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Reads at most eight bytes as a number, the most significant first.
pub(super) fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Reports a header that ends early or contradicts itself.
pub(super) fn damaged(expected: &str, actual: &str) -> DecodeErrorKind {
    DecodeErrorKind::Corrupt { expected: expected.to_owned(), actual: actual.to_owned() }
}
