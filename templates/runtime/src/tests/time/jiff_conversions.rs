use super::kept;
use jiff::civil;
use proptest::prelude::*;

use crate::runtime::time::{Date, LocalDateTime, Timestamp};

#[test]
fn instants() {
    let timestamp = kept::<Timestamp>("2026-01-02T04:04:05.678+01:00");
    let instant = jiff::Timestamp::try_from(&timestamp).unwrap();
    assert_eq!(instant.to_string(), "2026-01-02T03:04:05.678Z");
    assert_eq!(
        Timestamp::from(instant).as_str(),
        "2026-01-02T03:04:05.678Z"
    );
    let zoned = jiff::ZonedDateTime::try_from(&timestamp).unwrap();
    assert_eq!(zoned.offset().seconds(), 3_600);
    assert_eq!(Timestamp::from(&zoned), timestamp);
    assert_eq!(Timestamp::from(zoned), timestamp);
    assert_eq!(
        Timestamp::from(jiff::Timestamp::MIN).as_str(),
        "-009999-01-02T01:59:59.000Z"
    );
}

#[test]
fn an_offset_with_seconds_becomes_utc() {
    let offset = jiff::tz::Offset::from_seconds(-(4 * 3_600 + 56 * 60 + 2)).unwrap();
    let zoned = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(jiff::tz::TimeZone::fixed(offset));
    assert_eq!(Timestamp::from(zoned).as_str(), "1970-01-01T00:00:00.000Z");
}

#[test]
fn what_cannot_be_converted_is_an_error() {
    for text in ["soon", "9999-12-31T23:59:59-23:59"] {
        assert!(jiff::Timestamp::try_from(kept::<Timestamp>(text)).is_err());
        assert!(jiff::ZonedDateTime::try_from(kept::<Timestamp>(text)).is_err());
    }
    assert!(civil::Date::try_from(kept::<Date>("soon")).is_err());
    assert!(civil::DateTime::try_from(kept::<LocalDateTime>("soon")).is_err());
}

proptest! {
    #[test]
    fn instants_come_back(milliseconds in -377_705_023_201_000_i64..=253_402_207_200_999) {
        let instant = jiff::Timestamp::from_millisecond(milliseconds).unwrap();
        let timestamp = Timestamp::from(instant);
        // Years before 0000 are written in full, and jiff reads them too.
        prop_assert_eq!(timestamp.as_str().parse::<jiff::Timestamp>().unwrap(), instant);
        if timestamp.is_valid() {
            prop_assert_eq!(jiff::Timestamp::try_from(timestamp).unwrap(), instant);
        }
    }

    #[test]
    fn local_times_come_back(year in 0_i16..=9999, month in 1_i8..=12, day in 1_i8..=28, second in 0_i8..60, nanosecond in 0..1_000_000_000) {
        let time = civil::DateTime::new(year, month, day, 23, 4, second, nanosecond).unwrap();
        prop_assert_eq!(civil::DateTime::try_from(LocalDateTime::from(time)).unwrap(), time);
        prop_assert_eq!(civil::Date::try_from(Date::from(time.date())).unwrap(), time.date());
    }
}
