//! Finds the first date with a time in a text, in the formats of recorders.

use super::civil::Civil;

/// The century of two-digit years.
const CENTURY: i64 = 2_000;

/// Returns the milliseconds since the start of 1970, and the offset in minutes if the text has one.
pub(super) fn find(text: &str) -> Option<(i64, Option<i32>)> {
    let starts = text.char_indices().filter(|&(index, c)| {
        let before = text[..index].chars().next_back();
        c.is_ascii_digit() && !before.is_some_and(|before| before.is_ascii_digit())
    });
    starts.map(|(index, _)| index).find_map(|index| time(&text[index..]))
}

fn time(mut rest: &str) -> Option<(i64, Option<i32>)> {
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let (year, separated) = match digits {
        4 => (number(&mut rest, 4)?, one_of(&mut rest, "-._").is_some()),
        8 | 12 | 14 => (number(&mut rest, 4)?, false),
        6 => (CENTURY + number(&mut rest, 2)?, false),
        _ => return None,
    };
    let month = number(&mut rest, 2)?;
    if separated {
        one_of(&mut rest, "-._")?;
    }
    let day = number(&mut rest, 2)?;
    if digits < 9 {
        one_of(&mut rest, "T_- ")?;
    }
    let hour = number(&mut rest, 2)?;
    let separated = one_of(&mut rest, ":-._").is_some();
    let minute = number(&mut rest, 2)?;
    let mut after = rest;
    let follows = !separated || one_of(&mut after, ":-._").is_some();
    let second = follows.then(|| number(&mut after, 2)).flatten();
    if second.is_some() {
        rest = after;
    }
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let millisecond = fraction(&mut rest);
    // `240101_0001` is more likely a date and a number.
    let second = if digits == 6 { second? } else { second.unwrap_or(0) };
    let civil = Civil { year, month, day, hour, minute, second, millisecond };
    Some((civil.to_milliseconds()?, offset(&mut rest, false)))
}

/// Takes a number of exactly this many digits.
fn number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (number, after) = rest.split_at_checked(digits)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = after;
    number.parse().ok()
}

/// Takes one of these characters.
fn one_of(rest: &mut &str, characters: &str) -> Option<char> {
    let first = rest.chars().next().filter(|&c| characters.contains(c))?;
    *rest = &rest[first.len_utf8()..];
    Some(first)
}

/// Takes a fraction such as `.250`; 0 if there is none.
fn fraction(rest: &mut &str) -> i64 {
    let Some(after) = rest.strip_prefix(['.', ',']) else { return 0 };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return 0;
    }
    *rest = &after[digits..];
    after[..digits.min(3)].parse::<i64>().unwrap_or(0) * [1, 100, 10, 1][digits.min(3)]
}

/// Takes `Z`, `UTC`, `+02:00` or `-0330`, in minutes. `+2` is an offset only if `hours_are_enough`:
/// in names, it may be a number.
pub(super) fn offset(rest: &mut &str, hours_are_enough: bool) -> Option<i32> {
    for name in ["UTC", "Z"] {
        let (start, after) = rest.split_at_checked(name.len()).unwrap_or_default();
        if start.eq_ignore_ascii_case(name) && !after.starts_with(char::is_alphanumeric) {
            *rest = after;
            return Some(0);
        }
    }
    let mut after = *rest;
    let sign = if one_of(&mut after, "+-")? == '-' { -1 } else { 1 };
    let hours = number(&mut after, 2).or_else(|| number(&mut after, 1))?;
    let colon = one_of(&mut after, ":").is_some();
    let minutes = match number(&mut after, 2) {
        Some(minutes) => minutes,
        None if colon || !hours_are_enough => return None,
        None => 0,
    };
    if hours > 14
        || minutes % 15 > 0
        || minutes > 45
        || after.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    *rest = after;
    i32::try_from(sign * (hours * 60 + minutes)).ok()
}
