use serde_json::json;

use super::models::{Contact, User, UserState, read};
use crate::runtime::codec::Extra;
use crate::tests::support::table;

const PLANTED: &str = "hunter2";

#[test]
fn values_are_shown_by_their_names_on_the_wire() {
    let user: User = read(
        r#"{"id":"1","acdAutoAnswer":true,"score":1.5,"state":"active","manager":{"id":"2"},"name":null,"odd":[1,"x"]}"#,
    );
    assert_eq!(
        format!("{user:?}"),
        r#"User { acdAutoAnswer: true, id: "1", manager: {"id": "2"}, name: null, odd: [1, "x"], score: 1.5, state: "active" }"#
    );
    assert_eq!(format!("{:?}", User::default()), "User");
}

#[test]
fn the_long_form_is_indented() {
    let user: User = read(r#"{"id":"1","addresses":[{"address":"a","password":"hunter2"}]}"#);
    assert_eq!(
        format!("{user:#?}"),
        "User {\n    addresses: [\n        {\n            \"address\": \"a\",\n            \"password\": [redacted],\n        },\n    ],\n    id: \"1\",\n}"
    );
}

#[test]
fn secrets_are_hidden_at_any_depth() {
    let contact = Contact {
        password: Some(PLANTED.to_owned()),
        ..Contact::default()
    };
    let mut user = User {
        client_secret: Some(PLANTED.to_owned()),
        addresses: Some(vec![contact.clone()]),
        contacts: Some([("home".to_owned(), contact.clone())].into()),
        labels: Some([("X-Api-Key".to_owned(), PLANTED.to_owned())].into()),
        settings: Some(
            json!({"deep": [{"refresh_token": PLANTED}], "credentials": {"user": PLANTED, "list": [PLANTED]}}),
        ),
        state: Some(UserState::Active),
        ..User::default()
    };
    user.extra.insert("accessToken", PLANTED);
    user.extra.insert("odd", json!([[{"password": [PLANTED]}]]));
    user.manager = Some(Box::new(user.clone()));
    for text in [
        format!("{user:?}"),
        format!("{user:#?}"),
        format!("{:?}", user.extra),
        format!("{:#?}", Some(vec![&user])),
    ] {
        assert!(!text.contains(PLANTED), "{text}");
        assert!(text.contains("[redacted]"), "{text}");
    }
}

#[test]
fn a_secret_that_is_null_is_shown_as_null() {
    let user = User {
        extra: Extra::new().with_null("clientSecret"),
        ..User::default()
    };
    assert_eq!(format!("{user:?}"), "User { clientSecret: null }");
    assert_eq!(format!("{:?}", user.extra), r#"{"clientSecret": null}"#);
}

#[test]
fn permissions_are_no_secret_but_the_header_is() {
    let user: User = read(r#"{"authorization":{"roles":["admin"],"token":"hunter2"}}"#);
    assert_eq!(
        format!("{user:?}"),
        r#"User { authorization: {"roles": ["admin"], "token": [redacted]} }"#
    );
    let user: User = read(r#"{"authorization":"Bearer hunter2","orgAuthorization":["hunter2"]}"#);
    assert!(!format!("{user:?}").contains(PLANTED));
}

#[test]
fn of_a_url_the_query_and_the_password_are_hidden() {
    let shown = |text: &str| {
        let user: User = read(&json!({ "name": text }).to_string());
        format!("{user:?}")
    };
    for scheme in ["https", "http", "wss", "s3"] {
        assert_eq!(
            shown(&format!(
                "{scheme}://files.example/a?X-Signature=hunter2&b=1"
            )),
            format!(r#"User {{ name: "{scheme}://files.example/a?[redacted]" }}"#)
        );
    }
    for (text, expected) in table![
        "ftp://u:hunter2@a.example/b" => "ftp://[redacted]@a.example/b";
        "http://u:hunter2@a.example?c" => "http://[redacted]@a.example?[redacted]";
        "http://u:hunt@er2@a.example/@?c" => "http://[redacted]@a.example/@?[redacted]";
    ] {
        assert_eq!(shown(text), format!("User {{ name: {expected:?} }}"));
    }
    for text in [
        "/api/v2/users?pageSize=1",
        "https://a.example/@b",
        "what?",
        "see https://a.example/b?",
        "https://a.example/b",
        "a://b \"?c",
    ] {
        assert_eq!(shown(text), format!("User {{ name: {text:?} }}"));
    }
}
