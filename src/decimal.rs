//! Formats numbers in messages. The standard library's conversion, which is exact to the last
//! digit, would be a twentieth of the browser's module.

use std::fmt;
use std::ops::Range;

/// Significant digits: those that an `f32` holds for certain.
const DIGITS: i32 = 7;
/// Decimal exponents of the numbers that are written without an exponent.
const PLAIN: Range<i32> = -6..15;
/// Whole numbers below this are written with all digits.
const LARGE: f64 = 1e15;

/// Displays a number with seven significant digits, or a whole number with all digits.
#[derive(Clone, Copy)]
pub(crate) struct Decimal(pub(crate) f64);

impl<T: Into<f64>> From<T> for Decimal {
    fn from(number: T) -> Self {
        Decimal(number.into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0.0 {
            f.write_str("-")?;
        }
        let size = self.0.abs();
        if size.is_nan() {
            f.write_str("NaN")
        } else if size.is_infinite() {
            f.write_str("inf")
        } else if size < LARGE && size.fract() == 0.0 {
            write!(f, "{}", size as u64)
        } else {
            fraction(size, f)
        }
    }
}

fn fraction(size: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut lead, mut exponent) = (size, 0);
    while lead >= 10.0 {
        (lead, exponent) = (lead / 10.0, exponent + 1);
    }
    while lead < 1.0 {
        (lead, exponent) = (lead * 10.0, exponent - 1);
    }
    let digits = (lead * 10_f64.powi(DIGITS - 1)).round() as u64;
    let digits = digits.to_string();
    // Rounding turned 9.99999999 into 10.000000.
    exponent += digits.len() as i32 - DIGITS;
    let digits = digits.trim_end_matches('0');
    if !PLAIN.contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return write!(f, "{first}{point}{rest}e{exponent}");
    }
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return write!(f, "0.{zeros}{digits}");
    }
    let (whole, rest) = digits.split_at(digits.len().min(exponent as usize + 1));
    let zeros = "0".repeat(exponent as usize + 1 - whole.len());
    let point = if rest.is_empty() { "" } else { "." };
    write!(f, "{whole}{zeros}{point}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_displays_what_the_standard_library_does() {
        let numbers: [f32; 20] = [
            0.0,
            1.0,
            -1.0,
            0.1,
            0.5,
            -65.0,
            16_000.0,
            22_050.0,
            1.1,
            0.3,
            0.048,
            1e-5,
            0.97,
            44.1,
            -3.25,
            1e6,
            999.999_9,
            0.000_123,
            f32::NAN,
            f32::INFINITY,
        ];
        for number in numbers {
            assert_eq!(Decimal::from(number).to_string(), number.to_string());
        }
        assert_eq!(Decimal(123_456_789.0).to_string(), "123456789");
    }

    #[test]
    fn it_rounds_and_writes_large_and_small_numbers_with_an_exponent() {
        for (number, expected) in [
            (1e300, "1e300"),
            (-1.5e-9, "-1.5e-9"),
            (0.123_456_789, "0.1234568"),
            (9.999_999_99, "10"),
            (0.999_999_999, "1"),
            (1_234_567.89, "1234568"),
            (123_456_789.5, "123456800"),
            (f64::MIN_POSITIVE, "2.225074e-308"),
            (f64::MAX, "1.797693e308"),
        ] {
            assert_eq!(Decimal(number).to_string(), expected);
        }
    }
}
