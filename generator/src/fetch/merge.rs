//! Merges the preview spec into the published one, as the official builder does (platform-client-sdk-common,
//! `combineSwagger`).
//!
//! Tags are united. An operation of the preview is marked (`x-genesys-preview`) and takes the place of the
//! published one of its path and method; definitions and other named parts come along where their name is new.

use std::borrow::Cow;

use crate::document::Json;
use crate::spec::METHODS;

/// The mark of an operation that may change or go without notice.
pub(super) const PREVIEW_MARK: &str = "x-genesys-preview";

/// What is added where its name is new.
const NAMED: [&str; 4] = [
    "definitions",
    "parameters",
    "responses",
    "securityDefinitions",
];

/// Merges, and returns how many operations the preview added.
pub(super) fn merge<'d>(document: &mut Json<'d>, mut preview: Json<'d>) -> usize {
    if let Some(Json::Array(tags)) = preview.get_mut("tags").map(take) {
        let there = part(document, "tags", || Json::Array(Vec::new()));
        if let Json::Array(there) = there {
            for tag in tags {
                let name = tag.get("name").and_then(Json::as_str);
                let known = there
                    .iter()
                    .any(|other| other.get("name").and_then(Json::as_str) == name);
                if !known {
                    there.push(tag);
                }
            }
        }
    }
    for name in NAMED {
        if let Some(Json::Object(entries)) = preview.get_mut(name).map(take)
            && let Some(there) = part(document, name, empty).entries_mut()
        {
            for (key, value) in entries {
                if there.iter().all(|(known, _)| *known != key) {
                    there.push((key, value));
                }
            }
        }
    }
    let Some(Json::Object(paths)) = preview.get_mut("paths").map(take) else {
        return 0;
    };
    let Some(there) = part(document, "paths", empty).entries_mut() else {
        return 0;
    };
    let mut count = 0;
    for (path, item) in paths {
        let Json::Object(entries) = item else {
            continue;
        };
        let known = there.iter().position(|(known, _)| *known == path);
        let known = known.unwrap_or_else(|| {
            there.push((path, empty()));
            there.len() - 1
        });
        let Some(known) = there[known].1.entries_mut() else {
            continue;
        };
        for (key, mut value) in entries {
            let is_operation = METHODS.contains(&key.as_ref());
            if is_operation && let Some(operation) = value.entries_mut() {
                operation.retain(|(name, _)| name != PREVIEW_MARK);
                operation.push((Cow::Borrowed(PREVIEW_MARK), Json::Boolean(true)));
                count += 1;
            }
            match known.iter_mut().find(|(name, _)| *name == key) {
                Some((_, there)) if is_operation => *there = value,
                Some(_) => {}
                None => known.push((key, value)),
            }
        }
    }
    count
}

fn empty<'d>() -> Json<'d> {
    Json::Object(Vec::new())
}

fn take<'d>(json: &mut Json<'d>) -> Json<'d> {
    std::mem::replace(json, Json::Null)
}

/// The part of a document, made where it is missing.
fn part<'j, 'd>(
    document: &'j mut Json<'d>,
    name: &'static str,
    make: impl FnOnce() -> Json<'d>,
) -> &'j mut Json<'d> {
    if document.get(name).is_none()
        && let Some(entries) = document.entries_mut()
    {
        entries.push((Cow::Borrowed(name), make()));
    }
    // A document is an object; where it is none, it is changed in vain, and loading says what it is.
    match document {
        Json::Object(entries) => {
            let index = entries.iter().position(|(key, _)| key == name).unwrap_or(0);
            &mut entries[index].1
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_is_merged_as_the_official_builder_does() {
        let mut document = Json::parse(
            r#"{"tags":[{"name":"A","description":"old"}],"paths":{"/a":{"get":{"id":"public"},"put":{"id":"kept"}}},
                "definitions":{"A":{"old":1}}}"#,
        )
        .unwrap();
        let preview = Json::parse(
            r#"{"tags":[{"name":"A"},{"name":"B"}],
                "paths":{"/a":{"get":{"x-genesys-preview":false,"id":"preview"},"post":{"id":"new"}},"/b":{"parameters":[],"get":{}}},
                "definitions":{"A":{"new":1},"B":{}},"responses":{"400":{}}}"#,
        )
        .unwrap();
        assert_eq!(merge(&mut document, preview), 3);
        let expected = serde_json::json!({
            "tags": [{"name": "A", "description": "old"}, {"name": "B"}],
            "paths": {
                "/a": {
                    "get": {"id": "preview", "x-genesys-preview": true},
                    "put": {"id": "kept"},
                    "post": {"id": "new", "x-genesys-preview": true},
                },
                "/b": {"parameters": [], "get": {"x-genesys-preview": true}},
            },
            "definitions": {"A": {"old": 1}, "B": {}},
            "responses": {"400": {}},
        });
        assert_eq!(document.to_value(), expected);
    }

    #[test]
    fn a_preview_of_another_shape_does_no_harm() {
        for (document, preview) in [
            ("[]", r#"{"paths":{"/a":{}}}"#),
            ("{}", "[]"),
            ("{}", r#"{"paths":{"/a":[]}}"#),
        ] {
            let mut document = Json::parse(document).unwrap();
            assert_eq!(merge(&mut document, Json::parse(preview).unwrap()), 0);
        }
    }
}
