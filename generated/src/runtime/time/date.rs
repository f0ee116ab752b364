//! Dates.

use compact_str::format_compact;

use super::InvalidTime;
use super::calendar::{CivilDate, four_digits};
use super::parse;
use super::text::text_type;

text_type! {
    /// A day: ISO 8601 (`2026-01-02`).
    Date
}

impl Date {
    pub(super) const EXPECTED: &'static str = "a day as in ISO 8601 (YYYY-MM-DD)";

    /// A day of the years 0000 to 9999.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::time::Date;
    ///
    /// assert_eq!(Date::new(2026, 1, 2)?.as_str(), "2026-01-02");
    /// assert!(Date::new(2026, 2, 30).is_err());
    /// # Ok::<(), genesys_cloud::runtime::time::InvalidTime>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the calendar has no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self, InvalidTime> {
        let year = four_digits(year, Self::EXPECTED)?;
        CivilDate::new(year, month, day)
            .map(Self::from_civil)
            .ok_or(InvalidTime::new(Self::EXPECTED))
    }

    /// Year, month and day, if the text is valid.
    #[must_use]
    pub fn year_month_day(&self) -> Option<(i32, u8, u8)> {
        let date = self.value()?;
        Some((i32::try_from(date.year).ok()?, date.month, date.day))
    }

    pub(super) fn value(&self) -> Option<CivilDate> {
        parse::date(&self.0)
    }

    pub(super) fn from_civil(date: CivilDate) -> Self {
        Self(format_compact!("{date}"))
    }
}
