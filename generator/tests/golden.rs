//! One small spec a shape, and what is generated for it: `tests/golden/NAME.json` holds the definitions, `NAME.rs` beside it the
//! models; or, where the name begins with `operation_`, an operation besides, and what makes it. `GOLDEN_BLESS=1` writes what is generated now.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use genesys_codegen::Config;
use serde_json::{Value, json};

/// What is generated below a folder for these definitions and this operation.
fn generated(definitions: &Value, operation: Value, below: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec.json");
    let mut operation = operation;
    operation["operationId"] = json!("makeShape");
    operation["x-purecloud-method-name"] = json!("makeShape");
    operation["tags"] = json!(["Shapes"]);
    let document = json!({
        "swagger": "2.0",
        "info": {"title": "Golden", "version": "v2"},
        "paths": {"/shape": {"post": operation}},
        "definitions": definitions
    });
    fs::write(&spec, document.to_string()).unwrap();
    let config = Config::new().spec(&spec);
    let built = config
        .build(&mut |_| {})
        .unwrap_or_else(|error| panic!("{error}"));
    let files = config.render(built, &mut |_| {}).unwrap().files;
    let mut text = String::new();
    for (path, content) in &files {
        if path.starts_with(below) && !path.ends_with("mod.rs") {
            writeln!(text, "// {}\n{content}", path.display()).unwrap();
        }
    }
    text
}

/// The lines around the first that differs.
fn difference(expected: &str, found: &str) -> String {
    let same = expected
        .lines()
        .zip(found.lines())
        .take_while(|(left, right)| left == right)
        .count();
    let from = same.saturating_sub(3);
    let mut text = String::new();
    for (mark, lines) in [("-", expected), ("+", found)] {
        for line in lines.lines().skip(from).take(12) {
            writeln!(text, "{mark} {line}").unwrap();
        }
    }
    text
}

#[test]
fn every_shape_becomes_what_is_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("GOLDEN_BLESS").is_some();
    let mut shapes = 0;
    let mut changed = String::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        shapes += 1;
        let mut shape: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let found = if name.starts_with("operation_") {
            let operation = shape["operation"].take();
            generated(&shape["definitions"], operation, "src/api/shapes")
        } else {
            let answer = json!({"description": "OK", "schema": {"$ref": "#/definitions/Shape"}});
            let operation = json!({"responses": {"200": answer}});
            generated(&shape, operation, "src/models")
        };
        let golden = path.with_extension("rs");
        if bless {
            fs::write(&golden, found).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if expected != found {
            let difference = difference(&expected, &found);
            writeln!(changed, "{}:\n{difference}", golden.display()).unwrap();
        }
    }
    assert!(shapes >= 10, "{shapes}");
    assert!(changed.is_empty(), "{changed}");
}
