//! When a recording was made: a time of day and its offset from UTC.

mod civil;
mod names;

use std::fmt;
use std::path::Path;

use civil::Civil;

/// How a clock differs from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offset {
    /// Unknown; times are printed without an offset.
    Unknown,
    /// Minutes that the clock is ahead of UTC.
    Minutes(i32),
}

/// The start of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Milliseconds since the start of 1970 by the clock of the recorder.
    milliseconds: i64,
    offset: Offset,
}

impl Offset {
    /// Parses `+02:00`, `-0330`, `+2`, `Z`, `UTC` or `none`.
    pub(crate) fn parse(text: &str) -> Option<Offset> {
        if text.eq_ignore_ascii_case("none") {
            return Some(Offset::Unknown);
        }
        let mut rest = text;
        let offset = names::offset(&mut rest, true)?;
        rest.is_empty().then_some(Offset::Minutes(offset))
    }
}

impl Moment {
    /// Reads the time in the name of a file, such as `20230214_063000.WAV`. `usual` is the offset
    /// of the clock, unless the name has one.
    pub(crate) fn from_name(path: &Path, usual: Offset) -> Option<Moment> {
        let stem = path.file_stem()?.to_string_lossy();
        let (milliseconds, own) = names::find(&stem)?;
        Some(Moment { milliseconds, offset: own.map_or(usual, Offset::Minutes) })
    }

    /// Reads the time in `2023-02-14T06:30:00`.
    pub(crate) fn from_iso(text: &str, usual: Offset) -> Option<Moment> {
        let (milliseconds, own) = names::find(text)?;
        Some(Moment { milliseconds, offset: own.map_or(usual, Offset::Minutes) })
    }

    /// Returns microseconds since the start of 1970 in UTC; `None` if the clock's offset from it is
    /// unknown.
    pub(crate) fn utc_us(self) -> Option<i64> {
        match self.offset {
            Offset::Unknown => None,
            Offset::Minutes(minutes) => {
                Some((self.milliseconds - i64::from(minutes) * 60_000) * 1_000)
            }
        }
    }

    /// Returns the moment `seconds` later.
    pub(crate) fn after(self, seconds: f64) -> Moment {
        let later = (seconds * 1_000.0).round() as i64;
        Moment { milliseconds: self.milliseconds + later, ..self }
    }
}

impl fmt::Display for Moment {
    /// Writes ISO 8601 to the millisecond, with the offset if it is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Civil::from_milliseconds(self.milliseconds))?;
        match self.offset {
            Offset::Unknown => Ok(()),
            offset => write!(f, "{offset}"),
        }
    }
}

impl fmt::Display for Offset {
    /// Writes what [`Offset::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Offset::Unknown => write!(f, "none"),
            Offset::Minutes(0) => write!(f, "Z"),
            Offset::Minutes(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Offset};
    use std::path::Path;

    fn named(name: &str) -> Option<String> {
        let moment = Moment::from_name(Path::new(name), Offset::parse("+2")?)?;
        Some(moment.after(0.5).to_string())
    }

    #[test]
    fn names_of_recorders_have_times() {
        let expected = Some("2023-02-14T06:30:00.500+02:00");
        for name in [
            "20230214_063000.WAV",
            "a/SMM01234_20230214_063000.wav",
            "20230214T063000.flac",
            "230214_063000.wav",
            "2023-02-14T06:30:00.wav",
            "site-3 2023-02-14 06-30-00 left.wav",
            "2023-02-14_06.30.00.wav",
            "20230214063000.mp3",
            "20230214_063000-01.wav",
        ] {
            assert_eq!(named(name).as_deref(), expected, "{name}");
        }
        assert_eq!(named("20230214_0630.wav").as_deref(), expected, "without seconds");
        let own = named("20230214T063000-0330.wav");
        assert_eq!(own.as_deref(), Some("2023-02-14T06:30:00.500-03:30"));
        assert_eq!(
            named("2023-02-14T06:30:00.250Z.wav").as_deref(),
            Some("2023-02-14T06:30:00.750Z")
        );
    }

    #[test]
    fn other_numbers_are_not_times() {
        for name in [
            "dog.wav",
            "ZOOM0001.WAV",
            "20231314_063000.wav",
            "20230214_250000.wav",
            "1234567890123456.wav",
            "20230229_000000.wav",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn times_carry_over_years() {
        let moment = Moment::from_name(Path::new("20241231_235959.wav"), Offset::Unknown);
        assert_eq!(
            moment.map(|m| m.after(1.0).to_string()).as_deref(),
            Some("2025-01-01T00:00:00.000")
        );
        let leap = Moment::from_name(Path::new("20240228_120000.wav"), Offset::Minutes(0));
        assert_eq!(
            leap.map(|m| m.after(86_400.0).to_string()).as_deref(),
            Some("2024-02-29T12:00:00.000Z")
        );
    }

    #[test]
    fn times_in_utc_need_an_offset() {
        let utc = |offset| {
            Moment::from_name(Path::new("19700101_020000.5.wav"), offset).and_then(Moment::utc_us)
        };
        assert_eq!(utc(Offset::Minutes(120)), Some(500_000));
        assert_eq!(utc(Offset::Minutes(-210)), Some(5 * 3_600_000_000 + 1_800_500_000));
        assert_eq!(utc(Offset::Unknown), None);
    }

    #[test]
    fn offsets_are_checked() {
        assert_eq!(Offset::parse("-3:30"), Some(Offset::Minutes(-210)));
        assert_eq!(Offset::parse("utc"), Some(Offset::Minutes(0)));
        for wrong in ["", "+", "+25", "+02:75", "02", "+2h", "local"] {
            assert_eq!(Offset::parse(wrong), None, "{wrong}");
        }
    }
}
