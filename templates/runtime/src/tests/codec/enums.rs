use serde_json::json;

use super::models::{Level, User, UserState, read, refusal, text, there_and_back};
use crate::runtime::codec::{EnumForm, OpenEnum, WireForm};

#[test]
fn a_known_value_has_its_name() {
    assert!(matches!(
        read::<UserState>(r#""active""#),
        UserState::Active
    ));
    assert!(matches!(
        read::<UserState>(r#""inac\u0074ive""#),
        UserState::Inactive
    ));
    assert_eq!(text(UserState::Active), r#""active""#);
    assert!(UserState::Active.is_known());
}

#[test]
fn an_unknown_value_is_kept_verbatim() {
    for value in ["ACTIVE", "Active", "", " active", "völlig neu", "\"\\\n"] {
        let document = json!(value).to_string();
        let state: UserState = read(&document);
        assert!(matches!(&state, UserState::Unknown(text) if text == value));
        assert!(!state.is_known());
        assert_eq!(text(state), document);
    }
    let document = json!({"state": "retired", "manager": {"state": "ACTIVE"}});
    assert_eq!(there_and_back(&document), document);
}

#[test]
fn a_value_of_another_type_is_refused() {
    for value in ["[]", "{}", "null"] {
        assert!(refusal::<UserState>(value).is_data(), "{value}");
    }
    for value in ["1.5", "true", "[]", "{}", "18446744073709551615"] {
        assert!(refusal::<Level>(value).is_data(), "{value}");
    }
}

#[test]
fn a_null_enum_is_a_null_property() {
    let user: User = read(r#"{"state":null}"#);
    assert!(user.state.is_none() && user.extra.is_null("state"));
}

#[test]
fn integer_enums_are_numbers() {
    assert!(matches!(read::<Level>("10"), Level::Value10));
    assert!(matches!(read::<Level>("0"), Level::Value0));
    assert!(matches!(read::<Level>("10.0"), Level::Value10));
    assert_eq!(text(Level::Value10), "10");
    assert!(matches!(read::<Level>("-3"), Level::Unknown(text) if text == "-3"));
    for document in [
        "11",
        "-3",
        "9223372036854775807",
        "-9223372036854775808",
        r#""new""#,
        r#""""#,
    ] {
        assert_eq!(text(read::<Level>(document)), document);
    }
}

#[test]
fn a_known_value_kept_as_unknown_text_is_equal_and_written_alike() {
    let state = UserState::Unknown("active".to_owned());
    assert_eq!(state, UserState::Active);
    assert!(state.is_known());
    assert_eq!(text(state), r#""active""#);
    assert_ne!(UserState::Active, UserState::Inactive);
}

#[test]
fn enums_are_read_from_plain_text() {
    let state = <EnumForm as WireForm<UserState>>::from_text("active");
    assert!(matches!(state, Some(UserState::Active)));
    assert!(matches!(UserState::from_wire("x"), UserState::Unknown(_)));
}

#[test]
fn enums_print_as_they_stand_on_the_wire() {
    assert_eq!(format!("{:?}", UserState::Inactive), "inactive");
    assert_eq!(format!("{:?}", UserState::Unknown("x".to_owned())), "x");
}

#[test]
fn enums_are_serde_types() {
    let state: UserState = serde_json::from_value(json!("later")).unwrap();
    assert_eq!(serde_json::to_value(&state).unwrap(), json!("later"));
    let level: Level = serde_json::from_value(json!(10)).unwrap();
    assert_eq!(serde_json::to_value(&level).unwrap(), json!(10));
}

#[test]
fn an_enum_is_printed_parsed_hashed_and_ordered_by_its_wire_text() {
    use std::collections::HashMap;

    let retired = UserState::from("retired");
    assert_eq!(
        format!("{:>9}|{retired}", UserState::Active),
        "   active|retired"
    );
    let parsed: Result<UserState, std::convert::Infallible> = "active".parse();
    assert!(matches!(parsed, Ok(UserState::Active)));
    let mut counts: HashMap<UserState, u64> = HashMap::new();
    // A known value in the shape of an unknown one is the same key.
    for state in [
        UserState::Active,
        UserState::Unknown("active".to_owned()),
        retired,
    ] {
        *counts.entry(state).or_default() += 1;
    }
    assert_eq!(counts[&UserState::Active], 2);
    let mut states = [
        UserState::Unknown("busy".to_owned()),
        UserState::Inactive,
        UserState::Active,
    ];
    states.sort();
    assert_eq!(
        states.map(|state| state.to_string()),
        ["active", "busy", "inactive"]
    );
}
