//! Converts between dates with times of day and milliseconds since the start of 1970.

use std::fmt;

const DAY_MILLISECONDS: i64 = 86_400_000;

/// A date and a time of day in the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
}

impl Civil {
    /// Returns milliseconds since the start of 1970; `None` if there is no such day or time.
    pub(super) fn to_milliseconds(self) -> Option<i64> {
        let Civil { year, month, day, hour, minute, second, millisecond } = self;
        let is_time = (0..24).contains(&hour) && (0..60).contains(&minute);
        let in_range = (1970..2100).contains(&year) && (1..=12).contains(&month) && is_time;
        if !in_range || !(0..60).contains(&second) {
            return None;
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        let days = days_before(year, month) + day - 1;
        let all = days * DAY_MILLISECONDS + seconds * 1_000 + millisecond;
        // The 30th of February comes back as another day.
        let back = Self::from_milliseconds(all);
        (back.day == day && back.month == month).then_some(all)
    }

    /// Converts back, for times from 1970 on.
    pub(super) fn from_milliseconds(milliseconds: i64) -> Civil {
        let (days, rest) =
            (milliseconds.div_euclid(DAY_MILLISECONDS), milliseconds.rem_euclid(DAY_MILLISECONDS));
        let mut year = 1970 + days / 366;
        while days_before(year + 1, 1) <= days {
            year += 1;
        }
        let month = (2..=12).take_while(|&month| days_before(year, month) <= days).last();
        let month = month.unwrap_or(1);
        let seconds = rest / 1_000;
        Civil {
            year,
            month,
            day: days - days_before(year, month) + 1,
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            millisecond: rest % 1_000,
        }
    }
}

/// Returns the days from the start of 1970 to the first of the month.
fn days_before(year: i64, month: i64) -> i64 {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let months: i64 = LENGTHS.iter().take(month as usize - 1).sum();
    let is_leap = leaps(year) > leaps(year - 1);
    years + months + i64::from(is_leap && month > 2)
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second, millisecond } = self;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}"
        )
    }
}
