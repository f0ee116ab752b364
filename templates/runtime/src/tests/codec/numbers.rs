use proptest::prelude::*;
use serde_json::json;

use super::models::{User, read, text, there_and_back};

#[test]
fn integers_reach_their_ends() {
    for number in [i64::MIN, -1, 0, 1, 9_007_199_254_740_993, i64::MAX] {
        let document = format!(r#"{{"version":{number}}}"#);
        let user: User = read(&document);
        assert_eq!(user.version, Some(number));
        assert_eq!(text(user), document);
    }
}

#[test]
fn integers_beyond_64_bits_are_kept_beside_the_field() {
    for number in ["9223372036854775808", "18446744073709551615", "1e+30"] {
        let document = format!(r#"{{"version":{number}}}"#);
        let user: User = read(&document);
        assert_eq!(user.version, None);
        assert_eq!(text(user), document);
    }
}

#[test]
fn an_integer_may_be_written_as_a_float_with_a_fraction_of_zero() {
    for (written, number) in [
        ("7.0", 7),
        ("1e3", 1000),
        ("-7.00", -7),
        ("-0", 0),
        ("-0.0", 0),
        ("9007199254740991.0", 9_007_199_254_740_991),
    ] {
        let user: User = read(&format!(r#"{{"version":{written}}}"#));
        assert_eq!(user.version, Some(number), "{written}");
    }
}

#[test]
fn a_float_that_is_no_certain_integer_is_none() {
    // 2^53 + 1 as a float reads as 2^53: which of the two was meant is lost.
    for number in [
        "7.5",
        "1e-3",
        "9007199254740993.0",
        "9007199254740992.0",
        "-9007199254740993.0",
        "9.223372036854775807e18",
    ] {
        let user: User = read(&format!(r#"{{"version":{number}}}"#));
        assert_eq!(user.version, None, "{number}");
        assert!(user.extra.get("version").is_some());
    }
}

#[test]
fn unknown_numbers_keep_their_digits() {
    for number in [
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551615",
        "0.1",
        "1.7976931348623157e+308",
        "5e-324",
        "-0.0",
    ] {
        let document = format!(r#"{{"odd":{number}}}"#);
        assert_eq!(text(read::<User>(&document)), document);
    }
}

#[test]
fn an_integer_is_a_float_too() {
    assert_eq!(read::<User>(r#"{"score":7}"#).score, Some(7.0));
    assert_eq!(read::<User>(r#"{"score":-7}"#).score, Some(-7.0));
}

#[test]
fn what_json_cannot_hold_is_written_as_null() {
    let user = User {
        score: Some(f64::NAN),
        ..User::default()
    };
    assert_eq!(text(user), r#"{"score":null}"#);
}

proptest! {
    #[test]
    fn every_integer_comes_back(number: i64) {
        let document = json!({"version": number, "odd": number, "grid": [[number]]});
        prop_assert_eq!(there_and_back(&document), document);
    }

    #[test]
    fn every_float_comes_back(bits: u64) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let user: User = read(&json!({"score": number}).to_string());
        prop_assert_eq!(user.score.unwrap().to_bits(), bits);
        let again: User = read(&text(user));
        prop_assert_eq!(again.score.unwrap().to_bits(), bits);
    }
}
