//! To and from chrono.

use chrono::{Offset, Timelike};

use super::calendar::{CivilDate, CivilTime};
use super::text::try_from_owned;
use super::{Date, InvalidTime, LocalDateTime, Timestamp};

/// With the offset of the zone at that time, rounded down to milliseconds. chrono's leap second becomes the second after it.
impl<Zone: chrono::TimeZone> From<chrono::DateTime<Zone>> for Timestamp {
    fn from(date_time: chrono::DateTime<Zone>) -> Self {
        // A leap second has nanoseconds beyond a second.
        let nanosecond = date_time.timestamp_subsec_nanos();
        Self::from_unix(
            date_time.timestamp() + i64::from(nanosecond / 1_000_000_000),
            nanosecond % 1_000_000_000,
            date_time.offset().fix().local_minus_utc(),
        )
    }
}

impl TryFrom<&Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = InvalidTime;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTime> {
        timestamp
            .instant()
            .and_then(|instant| Self::from_timestamp(instant.seconds, instant.nanosecond))
            .ok_or(InvalidTime::new(Timestamp::EXPECTED))
    }
}

/// At the offset that the text names.
impl TryFrom<&Timestamp> for chrono::DateTime<chrono::FixedOffset> {
    type Error = InvalidTime;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTime> {
        let utc = chrono::DateTime::<chrono::Utc>::try_from(timestamp)?;
        let offset = timestamp
            .offset_seconds()
            .and_then(chrono::FixedOffset::east_opt)
            .ok_or(InvalidTime::new(Timestamp::EXPECTED))?;
        Ok(utc.with_timezone(&offset))
    }
}

try_from_owned!(Timestamp => chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::FixedOffset>);

impl From<chrono::NaiveDate> for Date {
    fn from(date: chrono::NaiveDate) -> Self {
        Self::from_civil(civil_date(date))
    }
}

impl TryFrom<&Date> for chrono::NaiveDate {
    type Error = InvalidTime;

    fn try_from(date: &Date) -> Result<Self, InvalidTime> {
        date.value()
            .and_then(naive_date)
            .ok_or(InvalidTime::new(Date::EXPECTED))
    }
}

try_from_owned!(Date => chrono::NaiveDate);

/// chrono's leap second becomes the second before it, because there is no zone to say which comes after.
impl From<chrono::NaiveDateTime> for LocalDateTime {
    fn from(date_time: chrono::NaiveDateTime) -> Self {
        let time = CivilTime::from_second_of_day(
            date_time.num_seconds_from_midnight().into(),
            date_time.nanosecond() % 1_000_000_000,
        );
        Self::from_civil(civil_date(date_time.date()), time)
    }
}

impl TryFrom<&LocalDateTime> for chrono::NaiveDateTime {
    type Error = InvalidTime;

    fn try_from(date_time: &LocalDateTime) -> Result<Self, InvalidTime> {
        date_time
            .value()
            .and_then(|(date, time)| {
                naive_date(date)?.and_hms_nano_opt(
                    time.hour.into(),
                    time.minute.into(),
                    time.second.into(),
                    time.nanosecond,
                )
            })
            .ok_or(InvalidTime::new(LocalDateTime::EXPECTED))
    }
}

try_from_owned!(LocalDateTime => chrono::NaiveDateTime);

fn civil_date(date: chrono::NaiveDate) -> CivilDate {
    let days = date.signed_duration_since(chrono::NaiveDate::default());
    CivilDate::from_days_since_epoch(days.num_days())
}

fn naive_date(date: CivilDate) -> Option<chrono::NaiveDate> {
    chrono::NaiveDate::from_ymd_opt(
        date.year.try_into().ok()?,
        date.month.into(),
        date.day.into(),
    )
}
