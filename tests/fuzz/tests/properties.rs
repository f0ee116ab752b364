//! The targets over inputs that look like what they expect, and over any bytes; and over the inputs that are kept: where fuzzing starts, and what once broke a target.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use genesys_cloud_fuzz::{TARGETS, model, next_uri, retry_after, spec, token};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn every_input_that_is_kept_is_survived() {
    for (name, target) in TARGETS {
        let folder = format!("{}/inputs/{name}", env!("CARGO_MANIFEST_DIR"));
        let mut inputs = 0;
        for entry in fs::read_dir(folder).unwrap() {
            target(&fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no input");
    }
}

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((prop::sample::select(WORDS), inner), 0..5).prop_map(|entries| {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(entries.collect())
            }),
        ]
    })
}

/// What the specs and the models of the targets speak of.
const WORDS: &[&str] = &[
    "$ref",
    "#/definitions/A",
    "access_token",
    "additionalProperties",
    "all",
    "allOf",
    "array",
    "at",
    "bearer",
    "children",
    "counts",
    "day",
    "default",
    "definitions",
    "enum",
    "expires_in",
    "format",
    "id",
    "int64",
    "items",
    "large",
    "maps",
    "more",
    "name",
    "object",
    "parent",
    "parameters",
    "path",
    "plain",
    "properties",
    "query",
    "refresh_token",
    "required",
    "responses",
    "schema",
    "small",
    "state",
    "states",
    "string",
    "table",
    "token_type",
    "type",
    "when",
    "{id}",
];

/// A small spec whose every part is reached by a pointer.
fn document() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Fuzzed", "version": "v2"},
        "paths": {"/things/{id}": {"get": {
            "operationId": "getThing",
            "tags": ["Things"],
            "parameters": [
                {"name": "id", "in": "path", "required": true, "type": "string"},
                {"name": "expand", "in": "query", "type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "collectionFormat": "multi"}
            ],
            "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/A"}}}
        }}},
        "definitions": {
            "A": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "all": {"type": "array", "items": {"$ref": "#/definitions/A"}},
                "map": {"type": "object", "additionalProperties": {"type": "integer", "format": "int64"}}
            }},
            "B": {"allOf": [{"$ref": "#/definitions/A"}, {"type": "object", "properties": {"more": {"type": "boolean"}}}]}
        }
    })
}

/// The pointers to every value within.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_survived(data in vec(any::<u8>(), 0..200)) {
        for (_, target) in TARGETS {
            target(&data);
        }
    }

    #[test]
    fn a_spec_may_hold_anything_anywhere(place in any::<prop::sample::Index>(), value in any_json()) {
        let mut document = document();
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        *document.pointer_mut(place.get::<String>(&places)).unwrap() = value;
        spec(document.to_string().as_bytes());
    }

    #[test]
    fn a_model_may_hold_anything(choice in any::<u8>(), value in any_json()) {
        let mut data = vec![choice];
        data.extend(value.to_string().into_bytes());
        model(&data);
    }

    #[test]
    fn retry_after_may_say_anything(value in prop_oneof![
        "[0-9]{0,40}", "[ -~]{0,40}", any::<i64>().prop_map(|seconds| seconds.to_string()),
        "(Mon|Sun), [0-9]{2} (Jan|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
    ]) {
        retry_after(value.as_bytes());
    }

    #[test]
    fn a_token_may_be_anything(
        access_token in any_json(), expires_in in any_json(), token_type in any_json(), refresh_token in any_json(), left_out in 0_usize..8,
    ) {
        let parts = [("access_token", access_token), ("expires_in", expires_in), ("token_type", token_type), ("refresh_token", refresh_token)];
        let parts = parts.into_iter().enumerate().filter(|(index, _)| *index != left_out);
        let answer = Value::Object(parts.map(|(_, (key, value))| (key.to_owned(), value)).collect());
        token(answer.to_string().as_bytes());
    }

    #[test]
    fn a_token_of_text_may_live_for_any_time(access_token in "\\PC{0,20}", expires_in in any::<i64>()) {
        token(json!({"access_token": access_token, "expires_in": expires_in, "token_type": "bearer"}).to_string().as_bytes());
    }

    #[test]
    fn next_uri_may_point_anywhere(uri in prop_oneof![
        "\\PC{0,60}",
        "(https?:)?(//|\\\\\\\\|/\\\\)?([a-z.@:]{0,12})(api\\.mypurecloud\\.com)?[.@:0-9a-z]{0,8}(/[ -~]{0,20})?",
        "/listing_next_uri\\?[ -~]{0,30}",
    ]) {
        next_uri(uri.as_bytes());
    }
}
