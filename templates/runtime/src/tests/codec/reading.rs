use serde_json::{Value, json};

use super::models::{
    Contact, Empty, Level, User, UserListing, UserState, json as written, read, refusal,
};
use crate::runtime::codec::{from_slice, read_slice};

#[test]
fn every_kind_of_property_is_read() {
    let user: User = read(
        r#"{"id":"u1","name":"Ada","version":3,"score":1.5,"acdAutoAnswer":true,"state":"inactive",
            "manager":{"id":"u2"},"addresses":[{"address":"a@b"}],"certifications":["x","y"],
            "labels":{"k":"v"},"contacts":{"home":{"address":"h"}},"grid":[[1,2],[]],"settings":{"any":[1]},
            "level":10,"clientSecret":"s"}"#,
    );
    assert_eq!(user.id.as_deref(), Some("u1"));
    assert_eq!(user.name.as_deref(), Some("Ada"));
    assert_eq!(user.version, Some(3));
    assert_eq!(user.score, Some(1.5));
    assert_eq!(user.acd_auto_answer, Some(true));
    assert_eq!(user.state, Some(UserState::Inactive));
    assert_eq!(user.manager.unwrap().id.as_deref(), Some("u2"));
    assert_eq!(user.addresses.unwrap()[0].address.as_deref(), Some("a@b"));
    assert_eq!(user.certifications.unwrap(), ["x", "y"]);
    assert_eq!(user.labels.unwrap()["k"], "v");
    assert_eq!(user.contacts.unwrap()["home"].address.as_deref(), Some("h"));
    assert_eq!(user.grid.unwrap(), [vec![1, 2], vec![]]);
    assert_eq!(user.settings, Some(json!({"any": [1]})));
    assert_eq!(user.level, Some(Level::Value10));
    assert_eq!(user.client_secret.as_deref(), Some("s"));
    assert!(user.extra.is_empty());
}

#[test]
fn an_empty_object_is_the_default() {
    assert_eq!(read::<User>("{}"), User::default());
    assert_eq!(read::<Empty>(" { } \n"), Empty::default());
}

#[test]
fn any_order_of_keys_gives_the_same() {
    let names = [
        "id", "name", "version", "unknown1", "state", "settings", "unknown2",
    ];
    let value = |name: &str| match name {
        "version" => json!(7),
        "state" => json!("active"),
        _ => json!(name),
    };
    let expected: Value = names
        .iter()
        .map(|name| ((*name).to_owned(), value(name)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    // Every rotation, forwards and backwards.
    for shift in 0..names.len() {
        for backwards in [false, true] {
            let mut order = names;
            order.rotate_left(shift);
            if backwards {
                order.reverse();
            }
            let members: Vec<String> = order
                .iter()
                .map(|name| format!("{:?}:{}", name, value(name)))
                .collect();
            let user: User = read(&format!("{{{}}}", members.join(",")));
            assert_eq!(user.id.as_deref(), Some("id"), "{order:?}");
            assert_eq!(user.version, Some(7), "{order:?}");
            assert_eq!(written(user), expected, "{order:?}");
        }
    }
}

#[test]
fn of_a_key_that_stands_twice_the_last_value_counts() {
    let user: User = read(r#"{"id":"1","name":"x","id":"2"}"#);
    assert_eq!(user.id.as_deref(), Some("2"));
    assert!(user.extra.is_empty());

    let user: User = read(r#"{"id":null,"name":"x","id":"2"}"#);
    assert_eq!(user.id.as_deref(), Some("2"));
    assert!(user.extra.is_empty(), "the null is overtaken");

    let user: User = read(r#"{"id":null,"id":"2"}"#);
    assert_eq!(user.id.as_deref(), Some("2"));
    assert!(user.extra.is_empty());

    let user: User = read(r#"{"id":"1","id":null}"#);
    assert_eq!(user.id, None);
    assert!(user.extra.is_null("id"));

    let user: User = read(r#"{"manager":{"id":"1"},"manager":null}"#);
    assert_eq!(user.manager, None);
    assert!(user.extra.is_null("manager"));

    let user: User = read(r#"{"odd":1,"odd":2}"#);
    assert_eq!(user.extra.get("odd"), Some(&json!(2)));

    let user: User = read(r#"{"labels":{"k":"v","k":null,"l":null,"l":"w"}}"#);
    assert_eq!(
        user.extra.get("labels"),
        Some(&json!({"k": null, "l": "w"}))
    );
    let labels = user.labels.unwrap();
    assert_eq!(labels.len(), 1);
    assert_eq!(labels["l"], "w");
}

#[test]
fn a_key_is_the_same_however_it_is_escaped() {
    let user: User = read(r#"{"\u0069d":"1","na\u006de":"x","od\"d\n":2,"st\u0061te":null}"#);
    assert_eq!(user.id.as_deref(), Some("1"));
    assert_eq!(user.name.as_deref(), Some("x"));
    assert!(user.extra.is_null("state"));
    assert_eq!(user.extra.get("od\"d\n"), Some(&json!(2)));
}

#[test]
fn an_escaped_key_leaves_no_trace() {
    // The second key of each is as long as the first, the third is empty.
    let user: User = read(r#"{"\u0069d":"1","xy":2,"":3}"#);
    assert_eq!(user.id.as_deref(), Some("1"));
    assert_eq!(written(user), json!({"id": "1", "xy": 2, "": 3}));
    let user: User = read(r#"{"\u0078y":1,"id":"2","":3}"#);
    assert_eq!(written(user), json!({"id": "2", "xy": 1, "": 3}));
    let user: User = read(r#"{"\u0078y":1,"":3,"yx":4,"\u0069d":"2"}"#);
    assert_eq!(written(user), json!({"id": "2", "xy": 1, "": 3, "yx": 4}));
    let document = json!({"": 1, "id": "2", "xy": 3, "name": "x", "abcd": null});
    let user: User = serde_json::from_reader(document.to_string().as_bytes()).unwrap();
    assert_eq!(written(user), document);
}

#[test]
fn letter_case_of_keys_counts() {
    let user: User = read(r#"{"ID":"1","Id":"2","":"3"}"#);
    assert_eq!(user.id, None);
    assert_eq!(written(user), json!({"ID": "1", "Id": "2", "": "3"}));
}

#[test]
fn a_list_takes_no_room_for_elements_that_do_not_come() {
    for document in [r#"[{"id":"1"}]"#, r#"[null,{"id":"1"},null]"#] {
        let users: Vec<User> = read(document);
        assert_eq!((users.len(), users.capacity()), (1, 1));
    }
    assert_eq!(read::<Vec<i64>>("[1]").capacity(), 1);
    assert_eq!(read::<Vec<User>>("[null]").capacity(), 0);
    let users: Vec<User> = read(&format!("[{}{{}}]", r#"{"id":"1"},"#.repeat(99)));
    assert_eq!((users.len(), users.capacity()), (100, 100));
    assert!(users[..99].iter().all(|user| user.id.is_some()));
    assert!(users[99] == User::default());
}

#[test]
fn nothing_may_follow_and_something_must_come() {
    assert!(refusal::<User>("{} x").is_syntax());
    assert!(refusal::<User>("{}{}").is_syntax());
    assert!(refusal::<User>("").is_eof());
    assert!(refusal::<User>("  ").is_eof());
    assert!(refusal::<User>("\u{feff}\u{feff}{}").is_syntax());
    read::<User>("\u{feff}{}");
    read::<User>(" \t\r\n{} \n");
}

#[test]
fn a_document_cut_short_is_an_error_wherever_it_is_cut() {
    let whole = r#"{"id":"1","odd":[1,{"x":null}],"manager":{"id":null,"addresses":[{"address":"a"}]},"version":7}"#;
    read::<User>(whole);
    for end in 0..whole.len() {
        assert!(refusal::<User>(&whole[..end]).is_eof(), "{}", &whole[..end]);
    }
}

#[test]
fn models_are_read_from_values_and_readers() {
    let document = json!({"id": "1", "manager": {"id": "2", "odd": [null]}, "state": "new", "name": null, "odd": 2.5});
    let user: User = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&user).unwrap(), document);
    let user: User = serde_json::from_reader(document.to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&user).unwrap(), document);
    let user: User = serde_json::from_str(&document.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&user).unwrap(), document);
}

#[test]
fn lists_maps_and_scalars_are_bodies_too() {
    assert_eq!(read::<Vec<Contact>>(r#"[{"address":"a"},null]"#).len(), 1);
    assert_eq!(read::<Vec<String>>(r#"["a"]"#), ["a"]);
    assert_eq!(
        read::<std::collections::BTreeMap<String, i64>>(r#"{"a":1}"#)["a"],
        1
    );
    assert_eq!(read::<String>(r#""a""#), "a");
    assert!(read::<bool>("true"));
    assert_eq!(read::<UserState>(r#""active""#), UserState::Active);
    assert_eq!(read::<Value>("[null]"), json!([null]));
    assert!(refusal::<User>("null").is_data());
    assert!(refusal::<User>("[]").is_data());
}

#[test]
fn a_listing_of_a_hundred_is_read() {
    let listing = json!({
        "entities": (0..100).map(|number| json!({"id": number.to_string(), "version": number, "odd": number})).collect::<Vec<_>>(),
        "pageCount": 1,
    });
    let read: UserListing = read(&listing.to_string());
    assert_eq!(read.entities.as_ref().unwrap().len(), 100);
    assert_eq!(read.page_count, Some(1));
    assert_eq!(written(read), listing);
}

#[test]
fn what_is_neither_utf8_nor_json_is_refused_where_it_stands() {
    for document in [
        &b"{\"id\":\n\"\xff\""[..],
        b"{\"id\":\"1\",\n\"na\xffme\":\"x\"",
        b"{\"odd\":[{\"x\":\n\"\xc3\"}]",
        b"{\"manager\":{\n\"id\":\"\xed\xa0\x80\"}",
        b"{\n\xff}",
        b"{\"id\":\"1\"}\n\xef\xbb\xbf\xff",
    ] {
        let error = from_slice::<User>(document).unwrap_err();
        assert_eq!(error.line(), 2, "{}", document.escape_ascii());
    }
}

#[test]
fn what_is_not_unicode_is_replaced_and_told() {
    let smile = "\\ud83d\\ude00";
    for (document, id) in [
        (br#"{"id":"a\ud83d"}"#.to_vec(), "a\u{fffd}"),
        (
            format!(r#"{{"id":"\ude00{smile}"}}"#).into_bytes(),
            "\u{fffd}😀",
        ),
        (br#"{"id":"\ud83d\ud83d\ude00"}"#.to_vec(), "\u{fffd}😀"),
        (br#"{"id":"\\ud83d\ud83dx"}"#.to_vec(), "\\ud83d\u{fffd}x"),
        (b"{\"id\":\"Z\xfcrich\"}".to_vec(), "Z\u{fffd}rich"),
        (b"\xef\xbb\xbf{\"id\":\"\xff\"}".to_vec(), "\u{fffd}"),
    ] {
        let (user, misfits) = read_slice::<User>(&document).unwrap();
        assert_eq!(user.id.as_deref(), Some(id));
        assert_eq!(
            misfits[0].to_string(),
            "an invalid character where Unicode text was expected at `$`"
        );
        assert_eq!(misfits.len(), 1);
    }
    let (_, misfits) = read_slice::<User>(br#"{"id":"\ud83d\ude00"}"#).unwrap();
    assert!(misfits.is_empty());
    // What is wrong in another way is told of the document as it came.
    for document in [
        &b"{\"id\":\"\xff\"}{"[..],
        br#"{"id":"\ud83d"#,
        br#"{"id":"\ud8+1"}"#,
    ] {
        assert!(read_slice::<User>(document).is_err());
    }
}
