use std::collections::HashSet;

use super::kept;
use proptest::prelude::*;

use crate::runtime::codec::Text;
use crate::runtime::time::{Date, LocalDateTime, Timestamp, YearMonth};

fn sorted<T: Text + Ord>(texts: &[&'static str]) -> bool {
    let mut values: Vec<T> = texts.iter().rev().map(|text| kept::<T>(*text)).collect();
    values.sort();
    values
        == texts
            .iter()
            .map(|text| kept::<T>(*text))
            .collect::<Vec<_>>()
}

#[test]
fn by_time_then_by_text_and_what_is_not_valid_last() {
    assert!(sorted::<Timestamp>(&[
        "2026-01-02T00:30:00+02:00",
        "2026-01-01T23:00:00-00:30",
        "2026-01-01T23:30:00.0Z",
        "2026-01-01T23:30:00Z",
        "2026-01-02T00:30:00+01:00",
        "2026-01-01T23:30:00.001Z",
        "",
        "2026-01-01",
        "soon",
    ]));
    assert!(sorted::<Date>(&[
        "0001-01-01",
        "2026-01-02",
        "2026-01-10",
        "",
        "0000-13-01"
    ]));
    assert!(sorted::<LocalDateTime>(&[
        "2026-01-02T03:04",
        "2026-01-02T03:04:00",
        "2026-01-02T03:04:00.5",
        "2026-01-02T03:04:01",
        "never",
    ]));
    assert!(sorted::<YearMonth>(&["2025-12", "2026-01", "-"]));
}

#[test]
fn equality_is_that_of_the_text() {
    let zulu = kept::<Timestamp>("2026-01-02T03:00:00Z");
    let offset = kept::<Timestamp>("2026-01-02T04:00:00+01:00");
    assert_ne!(zulu, offset);
    assert_eq!(zulu.unix_nanoseconds(), offset.unix_nanoseconds());
    assert_eq!(HashSet::from([zulu.clone(), offset, zulu.clone()]).len(), 2);
    assert_eq!(zulu, "2026-01-02T03:00:00Z".parse().unwrap());
}

fn any_timestamp() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:00:[0-6]0(\\.[05]{1,2})?(Z|[+-]0[0-9]:00)",
        ".{0,3}",
    ]
    .prop_map(kept::<Timestamp>)
}

proptest! {
    #[test]
    fn the_order_is_total_and_agrees_with_equality(mut three in [any_timestamp(), any_timestamp(), any_timestamp()]) {
        for left in &three {
            for right in &three {
                prop_assert_eq!(left.cmp(right), right.cmp(left).reverse());
                prop_assert_eq!(left.cmp(right).is_eq(), left == right);
            }
        }
        three.sort();
        prop_assert!(three[0] <= three[1] && three[1] <= three[2] && three[0] <= three[2]);
    }
}
