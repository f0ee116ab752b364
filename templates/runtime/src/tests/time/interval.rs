//! Intervals, and values that a user makes.

use std::time::{Duration, UNIX_EPOCH};

use crate::runtime::time::{Interval, Timestamp};

#[test]
fn an_interval_writes_start_and_end() {
    let start = UNIX_EPOCH + Duration::from_nanos(1_234_567_890);
    let interval = Interval::new(start, start + Duration::from_secs(60)).unwrap();
    assert_eq!(
        interval.as_str(),
        "1970-01-01T00:00:01.234Z/1970-01-01T00:01:01.234Z"
    );
    assert_eq!(interval.as_str().parse::<Interval>().unwrap(), interval);
    assert_eq!(String::from(interval.clone()), interval.to_string());
}

#[test]
fn an_interval_refuses_what_is_not_one() {
    let later = Timestamp::from_unix_seconds(2);
    assert!(Interval::new(later.clone(), Timestamp::from_unix_seconds(1)).is_err());
    assert!(Interval::new(later.clone(), later).is_ok());
    for text in [
        "",
        "/",
        "2026-01-02T00:00:00Z",
        "2026-01-02T00:00:00Z/soon",
        "P1D/2026-01-02T00:00:00Z",
    ] {
        assert!(Interval::try_from(text).is_err(), "{text}");
    }
}

#[test]
fn a_timestamp_that_a_user_makes_is_valid_and_has_milliseconds() {
    assert!(Timestamp::try_from("garbage").is_err());
    assert!(Timestamp::try_from(String::from("2026-13-01T00:00:00Z")).is_err());
    let text = "2026-01-02T03:04:05.123456+01:00";
    assert_eq!(Timestamp::try_from(text).unwrap().as_str(), text);
    let time = UNIX_EPOCH + Duration::from_nanos(999_999);
    assert_eq!(Timestamp::from(time).as_str(), "1970-01-01T00:00:00.000Z");
}
