use super::kept;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use proptest::prelude::*;

use crate::runtime::time::{Date, LocalDateTime, Timestamp};

#[test]
fn instants() {
    let timestamp = kept::<Timestamp>("2026-01-02T04:04:05.678+01:00");
    let utc = DateTime::<Utc>::try_from(&timestamp).unwrap();
    assert_eq!(utc.timestamp_millis(), 1_767_323_045_678);
    assert_eq!(Timestamp::from(utc).as_str(), "2026-01-02T03:04:05.678Z");
    let fixed = DateTime::<FixedOffset>::try_from(&timestamp).unwrap();
    assert_eq!(fixed.offset().local_minus_utc(), 3_600);
    assert_eq!(Timestamp::from(fixed), timestamp);
}

#[test]
fn leap_seconds_of_chrono() {
    let leap = DateTime::<Utc>::from_timestamp(1_483_228_799, 1_500_000_000).unwrap();
    assert_eq!(Timestamp::from(leap).as_str(), "2017-01-01T00:00:00.500Z");
    assert_eq!(
        LocalDateTime::from(leap.naive_utc()).as_str(),
        "2016-12-31T23:59:59.500"
    );
}

#[test]
fn ends_and_errors() {
    for time in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert!(!Timestamp::from(time).is_valid());
        assert!(!Date::from(time.date_naive()).is_valid());
    }
    assert!(DateTime::<Utc>::try_from(kept::<Timestamp>("soon")).is_err());
    assert!(DateTime::<FixedOffset>::try_from(kept::<Timestamp>("soon")).is_err());
    assert!(NaiveDate::try_from(kept::<Date>("soon")).is_err());
    assert!(NaiveDateTime::try_from(kept::<LocalDateTime>("soon")).is_err());
}

proptest! {
    #[test]
    fn everything_comes_back(seconds in -62_167_132_800_i64..=253_402_214_400, millisecond in 0_u32..1_000, minutes in -1_439_i32..=1_439) {
        let offset = FixedOffset::east_opt(minutes * 60).unwrap();
        let time = DateTime::<Utc>::from_timestamp(seconds, millisecond * 1_000_000).unwrap().with_timezone(&offset);
        let back = DateTime::<FixedOffset>::try_from(Timestamp::from(time)).unwrap();
        prop_assert_eq!(back, time);
        prop_assert_eq!(back.offset(), time.offset());
        prop_assert_eq!(DateTime::parse_from_rfc3339(Timestamp::from(time).as_str()).unwrap(), time);
        let local = time.naive_local();
        prop_assert_eq!(NaiveDateTime::try_from(LocalDateTime::from(local)).unwrap(), local);
        prop_assert_eq!(NaiveDate::try_from(Date::from(local.date())).unwrap(), local.date());
    }
}
