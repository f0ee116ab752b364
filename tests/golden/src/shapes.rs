//! The files of `specs`.

use std::fs;
use std::path::PathBuf;

use genesys_cloud_tests::fidelity::Vector;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A small spec, and what it must do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    #[serde(skip)]
    pub(crate) name: String,
    /// The row of the generator's checklist that it stands for.
    pub(crate) row: u32,
    #[serde(rename = "definitions")]
    _definitions: Map<String, Value>,
    #[serde(default, rename = "securityDefinitions")]
    _security_definitions: Map<String, Value>,
    #[serde(default)]
    pub(crate) operations: Vec<Value>,
    #[serde(default, rename = "paging")]
    _paging: Vec<Value>,
    #[serde(default, rename = "alias")]
    _aliases: Vec<Value>,
    #[serde(default, rename = "event_definitions")]
    _event_definitions: Map<String, Value>,
    #[serde(default)]
    pub(crate) topics: Vec<Value>,
    /// Each with the name of its definition.
    #[serde(default)]
    pub(crate) instances: Vec<Map<String, Value>>,
    #[serde(default)]
    pub(crate) calls: Vec<Vector>,
}

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/specs"))
}

/// Every shape, by name.
pub(crate) fn all() -> Vec<Shape> {
    let mut shapes: Vec<Shape> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let mut shape: Shape = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            path.file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .clone_into(&mut shape.name);
            shape
        })
        .collect();
    shapes.sort_by(|left, right| left.name.cmp(&right.name));
    shapes
}

#[test]
fn every_row_has_its_shapes() {
    let shapes = all();
    assert!(shapes.len() >= 40, "{}", shapes.len());
    for row in 3..=9 {
        let of_row = shapes.iter().filter(|shape| shape.row == row).count();
        assert!(of_row >= 2, "row {row}: {of_row}");
    }
}
