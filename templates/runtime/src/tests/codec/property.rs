//! Arbitrary objects over a model's names and others: what is read is written as it came.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::models::{User, json as written, read};

const NAMES: [&str; 15] = [
    "id",
    "name",
    "version",
    "score",
    "acdAutoAnswer",
    "state",
    "manager",
    "addresses",
    "certifications",
    "labels",
    "contacts",
    "grid",
    "settings",
    "level",
    "clientSecret",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        finite().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(any::<String>(), inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite())
}

fn or_null(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 5 => value].boxed()
}

fn list(element: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    or_null(vec(or_null(element), 0..4).prop_map(Value::from))
}

fn map(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    or_null(
        btree_map(any::<String>(), or_null(value), 0..4)
            .prop_map(|entries| Value::Object(entries.into_iter().collect())),
    )
}

fn text() -> BoxedStrategy<Value> {
    any::<String>().prop_map(Value::from).boxed()
}

fn integer() -> BoxedStrategy<Value> {
    any::<i64>().prop_map(Value::from).boxed()
}

fn unknown() -> impl Strategy<Value = (String, Value)> {
    ("[a-z]{0,2}|.{0,3}|[a-zA-Z]{2,13}", any_json()).prop_filter("a known name", |(name, _)| {
        !NAMES.contains(&name.as_str()) && name != "address" && name != "password"
    })
}

/// An object whose members stand in any order, as text.
fn object(members: Vec<(String, BoxedStrategy<Value>)>) -> BoxedStrategy<Vec<(String, Value)>> {
    let chosen: Vec<_> = members
        .into_iter()
        .map(|(name, value)| {
            proptest::option::of(value.prop_map(move |value| (name.clone(), value)))
        })
        .collect();
    (chosen, vec(unknown(), 0..4))
        .prop_map(|(known, unknown)| {
            let mut members: Vec<(String, Value)> = known.into_iter().flatten().collect();
            for (name, value) in unknown {
                if members.iter().all(|(other, _)| *other != name) {
                    members.push((name, value));
                }
            }
            members
        })
        .prop_shuffle()
        .boxed()
}

fn contact() -> BoxedStrategy<Value> {
    object(vec![
        ("address".into(), or_null(text())),
        ("password".into(), or_null(text())),
    ])
    .prop_map(Value::from_iter)
    .boxed()
}

fn user(manager: BoxedStrategy<Value>) -> BoxedStrategy<Vec<(String, Value)>> {
    let state = prop_oneof![Just(json!("active")), text()];
    let level = prop_oneof![Just(json!(10)), integer(), Just(json!("other"))];
    let values = [
        or_null(text()),
        or_null(text()),
        or_null(integer()),
        or_null(finite().prop_map(Value::from)),
        or_null(any::<bool>().prop_map(Value::from)),
        or_null(state),
        or_null(manager),
        list(contact()),
        list(text()),
        map(text()),
        map(contact()),
        list(vec(or_null(integer()), 0..3).prop_map(Value::from)),
        any_json().boxed(),
        or_null(level),
        or_null(text()),
    ];
    object(
        NAMES
            .iter()
            .map(|name| (*name).to_owned())
            .zip(values)
            .collect(),
    )
}

/// The document with its members in the given order.
fn document(members: &[(String, Value)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Whether two documents are the same, but that 7 in a field of floats is written as 7.0.
fn numbers_apart(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| numbers_apart(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| {
                    other
                        .get(name)
                        .is_some_and(|other| numbers_apart(value, other))
                })
        }
        _ => one == other,
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written(
        members in user(user(Just(json!({})).boxed()).prop_map(Value::from_iter).boxed())
    ) {
        let document = document(&members);
        let expected = Value::from_iter(members);
        let user: User = read(&document);
        let again = written(user.clone());
        prop_assert_eq!(&again, &expected, "{}", document);
        // The public traits say the same as the SDK's own way.
        prop_assert_eq!(&serde_json::to_value(&user).unwrap(), &again);
        let from_value: User = serde_json::from_value(again).unwrap();
        prop_assert_eq!(from_value, user);
    }

    #[test]
    fn any_object_is_read_and_written(values in vec(any_json(), NAMES.len()), odd in any_json()) {
        let names = NAMES.iter().map(|name| (*name).to_owned());
        let mut document: Map<String, Value> = names.zip(values).collect();
        document.insert("odd".to_owned(), odd);
        let document = Value::from(document);
        let user: User = read(&document.to_string());
        let again = written(user);
        prop_assert!(numbers_apart(&again, &document), "{again} {document}");
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..64)) {
        if let Ok(user) = crate::runtime::codec::from_slice::<User>(&bytes) {
            prop_assert!(crate::runtime::codec::to_vec(user).is_ok());
        }
    }
}
