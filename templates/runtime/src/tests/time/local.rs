use super::kept;
use crate::runtime::time::{Date, LocalDateTime, YearMonth};

#[test]
fn days() {
    let date: Date = "2024-02-29".parse().unwrap();
    assert_eq!(date.year_month_day(), Some((2024, 2, 29)));
    assert_eq!(Date::new(2026, 1, 2).unwrap().as_str(), "2026-01-02");
    assert_eq!(Date::new(0, 12, 31).unwrap().as_str(), "0000-12-31");
    for (year, month, day) in [
        (2026, 2, 29),
        (2026, 0, 1),
        (2026, 13, 1),
        (2026, 1, 0),
        (2026, 1, 32),
        (-1, 1, 1),
        (10_000, 1, 1),
    ] {
        assert!(Date::new(year, month, day).is_err(), "{year} {month} {day}");
    }
    for text in [
        "",
        "2026-1-2",
        "2026-01-02T",
        "2026-01-02 ",
        "2026/01/02",
        "2026-02-30",
        "20260102",
    ] {
        let date = kept::<Date>(text);
        assert!(
            !date.is_valid() && date.year_month_day().is_none(),
            "{text}"
        );
        assert_eq!(date.as_str(), text);
        assert!(text.parse::<Date>().is_err());
    }
}

#[test]
fn local_times() {
    let time: LocalDateTime = "2026-01-02T03:04:05.678".parse().unwrap();
    assert_eq!(time.year_month_day(), Some((2026, 1, 2)));
    assert_eq!(time.hour_minute_second(), Some((3, 4, 5, 678_000_000)));
    let time: LocalDateTime = "2026-01-02T03:04".parse().unwrap();
    assert_eq!(time.hour_minute_second(), Some((3, 4, 0, 0)));
    assert_eq!(
        LocalDateTime::new(2026, 1, 2, 3, 4, 5).unwrap().as_str(),
        "2026-01-02T03:04:05"
    );
    assert!(LocalDateTime::new(2026, 1, 2, 24, 0, 0).is_err());
    assert!(LocalDateTime::new(2026, 1, 2, 0, 60, 0).is_err());
    assert!(LocalDateTime::new(2026, 1, 2, 0, 0, 60).is_err());
    assert!(LocalDateTime::new(2026, 2, 29, 0, 0, 0).is_err());
    for text in [
        "",
        "2026-01-02",
        "2026-01-02T03",
        "2026-01-02T03:04:",
        "2026-01-02T03:04:60",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.",
    ] {
        let time = kept::<LocalDateTime>(text);
        assert!(
            !time.is_valid() && time.hour_minute_second().is_none(),
            "{text}"
        );
        assert!(time.year_month_day().is_none());
    }
}

#[test]
fn months() {
    let month: YearMonth = "2026-01".parse().unwrap();
    assert_eq!(month.year_month(), Some((2026, 1)));
    assert_eq!(YearMonth::new(812, 12).unwrap().as_str(), "0812-12");
    assert!(YearMonth::new(2026, 0).is_err() && YearMonth::new(2026, 13).is_err());
    assert!(YearMonth::new(-1, 1).is_err());
    for text in ["", "2026", "2026-00", "2026-13", "2026-1", "2026-01-01"] {
        let month = kept::<YearMonth>(text);
        assert!(!month.is_valid() && month.year_month().is_none(), "{text}");
    }
}
