use super::kept;
use proptest::prelude::*;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::runtime::time::{Date, LocalDateTime, Timestamp};

#[test]
fn instants() {
    let timestamp = kept::<Timestamp>("2026-01-02T04:04:05.678+01:00");
    let time = OffsetDateTime::try_from(&timestamp).unwrap();
    assert_eq!(time.unix_timestamp(), 1_767_323_045);
    assert_eq!(time.offset().whole_seconds(), 3_600);
    assert_eq!(Timestamp::from(time), timestamp);
}

#[test]
fn what_cannot_be_converted_is_an_error() {
    for text in ["soon", "9999-12-31T23:59:59-23:59"] {
        assert!(OffsetDateTime::try_from(kept::<Timestamp>(text)).is_err());
    }
    assert!(time::Date::try_from(kept::<Date>("soon")).is_err());
    assert!(PrimitiveDateTime::try_from(kept::<LocalDateTime>("soon")).is_err());
}

proptest! {
    #[test]
    fn everything_comes_back(seconds in -62_167_132_800_i64..=253_402_214_400, millisecond in 0_u32..1_000, minutes in -1_439_i32..=1_439) {
        let offset = UtcOffset::from_whole_seconds(minutes * 60).unwrap();
        let nanoseconds = i128::from(seconds) * 1_000_000_000 + i128::from(millisecond) * 1_000_000;
        let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap().to_offset(offset);
        let back = OffsetDateTime::try_from(Timestamp::from(time)).unwrap();
        prop_assert_eq!(back, time);
        prop_assert_eq!(back.offset(), time.offset());
        let local = PrimitiveDateTime::new(time.date(), time.time());
        prop_assert_eq!(PrimitiveDateTime::try_from(LocalDateTime::from(local)).unwrap(), local);
        prop_assert_eq!(time::Date::try_from(Date::from(local.date())).unwrap(), local.date());
    }
}
