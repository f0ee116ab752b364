//! Months.

use compact_str::format_compact;

use super::InvalidTime;
use super::calendar::{CivilDate, four_digits, write_year};
use super::parse;
use super::text::text_type;

text_type! {
    /// A month of a year: ISO 8601 (`2026-01`).
    YearMonth
}

impl YearMonth {
    pub(super) const EXPECTED: &'static str = "a month as in ISO 8601 (YYYY-MM)";

    /// A month of the years 0000 to 9999.
    ///
    /// # Errors
    ///
    /// If the year has no such month.
    pub fn new(year: i32, month: u8) -> Result<Self, InvalidTime> {
        let invalid = InvalidTime::new(Self::EXPECTED);
        let year = four_digits(year, Self::EXPECTED)?;
        let date = CivilDate::new(year, month, 1).ok_or(invalid)?;
        let mut text = String::with_capacity(7);
        write_year(&mut text, date.year).map_err(|_| invalid)?;
        Ok(Self(format_compact!("{text}-{month:02}")))
    }

    /// Year and month, if the text is valid.
    #[must_use]
    pub fn year_month(&self) -> Option<(i32, u8)> {
        let date = self.value()?;
        Some((i32::try_from(date.year).ok()?, date.month))
    }

    fn value(&self) -> Option<CivilDate> {
        parse::year_month(&self.0)
    }
}
