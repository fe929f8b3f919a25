//! Numbers in headers, and the error for a wrong header.

use crate::error::DecodeErrorKind;

/// The number in these bytes, at most eight, the least significant first.
pub(super) fn little(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The number in these bytes, at most eight, the most significant first.
pub(super) fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// A header that ends, or contradicts itself.
pub(super) fn damaged(expected: &str, actual: &str) -> DecodeErrorKind {
    DecodeErrorKind::Corrupt { expected: expected.to_owned(), actual: actual.to_owned() }
}
