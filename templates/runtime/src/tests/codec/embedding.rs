//! Models inside the user's own serde types.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::models::{Contact, User, UserState};

#[derive(Serialize, Deserialize)]
struct Flattened {
    own: i64,
    #[serde(flatten)]
    user: User,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i64),
    User(Box<User>),
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Contact(Contact),
}

#[derive(Serialize, Deserialize)]
struct Holder {
    user: Option<User>,
    state: Option<UserState>,
    contacts: Vec<Contact>,
}

#[test]
fn flattened() {
    let document = json!({"own": 1, "id": "1", "version": 7.0, "manager": {"odd": null}, "odd": [1], "state": "x", "name": null});
    let read: Flattened = serde_json::from_value(document.clone()).unwrap();
    assert_eq!((read.own, read.user.version), (1, Some(7)));
    assert_eq!(serde_json::to_value(&read).unwrap(), document);
    let text = serde_json::to_string(&read).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).unwrap(),
        document
    );
}

#[test]
fn untagged_and_tagged() {
    let document = json!({"id": "1", "level": 10, "grid": [[1]], "odd": {"a": null}});
    let read: Either = serde_json::from_str(&document.to_string()).unwrap();
    assert!(matches!(&read, Either::User(user) if user.id.as_deref() == Some("1")));
    assert_eq!(serde_json::to_value(&read).unwrap(), document);

    let document = json!({"kind": "Contact", "address": "a", "odd": 1});
    let read: Tagged = serde_json::from_str(&document.to_string()).unwrap();
    let Tagged::Contact(contact) = &read;
    assert_eq!(contact.address.as_deref(), Some("a"));
    assert_eq!(serde_json::to_value(&read).unwrap(), document);
}

#[test]
fn held_in_fields() {
    let document = json!({"user": {"id": null}, "state": "later", "contacts": [{}, {"odd": 1}]});
    let read: Holder = serde_json::from_str(&document.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), document);
}
