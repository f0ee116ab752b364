//! Values that do not fit their type: what is read, what is told, and what is written back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::models::{Contact, Level, User, UserListing, UserState, json as written, read, text};
use crate::runtime::codec::{Misfit, Wire, read_slice};
use crate::tests::support::table;

fn misfits<T: Wire>(document: &Value) -> Vec<String> {
    let (_, misfits) = read_slice::<T>(document.to_string().as_bytes()).unwrap();
    misfits.iter().map(Misfit::to_string).collect()
}

/// Reads `document`, looks at it, and expects it back.
#[track_caller]
fn comes_back(document: &Value, look: impl FnOnce(&User)) {
    let user: User = read(&document.to_string());
    look(&user);
    assert_eq!(written(user.clone()), *document);
    assert_eq!(serde_json::to_value(&user).unwrap(), *document);
    // serde's own way in reads the same.
    let again: User = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(again).unwrap(), *document);
}

#[test]
fn a_value_with_a_nearest_one_is_read_and_comes_back_as_it_was() {
    comes_back(&json!({"version": "7"}), |user| {
        assert_eq!(user.version, Some(7))
    });
    comes_back(&json!({"version": 12.0}), |user| {
        assert_eq!(user.version, Some(12))
    });
    comes_back(&json!({"score": "NaN"}), |user| {
        assert!(user.score.unwrap().is_nan())
    });
    comes_back(&json!({"score": "-Infinity"}), |user| {
        assert_eq!(user.score, Some(f64::NEG_INFINITY));
    });
    comes_back(&json!({"score": "1.5"}), |user| {
        assert_eq!(user.score, Some(1.5))
    });
    comes_back(&json!({"score": 9_007_199_254_740_993_u64}), |user| {
        assert_eq!(user.score, Some(9_007_199_254_740_992.0));
    });
    comes_back(&json!({"id": 12345}), |user| {
        assert_eq!(user.id.as_deref(), Some("12345"))
    });
    comes_back(&json!({"id": true}), |user| {
        assert_eq!(user.id.as_deref(), Some("true"))
    });
    comes_back(&json!({"acdAutoAnswer": "true"}), |user| {
        assert_eq!(user.acd_auto_answer, Some(true));
    });
    comes_back(&json!({"state": 4}), |user| {
        assert_eq!(user.state, Some(UserState::Unknown("4".to_owned())));
    });
    comes_back(&json!({"level": "10"}), |user| {
        assert_eq!(user.level, Some(Level::Value10))
    });
}

#[test]
fn a_value_without_one_leaves_its_field_empty_and_comes_back() {
    for value in [
        json!(1234.5),
        json!("x"),
        json!(u64::MAX),
        json!(1e30),
        json!(true),
        json!([7]),
        json!({}),
        json!("inf"),
    ] {
        comes_back(&json!({"version": value}), |user| {
            assert_eq!(user.version, None)
        });
    }
    for value in [
        json!("x"),
        json!("inf"),
        json!("0x1"),
        json!([]),
        json!(false),
    ] {
        comes_back(&json!({"score": value}), |user| {
            assert_eq!(user.score, None)
        });
    }
    for value in [json!(1), json!("yes"), json!({"a": null})] {
        comes_back(&json!({"acdAutoAnswer": value}), |user| {
            assert_eq!(user.acd_auto_answer, None)
        });
    }
    for value in [json!([]), json!(""), json!(7), json!(true), json!(1.5)] {
        comes_back(&json!({"manager": value, "id": "1"}), |user| {
            assert_eq!((&user.manager, user.id.as_deref()), (&None, Some("1")));
        });
        comes_back(&json!({"contacts": value}), |user| {
            assert_eq!(user.contacts, None)
        });
    }
    for value in [json!({}), json!("a,b"), json!(7)] {
        comes_back(&json!({"addresses": value, "grid": value}), |user| {
            assert_eq!((&user.addresses, &user.grid), (&None, &None));
        });
    }
    for name in ["id", "state", "settings"] {
        comes_back(&json!({name: null}), |_| ());
    }
}

#[test]
fn elements_that_do_not_fit_are_left_out_and_the_whole_list_comes_back() {
    comes_back(
        &json!({"grid": [[480, null, null, 960], null, [1]]}),
        |user| {
            assert_eq!(user.grid.as_ref().unwrap(), &[vec![480, 960], vec![1]]);
        },
    );
    comes_back(
        &json!({"certifications": [null, "a", 7, ["x"], "b", null]}),
        |user| {
            assert_eq!(user.certifications.as_ref().unwrap(), &["a", "7", "b"]);
        },
    );
    comes_back(
        &json!({"addresses": [{"address": 7, "odd": null}, null, "x", {"password": []}, {}]}),
        |user| {
            let addresses = user.addresses.as_ref().unwrap();
            assert_eq!(addresses.len(), 3);
            assert_eq!(addresses[0].address.as_deref(), Some("7"));
        },
    );
    comes_back(
        &json!({"labels": {"a": null, "b": 3, "c": [], "d": "x"}, "contacts": {"": null, "h": {"address": {}}}}),
        |user| {
            let labels = user.labels.as_ref().unwrap();
            assert_eq!(
                labels.iter().collect::<Vec<_>>(),
                [(&"b".into(), &"3".into()), (&"d".into(), &"x".into())]
            );
            assert_eq!(user.contacts.as_ref().unwrap().len(), 1);
        },
    );
}

#[test]
fn lists_and_maps_of_any_json_hold_nulls() {
    assert_eq!(
        read::<Vec<Value>>("[null,1,[null]]"),
        [json!(null), json!(1), json!([null])]
    );
    assert_eq!(
        written(read::<Vec<Vec<Value>>>(r#"[["Ada",null,"Lovelace"]]"#)),
        json!([["Ada", null, "Lovelace"]])
    );
    let map: BTreeMap<String, Value> = read(r#"{"a":null}"#);
    assert_eq!(map["a"], Value::Null);
    assert!(misfits::<Vec<Value>>(&json!([null])).is_empty());
    assert!(misfits::<BTreeMap<String, Value>>(&json!({"a": null})).is_empty());
    assert_eq!(read::<Value>("null"), Value::Null);
}

#[test]
fn elements_that_may_be_null_are_options() {
    let limits: Vec<Option<i64>> = read("[480,null,null,960]");
    assert_eq!(limits, [Some(480), None, None, Some(960)]);
    assert_eq!(text(limits), "[480,null,null,960]");
    assert_eq!(
        misfits::<Vec<Option<i64>>>(&json!([null, "7", "x", [], 1])),
        [
            "a string where an integer of 64 bits was expected at `$[1]`",
            "a string where an integer of 64 bits was expected at `$[2]`",
            "an array where an integer of 64 bits was expected at `$[3]`",
        ]
    );
    assert_eq!(
        read::<Vec<Option<i64>>>(r#"[null,"7","x",[],1]"#),
        [None, Some(7), Some(1)]
    );
    let map: BTreeMap<String, Option<Contact>> = read(r#"{"a":null,"b":{}}"#);
    assert_eq!(text(map), r#"{"a":null,"b":{}}"#);
}

#[test]
fn a_changed_field_is_written_and_nothing_else_changes() {
    let document = json!({
        "version": "7", "grid": [[1, null], [2]], "manager": [], "score": "NaN",
        "labels": {"a": null, "b": "c"}, "addresses": [null, {"address": "x"}], "odd": 1
    });
    let user: User = read(&document.to_string());
    let changed = |change: fn(&mut User), name: &str, value: Value| {
        let mut user = user.clone();
        change(&mut user);
        let mut expected = document.clone();
        expected[name] = value;
        assert_eq!(written(user), expected);
    };
    changed(|user| user.version = Some(8), "version", json!(8));
    changed(|user| user.score = Some(0.5), "score", json!(0.5));
    changed(
        |user| user.manager = Some(Box::default()),
        "manager",
        json!({}),
    );
    changed(
        |user| user.grid.as_mut().unwrap()[1][0] = 3,
        "grid",
        json!([[1], [3]]),
    );
    changed(
        |user| user.labels.as_mut().unwrap().clear(),
        "labels",
        json!({}),
    );
    changed(
        |user| user.addresses.as_mut().unwrap()[0].address = None,
        "addresses",
        json!([{}]),
    );
    // As long as a list has what was read, it does not matter how that came about.
    changed(
        |user| user.grid = Some(vec![vec![1], vec![2]]),
        "grid",
        document["grid"].clone(),
    );
    // A field that had a value and has none now was cleared.
    let mut cleared = user.clone();
    (cleared.version, cleared.grid) = (None, None);
    let cleared = written(cleared);
    assert!(cleared.get("version").is_none() && cleared.get("grid").is_none());
}

#[test]
fn what_a_user_keeps_is_written_while_the_field_is_none() {
    let mut user: User = read(r#"{"version":"7","grid":[[null]]}"#);
    user.extra.insert("version", "8");
    assert_eq!(written(user.clone())["version"], 7, "the field is set");
    user.version = None;
    assert_eq!(written(user.clone())["version"], "8");
    user.extra.remove("grid");
    assert_eq!(written(user)["grid"], json!([[]]));
    let user: User = read(r#"{"version":"7"}"#);
    assert_eq!(user.extra.get("version"), Some(&json!("7")));
}

#[test]
fn a_model_is_equal_to_itself_and_still_whole_after_it_was_written() {
    let document = json!({"version": "7", "grid": [[null, 1]]});
    let mut user: User = read(&document.to_string());
    assert_eq!(user, user.clone());
    for _ in 0..2 {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::new(&mut bytes);
        crate::runtime::codec::write_model(&mut user, &mut serializer).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), document);
    }
}

#[test]
fn of_a_key_that_stands_twice_the_last_value_counts() {
    for (document, expected) in table![
        r#"{"version":"x","version":7}"# => json!({"version": 7});
        r#"{"version":7,"version":"x"}"# => json!({"version": "x"});
        r#"{"version":"8","version":7}"# => json!({"version": 7});
        r#"{"version":null,"version":"8"}"# => json!({"version": "8"});
        r#"{"version":"8","version":null}"# => json!({"version": null});
        r#"{"labels":{"a":null,"a":"x"}}"# => json!({"labels": {"a": "x"}});
        r#"{"labels":{"a":"x","a":null}}"# => json!({"labels": {"a": null}});
        r#"{"labels":{"a":7,"a":"8","b":null}}"# => json!({"labels": {"a": "8", "b": null}});
        r#"{"manager":{"id":"1"},"manager":[]}"# => json!({"manager": []});
        r#"{"addresses":[{}],"addresses":7}"# => json!({"addresses": 7});
    ] {
        assert_eq!(written(read::<User>(document)), expected, "{document}");
    }
}

#[test]
fn every_misfit_is_told_by_its_path() {
    assert_eq!(
        misfits::<UserListing>(&json!({
            "entities": [
                {"id": "1", "version": "x"},
                null,
                {"manager": {"manager": {"acdAutoAnswer": 1}}, "labels": {"a b": [], "": "x"}},
                {"grid": [[1], [2, "x"], null], "addresses": [{"address": 7}], "state": {}},
                "hunter2",
                {"contacts": {"home": {"address": null}, "work": 7.5}},
            ],
            "pageCount": true,
        })),
        [
            "a string where an integer of 64 bits was expected at `$.entities[0].version`",
            "null where a value was expected at `$.entities[1]`",
            "an array where a string was expected at `$.entities[2].labels.a b`",
            "an integer where a boolean was expected at `$.entities[2].manager.manager.acdAutoAnswer`",
            "an integer where a string was expected at `$.entities[3].addresses[0].address`",
            "a string where an integer of 64 bits was expected at `$.entities[3].grid[1][1]`",
            "null where a value was expected at `$.entities[3].grid[2]`",
            "an object where a string was expected at `$.entities[3].state`",
            "a string where an object (User) was expected at `$.entities[4]`",
            "a number where an object (Contact) was expected at `$.entities[5].contacts.work`",
            "a boolean where an integer of 64 bits was expected at `$.pageCount`",
        ]
    );
    assert!(
        misfits::<User>(&json!({"id": null, "odd": [null], "settings": [null], "score": 7}))
            .is_empty()
    );
    assert_eq!(
        misfits::<Vec<String>>(&json!(["a", null])),
        ["null where a value was expected at `$[1]`"]
    );
    let (_, misfits) =
        read_slice::<BTreeMap<String, Vec<i64>>>(br#"{"ada@example.com":[null]}"#).unwrap();
    assert_eq!(
        (misfits[0].path(), misfits[0].place()),
        ("$.ada@example.com[0]", "$.*[*]")
    );
}
