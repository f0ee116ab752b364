//! Reading RFC 3339 and the parts of ISO 8601 that the API uses.

use super::calendar::{CivilDate, CivilTime};

/// What an RFC 3339 text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    pub(super) seconds: i64,
    pub(super) nanosecond: u32,
    /// East of UTC.
    pub(super) offset_seconds: i32,
}

/// RFC 3339 section 5.6. Besides it, an offset may lack the colon or the minutes (`+0000`, ISO 8601), as some services write it. Decimals
/// after the ninth are cut off. A leap second is taken where one can be, at the end of a month in UTC, and is the second after it, as in
/// POSIX.
pub(super) fn timestamp(text: &str) -> Option<Instant> {
    let mut cursor = Cursor(text.as_bytes());
    let date = cursor.date()?;
    cursor.one_of(b"Tt ")?;
    let (hour, minute) = cursor.hour_and_minute()?;
    cursor.one_of(b":")?;
    let (second, nanosecond) = cursor.second()?;
    let offset_seconds = cursor.offset()?;
    cursor.end()?;

    let leap = second == 60;
    let time = CivilTime::new(hour, minute, if leap { 59 } else { second }, nanosecond)?;
    let local = date.days_since_epoch() * 86_400 + time.second_of_day();
    let seconds = local - i64::from(offset_seconds) + i64::from(leap);
    if leap
        && (seconds.rem_euclid(86_400) != 0
            || CivilDate::from_days_since_epoch(seconds.div_euclid(86_400)).day != 1)
    {
        return None;
    }
    Some(Instant {
        seconds,
        nanosecond,
        offset_seconds,
    })
}

/// `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Option<CivilDate> {
    let mut cursor = Cursor(text.as_bytes());
    let date = cursor.date()?;
    cursor.end()?;
    Some(date)
}

/// `YYYY-MM-DDThh:mm[:ss[.fraction]]`.
pub(super) fn local_date_time(text: &str) -> Option<(CivilDate, CivilTime)> {
    let mut cursor = Cursor(text.as_bytes());
    let date = cursor.date()?;
    cursor.one_of(b"Tt ")?;
    let (hour, minute) = cursor.hour_and_minute()?;
    let (second, nanosecond) = if cursor.0.is_empty() {
        (0, 0)
    } else {
        cursor.one_of(b":")?;
        cursor.second()?
    };
    cursor.end()?;
    Some((date, CivilTime::new(hour, minute, second, nanosecond)?))
}

/// `YYYY-MM`, as the first day of the month.
pub(super) fn year_month(text: &str) -> Option<CivilDate> {
    let mut cursor = Cursor(text.as_bytes());
    let year = cursor.year()?;
    cursor.one_of(b"-")?;
    let month = cursor.two_digits()?;
    cursor.end()?;
    CivilDate::new(year, month, 1)
}

/// What is left to read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        if !bytes.contains(&first) {
            return None;
        }
        self.0 = rest;
        Some(first)
    }

    fn digit(&mut self) -> Option<u8> {
        self.one_of(b"0123456789").map(|digit| digit - b'0')
    }

    fn two_digits(&mut self) -> Option<u8> {
        Some(self.digit()? * 10 + self.digit()?)
    }

    fn year(&mut self) -> Option<i64> {
        Some(i64::from(self.two_digits()?) * 100 + i64::from(self.two_digits()?))
    }

    fn date(&mut self) -> Option<CivilDate> {
        let year = self.year()?;
        self.one_of(b"-")?;
        let month = self.two_digits()?;
        self.one_of(b"-")?;
        CivilDate::new(year, month, self.two_digits()?)
    }

    fn hour_and_minute(&mut self) -> Option<(u8, u8)> {
        let hour = self.two_digits()?;
        self.one_of(b":")?;
        Some((hour, self.two_digits()?))
    }

    /// A second and its nanoseconds.
    fn second(&mut self) -> Option<(u8, u32)> {
        let second = self.two_digits()?;
        if self.one_of(b".").is_none() {
            return Some((second, 0));
        }
        let mut nanosecond = u32::from(self.digit()?) * 100_000_000;
        let mut unit = 10_000_000;
        while let Some(digit) = self.digit() {
            nanosecond += u32::from(digit) * unit;
            unit /= 10;
        }
        Some((second, nanosecond))
    }

    fn offset(&mut self) -> Option<i32> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.two_digits()?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            self.one_of(b":");
            self.two_digits()?
        };
        (hours < 24 && minutes < 60)
            .then(|| sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60))
    }
}
