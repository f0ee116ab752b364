//! The order of the members of an object means nothing: another one gives the same output, and is no new release.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use genesys_codegen::Config;
use serde_json::{Value, json};
use support::{Outcome, ROOT, generator};

/// The JSON text of a value, with the members of every object in random order.
fn shuffled(value: &Value, random: &mut fastrand::Rng) -> String {
    fn write(value: &Value, random: &mut fastrand::Rng, text: &mut String) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                random.shuffle(&mut members);
                text.push('{');
                for (index, (key, value)) in members.into_iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(text, "{comma}{}:", json!(key)).unwrap();
                    write_list_or_value(value, random, text);
                }
                text.push('}');
            }
            other => write_list_or_value(other, random, text),
        }
    }
    fn write_list_or_value(value: &Value, random: &mut fastrand::Rng, text: &mut String) {
        match value {
            Value::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    write(item, random, text);
                }
                text.push(']');
            }
            Value::Object(_) => write(value, random, text),
            other => write!(text, "{other}").unwrap(),
        }
    }
    let mut text = String::new();
    write(value, random, &mut text);
    text
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The output for a spec text.
fn rendered(text: &str) -> BTreeMap<PathBuf, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("genesys-cloud.json"), text).unwrap();
    let config = Config::new().spec(folder.path());
    let built = config.build().unwrap();
    let files = config.render(built).unwrap().files;
    files
        .into_iter()
        .filter(|(path, _)| !path.starts_with("src/runtime"))
        .collect()
}

fn assert_same(one: &BTreeMap<PathBuf, String>, other: &BTreeMap<PathBuf, String>, what: &str) {
    assert!(one.keys().eq(other.keys()), "{what}: other files");
    for (path, text) in one {
        assert!(other[path] == *text, "{what}: {} differs", path.display());
    }
}

/// A document with the definitions of all the golden specs, and operations with what is a map in a document.
fn small() -> Value {
    let mut definitions = json!({});
    for entry in fs::read_dir(Path::new(ROOT).join("tests/golden/specs")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let spec = read(&path);
            for (name, schema) in spec["definitions"].as_object().into_iter().flatten() {
                definitions[name] = schema.clone();
            }
        }
    }
    let names = definitions.as_object().unwrap().keys();
    let responses = |name: &str| {
        json!({
            "200": {"description": "OK", "schema": {"$ref": format!("#/definitions/{name}")}},
            "202": {"description": "Accepted"},
            "400": {"description": "Bad", "x-inin-error-codes": {"b.c": "C", "a.b": "B"}},
        })
    };
    let paths = names.enumerate().map(|(index, name)| {
        let tag = ["One", "Two", "Three"][index % 3];
        let operation = |method: &str| {
            json!({
                "operationId": format!("{method}Thing{index}"),
                "tags": [tag, "Four"],
                "responses": responses(name),
            })
        };
        let item = json!({"get": operation("get"), "post": operation("post"), "delete": operation("delete")});
        (format!("/api/v2/things/{index}"), item)
    });
    let paths: serde_json::Map<_, _> = paths.collect();
    json!({
        "swagger": "2.0",
        "info": {"title": "Small", "version": "v2"},
        "tags": [{"name": "One", "description": "1"}, {"name": "Two"}],
        "paths": paths,
        "definitions": definitions,
    })
}

#[test]
fn a_small_spec_gives_the_same_bytes_in_any_order() {
    let mut random = fastrand::Rng::with_seed(12);
    let spec = small();
    let expected = rendered(&spec.to_string());
    assert!(expected.len() > 100, "{}", expected.len());
    for round in 0..8 {
        let text = shuffled(&spec, &mut random);
        assert_same(&expected, &rendered(&text), &format!("round {round}"));
    }
}

#[test]
fn another_order_is_no_new_release() {
    let root = tempfile::tempdir().unwrap();
    let run = |command: &str, arguments: &[&str]| {
        let mut process = generator();
        process.arg(command).current_dir(root.path());
        process.args(["--spec", "spec"]).args(arguments);
        if command != "fetch" {
            process.args(["--out", "generated"]);
        }
        Outcome::from_command(&mut process).assert_done()
    };
    let incoming = tempfile::tempdir().unwrap();
    let file = incoming.path().join("incoming.json");
    let from = ["--from", file.to_str().unwrap()];
    let mut random = fastrand::Rng::with_seed(3);
    fs::write(&file, shuffled(&small(), &mut random)).unwrap();
    run("fetch", &from);
    run("generate", &[]);
    let before = support::files(root.path());
    for command in ["fetch", "upgrade"] {
        fs::write(&file, shuffled(&small(), &mut random)).unwrap();
        run(command, &from).assert_stderr(&["up to date (release 1"]);
        assert_eq!(support::files(root.path()), before);
    }
}

// Rendering sees nothing but the ir, so that this stands for the bytes.
#[test]
fn the_real_spec_gives_the_same_bytes_in_any_order() {
    let spec = read(&Path::new(ROOT).join("spec/genesys-cloud.json"));
    let text = shuffled(&spec, &mut fastrand::Rng::with_seed(7));
    let folder = tempfile::tempdir().unwrap();
    let api = |text: &str| {
        let file = folder.path().join("spec.json");
        fs::write(&file, text).unwrap();
        let mut built = Config::new().spec(file).build().unwrap();
        built.api.sha256.clear();
        format!("{:#?}", built.api)
    };
    let (one, other) = (api(&spec.to_string()), api(&text));
    let differing = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    assert_eq!(differing, None);
    assert_eq!(one.len(), other.len());
}
