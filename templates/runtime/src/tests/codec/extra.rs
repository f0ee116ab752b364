use serde_json::json;

use super::models::{Contact, Empty, User, json as written, read, text, there_and_back};
use crate::runtime::codec::Extra;

#[test]
fn unknown_properties_come_back_at_every_depth() {
    let document = json!({
        "id": "1",
        "odd": {"deep": [1, null, {"x": null}]},
        "manager": {"odd": 1, "manager": {"odd": [null]}, "addresses": [{"odd": true}]},
        "contacts": {"home": {"odd": "x", "address": null}},
        "addresses": [{"odd": 1.25}, {}],
    });
    assert_eq!(there_and_back(&document), document);
}

#[test]
fn explicit_nulls_come_back_at_every_depth() {
    let document = json!({
        "id": null, "odd": null,
        "manager": {"manager": null, "version": null},
        "addresses": [{"password": null}],
    });
    assert_eq!(there_and_back(&document), document);
}

#[test]
fn a_null_is_told_from_what_is_left_out() {
    let user: User = read(r#"{"name":null}"#);
    assert!(user.name.is_none() && user.extra.is_null("name"));
    assert!(user.id.is_none() && !user.extra.is_null("id"));
    assert_ne!(user, User::default());
    assert!(user.extra.get("id").is_none());
}

#[test]
fn get_change_put_loses_nothing() {
    let mut user: User = read(
        r#"{"id":"1","name":null,"odd":9007199254740993,"big":18446744073709551615,"manager":{"id":null,"odd":"x"}}"#,
    );
    user.name = Some("Ada".to_owned());
    user.manager.as_mut().unwrap().id = Some("2".to_owned());
    assert_eq!(
        text(user),
        r#"{"id":"1","name":"Ada","manager":{"id":"2","odd":"x"},"big":18446744073709551615,"odd":9007199254740993}"#
    );
}

#[test]
fn a_key_is_written_once_and_a_set_field_wins() {
    let mut user = User {
        id: Some("field".to_owned()),
        ..User::default()
    };
    user.extra.insert("id", "kept");
    user.extra.insert("name", "kept");
    user.extra.set_null("manager");
    user.manager = Some(Box::default());
    assert_eq!(
        text(user.clone()),
        r#"{"id":"field","manager":{},"name":"kept"}"#
    );
    assert_eq!(
        serde_json::to_string(&user).unwrap(),
        text(user.clone()),
        "both ways of writing agree"
    );
    user.id = None;
    assert_eq!(written(user)["id"], "kept");
}

#[test]
fn a_null_can_be_sent() {
    let user = User {
        id: Some("1".to_owned()),
        extra: Extra::new().with_null("manager"),
        ..User::default()
    };
    assert_eq!(text(user), r#"{"id":"1","manager":null}"#);
    let only_null = Contact {
        extra: Extra::new().with_null("address"),
        ..Contact::default()
    };
    assert_eq!(text(only_null), r#"{"address":null}"#);
}

#[test]
fn a_model_without_properties_keeps_everything() {
    let model: Empty = read(r#"{"b":[1],"a":{"c":null},"n":null}"#);
    assert_eq!(text(model), r#"{"a":{"c":null},"b":[1],"n":null}"#);
}

#[test]
fn what_is_kept_can_be_looked_at_and_changed() {
    let mut extra = Extra::new();
    assert!(extra.is_empty());
    assert_eq!(extra.insert("b", 1), None);
    assert_eq!(extra.insert("b", 2), Some(json!(1)));
    extra.set_null("a");
    assert!(!extra.is_empty() && extra.is_null("a") && !extra.is_null("b"));
    assert_eq!(
        extra.iter().collect::<Vec<_>>(),
        [("a", &json!(null)), ("b", &json!(2))]
    );
    assert_eq!(extra.remove("missing"), None);
    assert_eq!(extra.remove("a"), Some(json!(null)));
    assert_eq!(extra.remove("b"), Some(json!(2)));
    assert!(extra.is_empty());
    assert_eq!(extra, Extra::new(), "emptied is as good as new");
    extra.set_null("a");
    extra.clear();
    assert_eq!(extra, Extra::default());
}
