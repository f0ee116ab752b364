//! Dates and times without a time zone.

use compact_str::format_compact;

use super::InvalidTime;
use super::calendar::{CivilDate, CivilTime, four_digits};
use super::parse;
use super::text::text_type;

text_type! {
    /// A date and time without a zone: ISO 8601 (`2026-01-02T03:04:05.678`; the seconds may be left out).
    LocalDateTime
}

impl LocalDateTime {
    pub(super) const EXPECTED: &'static str =
        "a date and time without a zone as in ISO 8601 (YYYY-MM-DDThh:mm:ss)";

    /// A second of the years 0000 to 9999.
    ///
    /// # Errors
    ///
    /// If the calendar has no such day, or a day no such time.
    pub fn new(
        year: i32,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Result<Self, InvalidTime> {
        let year = four_digits(year, Self::EXPECTED)?;
        CivilDate::new(year, month, day)
            .zip(CivilTime::new(hour, minute, second, 0))
            .map(|(date, time)| Self::from_civil(date, time))
            .ok_or(InvalidTime::new(Self::EXPECTED))
    }

    /// Year, month and day, if the text is valid.
    #[must_use]
    pub fn year_month_day(&self) -> Option<(i32, u8, u8)> {
        let (date, _) = self.value()?;
        Some((i32::try_from(date.year).ok()?, date.month, date.day))
    }

    /// Hour, minute, second and nanosecond, if the text is valid. Decimals of a second after the ninth are cut off.
    #[must_use]
    pub fn hour_minute_second(&self) -> Option<(u8, u8, u8, u32)> {
        let (_, time) = self.value()?;
        Some((time.hour, time.minute, time.second, time.nanosecond))
    }

    pub(super) fn value(&self) -> Option<(CivilDate, CivilTime)> {
        parse::local_date_time(&self.0)
    }

    pub(super) fn from_civil(date: CivilDate, time: CivilTime) -> Self {
        Self(format_compact!("{date}T{time}"))
    }
}
