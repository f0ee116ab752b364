use super::models::{User, UserState, refusal};
use crate::runtime::codec::reason;
use crate::tests::support::table;

#[test]
fn an_error_anywhere_fails_the_whole() {
    for document in [
        r#"{"odd":[1,],"name":"x"}"#,
        r#"{"id":"1" "name":"x"}"#,
        r#"{"id":"1",}"#,
        r#"{id:"1"}"#,
        r#"{"manager":[{"id":}]}"#,
        r#"{"odd":1e999}"#,
    ] {
        refusal::<User>(document);
    }
}

#[test]
fn the_reason_names_types_and_never_the_value() {
    for (document, expected) in table![
        r#""hunter2""# => "a string where an object (User) was expected";
        "4711" => "an integer where an object (User) was expected";
        "4711.5" => "a number where an object (User) was expected";
        "true" => "a boolean where an object (User) was expected";
        r#"["hunter2"]"# => "an array where an object (User) was expected";
        "null" => "null where a value was expected";
    ] {
        assert_eq!(reason(&refusal::<User>(document)), expected);
    }
    for (document, expected) in [
        (r#"{"hunter2":1}"#, "an object where a string was expected"),
        ("null", "null where a value was expected"),
    ] {
        assert_eq!(reason(&refusal::<UserState>(document)), expected);
    }
    // serde's own types tell the place.
    let error = serde_json::from_str::<Vec<u8>>(r#"["hunter2, expected `x` at line 9"]"#);
    assert_eq!(
        reason(&error.unwrap_err()),
        "a string where u8 was expected at line 1 column 34"
    );
}

#[test]
fn the_reason_of_broken_json_is_kept() {
    for document in [
        r#"{"name":"hunter2"#,
        r#"{"hunter2"}"#,
        r#"{"name":hunter2}"#,
        "hunter2",
    ] {
        let reason = reason(&refusal::<User>(document));
        assert!(!reason.contains("hunter2"), "{reason}");
        assert!(reason.contains(" at line 1 column "), "{reason}");
    }
    assert_eq!(
        reason(&refusal::<UserState>("\"a\" b")),
        "trailing characters at line 1 column 5"
    );
}
