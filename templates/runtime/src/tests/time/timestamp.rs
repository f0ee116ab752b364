use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::kept;
use crate::runtime::time::{InvalidTime, Timestamp};
use crate::tests::support::table;

fn nanoseconds(text: &str) -> Option<i128> {
    kept::<Timestamp>(text).unix_nanoseconds()
}

#[test]
fn instants_by_hand() {
    for (text, expected) in table![
        "1970-01-01T00:00:00Z" => 0;
        "1970-01-01T00:00:00.000000001Z" => 1;
        "1969-12-31T23:59:59.999999999Z" => -1;
        "2000-03-01T00:00:00Z" => 951_868_800_000_000_000;
        "2026-01-02T03:04:05.678Z" => 1_767_323_045_678_000_000;
        "2026-01-02T03:04:05.678901234567Z" => 1_767_323_045_678_901_234;
        "2026-01-02T04:04:05.678+01:00" => 1_767_323_045_678_000_000;
        "2026-01-01T21:34:05.678-05:30" => 1_767_323_045_678_000_000;
        "2026-01-02t03:04:05.678z" => 1_767_323_045_678_000_000;
        "2026-01-02 03:04:05.678-00:00" => 1_767_323_045_678_000_000;
        "2026-01-02T03:04:05.678+0000" => 1_767_323_045_678_000_000;
        "2026-01-02T04:04:05.678+01" => 1_767_323_045_678_000_000;
        "0000-01-01T00:00:00Z" => -62_167_219_200_000_000_000;
        "9999-12-31T23:59:59.999999999Z" => 253_402_300_799_999_999_999;
    ] {
        assert_eq!(nanoseconds(text), Some(expected), "{text}");
    }
}

#[test]
fn a_leap_second_is_taken_where_one_can_be() {
    let after = nanoseconds("2017-01-01T00:00:00Z");
    for text in [
        "2016-12-31T23:59:60Z",
        "2017-01-01T00:59:60+01:00",
        "2016-12-31T15:59:60-08:00",
    ] {
        assert_eq!(nanoseconds(text), after, "{text}");
    }
    assert_eq!(
        nanoseconds("2015-06-30T23:59:60.5Z"),
        nanoseconds("2015-07-01T00:00:00.5Z")
    );
    for text in [
        "2016-12-30T23:59:60Z",
        "2016-12-31T23:58:60Z",
        "2016-12-31T22:59:60Z",
        "2016-12-31T23:59:60+01:00",
        "2016-12-31T23:59:61Z",
    ] {
        assert_eq!(nanoseconds(text), None, "{text}");
    }
}

#[test]
fn what_is_no_rfc_3339_keeps_its_text_and_has_no_instant() {
    for text in [
        "",
        "soon",
        "2026",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04Z",
        "2026-13-02T03:04:05Z",
        "2026-00-02T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2100-02-29T03:04:05Z",
        "2026-04-31T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+01:60",
        "2026-01-02T03:04:05+1:00",
        "2026-01-02T03:04:05+01:",
        "2026-01-02T03:04:05ZZ",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z ",
        "26-01-02T03:04:05Z",
        "+2026-01-02T03:04:05Z",
        "-2026-01-02T03:04:05Z",
        "２０26-01-02T03:04:05Z",
        "2026-01-02T03:04:05[UTC]",
        "2026-01-02T03:04:05Z[UTC]",
        "20260102T030405Z",
    ] {
        let timestamp = kept::<Timestamp>(text);
        assert_eq!(timestamp.as_str(), text);
        assert!(!timestamp.is_valid(), "{text}");
        assert_eq!(timestamp.unix_nanoseconds(), None);
        assert_eq!(timestamp.as_system_time(), None);
        assert!(text.parse::<Timestamp>().is_err());
    }
}

#[test]
fn the_error_does_not_quote_the_text() {
    let error: InvalidTime = "hunter2".parse::<Timestamp>().unwrap_err();
    assert_eq!(error.to_string(), "not a point in time as in RFC 3339");
}

#[test]
fn parts_of_an_instant() {
    let timestamp: Timestamp = "1969-12-31T23:59:58.7505+01:30".parse().unwrap();
    assert_eq!(timestamp.offset_seconds(), Some(5_400));
    assert_eq!(timestamp.unix_seconds(), Some(-5_402));
    assert_eq!(timestamp.unix_milliseconds(), Some(-5_401_250));
    assert_eq!(timestamp.unix_nanoseconds(), Some(-5_401_249_500_000));
    assert_eq!(
        kept::<Timestamp>("2026-01-02T03:04:05-08:00").offset_seconds(),
        Some(-28_800)
    );
}

#[test]
fn instants_are_written_with_at_least_milliseconds() {
    assert_eq!(
        Timestamp::from_unix_seconds(0).as_str(),
        "1970-01-01T00:00:00.000Z"
    );
    assert_eq!(
        Timestamp::from_unix_seconds(-1).as_str(),
        "1969-12-31T23:59:59.000Z"
    );
    assert_eq!(
        Timestamp::from_unix_milliseconds(1_767_323_045_678).as_str(),
        "2026-01-02T03:04:05.678Z"
    );
    assert_eq!(
        Timestamp::from_unix_milliseconds(-1).as_str(),
        "1969-12-31T23:59:59.999Z"
    );
    let time = |nanoseconds| Timestamp::from(UNIX_EPOCH + Duration::from_nanos(nanoseconds));
    assert_eq!(time(1_999_999).as_str(), "1970-01-01T00:00:00.001Z");
    assert_eq!(time(1).as_str(), "1970-01-01T00:00:00.000Z");
    let before = UNIX_EPOCH - Duration::from_millis(1_500);
    assert_eq!(Timestamp::from(before).as_str(), "1969-12-31T23:59:58.500Z");
    assert_eq!(
        Timestamp::from(UNIX_EPOCH - Duration::from_secs(2)).as_str(),
        "1969-12-31T23:59:58.000Z"
    );
}

#[test]
fn years_beyond_four_digits_are_written_in_full() {
    assert_eq!(
        Timestamp::from_unix_seconds(253_402_300_800).as_str(),
        "+010000-01-01T00:00:00.000Z"
    );
    assert_eq!(
        Timestamp::from_unix_seconds(-62_167_219_201).as_str(),
        "-000001-12-31T23:59:59.000Z"
    );
    for seconds in [i64::MIN, i64::MAX] {
        assert!(!Timestamp::from_unix_seconds(seconds).is_valid());
    }
    assert!(!Timestamp::from_unix_milliseconds(i64::MAX).is_valid());
    assert!(!Timestamp::from_unix_milliseconds(i64::MIN).is_valid());
}

#[test]
fn now_is_now_to_the_millisecond() {
    let before = SystemTime::now() - Duration::from_millis(1);
    let now = Timestamp::now();
    let time = now.as_system_time().unwrap();
    assert!(before <= time && time <= SystemTime::now());
    assert_eq!(now.as_str().len(), "2026-01-02T03:04:05.678Z".len());
}

#[test]
fn a_text_to_the_millisecond_takes_no_allocation() {
    assert_eq!(size_of::<Option<Timestamp>>(), size_of::<String>());
    let time = Timestamp::try_from("2026-01-02T03:04:05.678Z").unwrap();
    let inside = (&raw const time).addr()..(&raw const time).addr() + size_of::<Timestamp>();
    assert!(inside.contains(&time.as_str().as_ptr().addr()));
}
