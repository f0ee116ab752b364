//! To and from the time crate.

use super::calendar::{CivilDate, CivilTime};
use super::text::try_from_owned;
use super::{Date, InvalidTime, LocalDateTime, Timestamp};

/// With its offset, rounded down to milliseconds.
impl From<::time::OffsetDateTime> for Timestamp {
    fn from(date_time: ::time::OffsetDateTime) -> Self {
        Self::from_unix(
            date_time.unix_timestamp(),
            date_time.nanosecond(),
            date_time.offset().whole_seconds(),
        )
    }
}

/// At the offset that the text names.
impl TryFrom<&Timestamp> for ::time::OffsetDateTime {
    type Error = InvalidTime;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTime> {
        let (nanoseconds, offset) = timestamp
            .unix_nanoseconds()
            .zip(timestamp.offset_seconds())
            .ok_or(InvalidTime::new(Timestamp::EXPECTED))?;
        Self::from_unix_timestamp_nanos(nanoseconds)
            .ok()
            .zip(::time::UtcOffset::from_whole_seconds(offset).ok())
            .and_then(|(utc, offset)| utc.checked_to_offset(offset))
            .ok_or(InvalidTime::new(Timestamp::EXPECTED))
    }
}

try_from_owned!(Timestamp => ::time::OffsetDateTime);

impl From<::time::Date> for Date {
    fn from(date: ::time::Date) -> Self {
        Self::from_civil(civil_date(date))
    }
}

impl TryFrom<&Date> for ::time::Date {
    type Error = InvalidTime;

    fn try_from(date: &Date) -> Result<Self, InvalidTime> {
        date.value()
            .and_then(time_date)
            .ok_or(InvalidTime::new(Date::EXPECTED))
    }
}

try_from_owned!(Date => ::time::Date);

impl From<::time::PrimitiveDateTime> for LocalDateTime {
    fn from(date_time: ::time::PrimitiveDateTime) -> Self {
        let time = CivilTime {
            hour: date_time.hour(),
            minute: date_time.minute(),
            second: date_time.second(),
            nanosecond: date_time.nanosecond(),
        };
        Self::from_civil(civil_date(date_time.date()), time)
    }
}

impl TryFrom<&LocalDateTime> for ::time::PrimitiveDateTime {
    type Error = InvalidTime;

    fn try_from(date_time: &LocalDateTime) -> Result<Self, InvalidTime> {
        date_time
            .value()
            .and_then(|(date, time)| {
                let time = ::time::Time::from_hms_nano(
                    time.hour,
                    time.minute,
                    time.second,
                    time.nanosecond,
                )
                .ok()?;
                Some(Self::new(time_date(date)?, time))
            })
            .ok_or(InvalidTime::new(LocalDateTime::EXPECTED))
    }
}

try_from_owned!(LocalDateTime => ::time::PrimitiveDateTime);

fn civil_date(date: ::time::Date) -> CivilDate {
    CivilDate {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day(),
    }
}

fn time_date(date: CivilDate) -> Option<::time::Date> {
    ::time::Date::from_calendar_date(
        date.year.try_into().ok()?,
        ::time::Month::try_from(date.month).ok()?,
        date.day,
    )
    .ok()
}
