//! The proleptic Gregorian calendar, as far as converting between days and dates needs it.

use std::fmt;

use super::InvalidTime;

/// A date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CivilDate {
    pub(super) year: i64,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CivilTime {
    pub(super) hour: u8,
    pub(super) minute: u8,
    /// Up to 60, for leap seconds.
    pub(super) second: u8,
    pub(super) nanosecond: u32,
}

const DAYS_PER_400_YEARS: i64 = 146_097;

/// Days from 0000-03-01 to 1970-01-01. Years are counted from March, so that the leap day ends one.
const EPOCH: i64 = 719_468;

impl CivilDate {
    /// The date, if the calendar has it.
    pub(super) fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        (day >= 1 && day <= days_in_month(year, month)).then_some(Self { year, month, day })
    }

    /// The days from 1970-01-01.
    pub(super) fn days_since_epoch(self) -> i64 {
        let month_from_march = (i64::from(self.month) + 9) % 12;
        let year = self.year - i64::from(self.month < 3);
        let year_of_cycle = year.rem_euclid(400);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let day_of_cycle =
            year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
        year.div_euclid(400) * DAYS_PER_400_YEARS + day_of_cycle - EPOCH
    }

    /// The date `days` after 1970-01-01.
    pub(super) fn from_days_since_epoch(days: i64) -> Self {
        let days = days + EPOCH;
        let day_of_cycle = days.rem_euclid(DAYS_PER_400_YEARS);
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524
            - day_of_cycle / 146_096)
            / 365;
        let day_of_year =
            day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        Self {
            year: days.div_euclid(DAYS_PER_400_YEARS) * 400 + year_of_cycle + i64::from(month < 3),
            month: small(month),
            day: small(day),
        }
    }
}

impl CivilTime {
    /// The time, if a day has it. A leap second is none of every day.
    pub(super) fn new(hour: u8, minute: u8, second: u8, nanosecond: u32) -> Option<Self> {
        (hour < 24 && minute < 60 && second < 60 && nanosecond < 1_000_000_000).then_some(Self {
            hour,
            minute,
            second,
            nanosecond,
        })
    }

    /// The time `second` seconds and `nanosecond` nanoseconds after midnight.
    pub(super) fn from_second_of_day(second: i64, nanosecond: u32) -> Self {
        Self {
            hour: small(second / 3_600),
            minute: small(second / 60 % 60),
            second: small(second % 60),
            nanosecond,
        }
    }

    /// The seconds since midnight.
    pub(super) fn second_of_day(self) -> i64 {
        i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_year(formatter, self.year)?;
        write!(formatter, "-{:02}-{:02}", self.month, self.day)
    }
}

/// With the shortest of no, 3, 6 and 9 decimals that says all.
impl fmt::Display for CivilTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            hour,
            minute,
            second,
            nanosecond,
        } = *self;
        write!(formatter, "{hour:02}:{minute:02}:{second:02}")?;
        if nanosecond == 0 {
            Ok(())
        } else if nanosecond % 1_000_000 == 0 {
            write!(formatter, ".{:03}", nanosecond / 1_000_000)
        } else if nanosecond % 1_000 == 0 {
            write!(formatter, ".{:06}", nanosecond / 1_000)
        } else {
            write!(formatter, ".{nanosecond:09}")
        }
    }
}

/// A year outside 0000 to 9999 gets a sign and at least six digits (ISO 8601, expanded), which tells it from any other.
pub(super) fn write_year(formatter: &mut impl fmt::Write, year: i64) -> fmt::Result {
    if (0..=9999).contains(&year) {
        write!(formatter, "{year:04}")
    } else {
        write!(formatter, "{year:+07}")
    }
}

/// A year of four digits.
pub(super) fn four_digits(year: i32, expected: &'static str) -> Result<i64, InvalidTime> {
    if (0..=9999).contains(&year) {
        Ok(i64::from(year))
    } else {
        Err(InvalidTime::new(expected))
    }
}

/// The days of a month, none for a month that is none.
fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A month, day, hour, minute or second.
fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or_default()
}
