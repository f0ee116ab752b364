use super::models::{User, UserListing, UserState, refusal};
use crate::runtime::codec::{FromWire, Wire, reason};

/// The path that the second pass over a refused document finds.
fn path<T: Wire>(document: &str) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(document);
    match serde_path_to_error::deserialize::<_, FromWire<T>>(&mut deserializer) {
        Ok(_) => panic!("read without an error: {document}"),
        Err(error) => error.path().to_string(),
    }
}

#[test]
fn the_path_leads_to_the_value() {
    for (document, expected) in [
        (
            r#"{"entities":[{},{},{"id":"1"},{"id":"2","name":7}]}"#,
            "entities[3].name",
        ),
        (
            r#"{"entities":[{"name":"x","odd":1,"id":7}]}"#,
            "entities[0].id",
        ),
        (
            r#"{"entities":[null,{"manager":{"manager":{"version":"x"}}}]}"#,
            "entities[1].manager.manager.version",
        ),
        (
            r#"{"entities":[{"contacts":{"home":{"address":[]}}}]}"#,
            "entities[0].contacts.home.address",
        ),
        (
            r#"{"entities":[{"grid":[[1],[2,"x"]]}]}"#,
            "entities[0].grid[1][1]",
        ),
        (r#"{"entities":[{"state":7}]}"#, "entities[0].state"),
        (r#"{"entities":{}}"#, "entities"),
        (r#"{"na\u006de":1,"pageCount":"x"}"#, "pageCount"),
    ] {
        assert!(refusal::<UserListing>(document).is_data());
        assert_eq!(path::<UserListing>(document), expected, "{document}");
    }
    assert_eq!(path::<User>(r#"{"labels":{"a b":1}}"#), "labels.a b");
}

#[test]
fn an_error_anywhere_fails_the_whole() {
    for document in [
        r#"{"id":7,"name":"x"}"#,
        r#"{"name":"x","id":7}"#,
        r#"{"manager":{"id":7},"name":"x"}"#,
        r#"{"odd":[1,],"name":"x"}"#,
        r#"{"id":"1" "name":"x"}"#,
        r#"{"id":"1",}"#,
        r#"{id:"1"}"#,
        r#"{"id":"1","manager":[]}"#,
        r#"{"addresses":{"0":{}}}"#,
        r#"{"labels":["x"]}"#,
        r#"{"acdAutoAnswer":"true"}"#,
        r#"{"acdAutoAnswer":1}"#,
        r#"{"odd":1e999}"#,
    ] {
        refusal::<User>(document);
    }
}

#[test]
fn the_reason_names_types_and_never_the_value() {
    for (document, expected) in [
        (
            r#"{"version":"hunter2"}"#,
            "a string where an integer of 64 bits was expected at line 1 column 20",
        ),
        (
            r#"{"version":"hunter2, expected `x` at line 9"}"#,
            "a string where an integer of 64 bits was expected",
        ),
        (r#"{"name":4711}"#, "an integer where a string was expected"),
        (
            r#"{"name":-4711}"#,
            "an integer where a string was expected",
        ),
        (r#"{"name":4711.5}"#, "a number where a string was expected"),
        (r#"{"name":true}"#, "a boolean where a string was expected"),
        (
            r#"{"name":["hunter2"]}"#,
            "an array where a string was expected",
        ),
        (
            r#"{"name":{"a":"hunter2"}}"#,
            "an object where a string was expected",
        ),
        (
            r#"{"manager":"hunter2"}"#,
            "a string where an object (User) was expected",
        ),
        (
            r#"{"addresses":"hunter2"}"#,
            "a string where an array was expected",
        ),
        (
            r#"{"labels":"hunter2"}"#,
            "a string where an object was expected",
        ),
        (
            r#"{"state":4711}"#,
            "an integer where a string was expected",
        ),
        (
            r#"{"level":"4711"}"#,
            "a string where an integer was expected",
        ),
        (
            r#"{"version":4711.5}"#,
            "a number where an integer of 64 bits was expected",
        ),
        (
            r#"{"version":18446744073709554711}"#,
            "a number where an integer of 64 bits was expected",
        ),
    ] {
        let reason = reason(&refusal::<User>(document));
        assert!(reason.starts_with(expected), "{document}: {reason}");
        assert!(
            !reason.contains("hunter2") && !reason.contains("4711"),
            "{reason}"
        );
        assert!(reason.contains(" at line 1 column "), "{reason}");
    }
    assert_eq!(
        reason(&refusal::<User>("null")).split(" at ").next(),
        Some("null where an object (User) was expected")
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
