//! The normal form of a spec: two downloads of one release are the same bytes, and a new release changes
//! the lines of what it changes.
//!
//! The members of every object are sorted by their names, and so are the tags and the topics of the document: Genesys publishes them in
//! another order from time to time, and it means nothing. Every other list stays in the order of the published file, which does mean something
//! (parameters, values of an enum). One value or key a line, one space a level.

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;

use crate::document::Json;

/// The text of a spec in its normal form.
pub(super) fn text(mut root: Json<'_>) -> String {
    sort(&mut root);
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // A tree of strings, numbers, lists and maps with text for keys, written to memory, cannot fail, and
    // what was text stays text.
    let _ = root.serialize(&mut serializer);
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

fn sort(root: &mut Json<'_>) {
    root.sort();
    for (list, key) in [("tags", "name"), ("topics", "id")] {
        if let Some(Json::Array(items)) = root.get_mut(list) {
            items.sort_by_cached_key(|item| {
                let name = item.get(key).and_then(Json::as_str);
                name.map(str::to_owned)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text_of: &str) -> String {
        text(Json::parse(text_of).unwrap())
    }

    #[test]
    fn order_without_meaning_is_sorted_and_the_rest_stays() {
        let text = normal(
            r#"{"tags":[{"name":"b"},{"name":"a"}],"paths":{"/b":{"post":{},"parameters":[],"get":{}},"/a":{}},
                "definitions":{"A":{"properties":{"z":{},"a":{}},"enum":["z","a"]}},"empty":[]}"#,
        );
        let expected = r#"{
 "definitions": {
  "A": {
   "enum": [
    "z",
    "a"
   ],
   "properties": {
    "a": {},
    "z": {}
   }
  }
 },
 "empty": [],
 "paths": {
  "/a": {},
  "/b": {
   "get": {},
   "parameters": [],
   "post": {}
  }
 },
 "tags": [
  {
   "name": "a"
  },
  {
   "name": "b"
  }
 ]
}
"#;
        assert_eq!(text, expected);
        assert_eq!(normal(&text), text);
    }

    #[test]
    fn the_documents_of_this_project_are_in_their_normal_form() {
        for name in ["genesys-cloud.json", "notification-topics.json"] {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec");
            let there = std::fs::read_to_string(format!("{folder}/{name}")).unwrap();
            assert!(normal(&there) == there, "spec/{name} is not");
        }
    }
}
