//! The normal form of a spec: two downloads of one release are the same bytes, and a new release changes
//! the lines of what it changes.
//!
//! Sorted is what has no order of its own: paths, definitions and the other named parts by their names,
//! tags by theirs, the operations of a path by a fixed order of the methods. Everything else stays in the
//! order of the published file, which means something (arguments, properties, values of an enum) and has
//! been the same from release to release. One value or key a line, one space a level.

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;

use crate::load::METHODS;
use crate::load::json::Json;

/// The parts of a document that are maps from names.
const NAMED: [&str; 5] = [
    "paths",
    "definitions",
    "parameters",
    "responses",
    "securityDefinitions",
];

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
    for name in NAMED {
        sort_names(root.get_mut(name));
    }
    let components = root.get_mut("components").and_then(Json::entries_mut);
    for (_, section) in components.into_iter().flatten() {
        sort_names(Some(section));
    }
    let paths = root.get_mut("paths").and_then(Json::entries_mut);
    for (_, path) in paths.into_iter().flatten() {
        if let Some(entries) = path.entries_mut() {
            // What is no method (parameters of the path) comes first, as it was.
            entries.sort_by_key(|(key, _)| METHODS.iter().position(|method| method == key));
        }
    }
    if let Some(Json::Array(tags)) = root.get_mut("tags") {
        tags.sort_by_cached_key(|tag| {
            let name = tag.get("name").and_then(Json::as_str);
            name.map(str::to_owned)
        });
    }
}

fn sort_names(map: Option<&mut Json<'_>>) {
    if let Some(entries) = map.and_then(Json::entries_mut) {
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
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
            r#"{"tags":[{"name":"b"},{"name":"a"}],"paths":{"/b":{"post":{},"parameters":[],"get":{}},"/a":{"z":1,"x":2}},
                "definitions":{"B":{"properties":{"z":{},"a":{}},"enum":["z","a"]},"A":{}},"empty":[]}"#,
        );
        let expected = r#"{
 "tags": [
  {
   "name": "a"
  },
  {
   "name": "b"
  }
 ],
 "paths": {
  "/a": {
   "z": 1,
   "x": 2
  },
  "/b": {
   "parameters": [],
   "get": {},
   "post": {}
  }
 },
 "definitions": {
  "A": {},
  "B": {
   "properties": {
    "z": {},
    "a": {}
   },
   "enum": [
    "z",
    "a"
   ]
  }
 },
 "empty": []
}
"#;
        assert_eq!(text, expected);
        assert_eq!(normal(&text), text);
    }

    #[test]
    fn order_of_the_download_does_not_show() {
        let one = r#"{"paths":{"/a":{"get":{},"put":{}},"/b":{}},"components":{"schemas":{"A":{},"B":{}}}}"#;
        let other = r#"{"paths":{"/b":{},"/a":{"put":{},"get":{}}},"components":{"schemas":{"B":{},"A":{}}}}"#;
        assert_eq!(normal(one), normal(other));
    }

    #[test]
    fn the_spec_of_this_project_is_in_its_normal_form() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/genesys-cloud.json");
        let there = std::fs::read_to_string(path).unwrap();
        assert!(normal(&there) == there, "spec/genesys-cloud.json is not");
    }
}
