//! To and from jiff.

use super::calendar::{CivilDate, CivilTime};
use super::text::try_from_owned;
use super::{Date, InvalidTime, LocalDateTime, Timestamp};

/// In UTC, rounded down to milliseconds.
impl From<jiff::Timestamp> for Timestamp {
    fn from(timestamp: jiff::Timestamp) -> Self {
        let (seconds, nanosecond) = unix_time(timestamp);
        Self::from_unix(seconds, nanosecond, 0)
    }
}

/// With the offset of the zone at that time, rounded down to milliseconds. The zone's name is lost.
impl From<&jiff::ZonedDateTime> for Timestamp {
    fn from(zoned: &jiff::ZonedDateTime) -> Self {
        let (seconds, nanosecond) = unix_time(zoned.timestamp());
        Self::from_unix(seconds, nanosecond, zoned.offset().seconds())
    }
}

/// With the offset of the zone at that time, rounded down to milliseconds. The zone's name is lost.
impl From<jiff::ZonedDateTime> for Timestamp {
    fn from(zoned: jiff::ZonedDateTime) -> Self {
        Self::from(&zoned)
    }
}

impl TryFrom<&Timestamp> for jiff::Timestamp {
    type Error = InvalidTime;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTime> {
        timestamp
            .unix_nanoseconds()
            .and_then(|nanoseconds| Self::from_nanosecond(nanoseconds).ok())
            .ok_or(InvalidTime::new(Timestamp::EXPECTED))
    }
}

/// In a zone of the offset that the text names.
impl TryFrom<&Timestamp> for jiff::ZonedDateTime {
    type Error = InvalidTime;

    fn try_from(timestamp: &Timestamp) -> Result<Self, InvalidTime> {
        let instant = jiff::Timestamp::try_from(timestamp)?;
        let offset = timestamp
            .offset_seconds()
            .and_then(|seconds| jiff::tz::Offset::from_seconds(seconds).ok())
            .ok_or(InvalidTime::new(Timestamp::EXPECTED))?;
        Ok(instant.to_zoned_datetime(jiff::tz::TimeZone::fixed(offset)))
    }
}

try_from_owned!(Timestamp => jiff::Timestamp, jiff::ZonedDateTime);

impl From<jiff::civil::Date> for Date {
    fn from(date: jiff::civil::Date) -> Self {
        Self::from_civil(civil_date(date))
    }
}

impl TryFrom<&Date> for jiff::civil::Date {
    type Error = InvalidTime;

    fn try_from(date: &Date) -> Result<Self, InvalidTime> {
        date.value()
            .and_then(jiff_date)
            .ok_or(InvalidTime::new(Date::EXPECTED))
    }
}

try_from_owned!(Date => jiff::civil::Date);

impl From<jiff::civil::DateTime> for LocalDateTime {
    fn from(date_time: jiff::civil::DateTime) -> Self {
        let time = CivilTime {
            hour: date_time.hour().unsigned_abs(),
            minute: date_time.minute().unsigned_abs(),
            second: date_time.second().unsigned_abs(),
            nanosecond: date_time.subsec_nanosecond().unsigned_abs(),
        };
        Self::from_civil(civil_date(date_time.date()), time)
    }
}

impl TryFrom<&LocalDateTime> for jiff::civil::DateTime {
    type Error = InvalidTime;

    fn try_from(date_time: &LocalDateTime) -> Result<Self, InvalidTime> {
        date_time
            .value()
            .and_then(|(date, time)| {
                let time = jiff::civil::Time::new(
                    time.hour.try_into().ok()?,
                    time.minute.try_into().ok()?,
                    time.second.try_into().ok()?,
                    time.nanosecond.try_into().ok()?,
                )
                .ok()?;
                Some(Self::from_parts(jiff_date(date)?, time))
            })
            .ok_or(InvalidTime::new(LocalDateTime::EXPECTED))
    }
}

try_from_owned!(LocalDateTime => jiff::civil::DateTime);

/// Seconds rounded down, and nanoseconds.
fn unix_time(timestamp: jiff::Timestamp) -> (i64, u32) {
    // jiff's two parts have the same sign.
    let (seconds, nanosecond) = (timestamp.as_second(), timestamp.subsec_nanosecond());
    match u32::try_from(nanosecond) {
        Ok(nanosecond) => (seconds, nanosecond),
        Err(_) => (seconds - 1, 1_000_000_000 - nanosecond.unsigned_abs()),
    }
}

fn civil_date(date: jiff::civil::Date) -> CivilDate {
    CivilDate {
        year: date.year().into(),
        month: date.month().unsigned_abs(),
        day: date.day().unsigned_abs(),
    }
}

fn jiff_date(date: CivilDate) -> Option<jiff::civil::Date> {
    jiff::civil::Date::new(
        date.year.try_into().ok()?,
        date.month.try_into().ok()?,
        date.day.try_into().ok()?,
    )
    .ok()
}
