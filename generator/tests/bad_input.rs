//! Specs that are wrong, and specs that are merely strange: one clear error before anything is written, or code that compiles.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use genesys_codegen::Config;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What turns the direction of text around, and back.
const BIDI: &str = "\u{202e}evil\u{202c}\u{2066}\u{200f}";

/// Text that is markup, code or the end of a comment in one language or another.
fn prose() -> String {
    let lines = [
        "ends */ a comment and starts /* another //! one",
        "`code` ```rust fn broken( ``` ``` unclosed `",
        "#![allow(warnings)] #[doc = \"x\"] \"] } fn x() { {{ template }} {% raw %} {# c #}",
        "[link](javascript:alert(1)) [`Option`] [nowhere] [ref]: x ![image](y) [^note]",
        "<b>bold <script>alert(1)</script> <br> <unclosed <a@b.c> &amp; &lt;",
        "https://example.com/a_b?c=d&e=[f] (http://x.io) ftp://host www.x.io https://]",
        "\\ backslash at the end \\",
        "# heading\n## another\n- item\n1. item\n> quote\n    indented code\n| a | b |\n|---|---|\n---\n===",
        "\r\u{0}\u{7}\u{1b}[31m\u{2028}\u{85}\t\u{feff}",
        BIDI,
    ];
    lines.join("\n\n")
}

/// Names that mean something else where they are written, or try to. Tags that no feature can be called like are errors, and tested as such.
#[derive(Deserialize)]
struct Names {
    definitions: Vec<String>,
    properties: Vec<String>,
    parameters: Vec<String>,
    values: Vec<String>,
    operations: Vec<String>,
    tags: Vec<String>,
}

static NAMES: LazyLock<Names> =
    LazyLock::new(|| serde_json::from_str(include_str!("strange_names.json")).unwrap());

fn reference(name: &str) -> Value {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    json!({"$ref": format!("#/definitions/{escaped}")})
}

/// An object whose properties have the given names and every type in turn.
fn object() -> Value {
    let types = [
        json!({"type": "string"}),
        json!({"type": "array", "items": reference("String")}),
        json!({"type": "object", "additionalProperties": reference("Option")}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "enum": NAMES.values}),
        reference("Box"),
        json!({"type": "object"}),
        json!({"type": "integer", "format": "int64"}),
    ];
    let mut properties = Map::new();
    for (index, name) in NAMES.properties.iter().enumerate() {
        let mut property = types[index % types.len()].clone();
        property["description"] = json!(prose());
        properties.insert(name.clone(), property);
    }
    json!({"type": "object", "description": prose(), "properties": properties})
}

/// All strange names and texts at once.
fn strange() -> Value {
    let mut definitions = Map::new();
    for name in &NAMES.definitions {
        definitions.insert(name.clone(), object());
    }
    definitions.insert("thing".to_owned(), object());
    let mut long = object();
    long["description"] = json!(format!("{} {}", "word ".repeat(1000), "x".repeat(10_240)));
    definitions.insert("Long".to_owned(), long);

    let mut paths = Map::new();
    for (index, name) in NAMES.operations.iter().enumerate() {
        let mut parameters: Vec<Value> = NAMES.parameters
            .iter()
            .enumerate()
            .map(|(place, name)| {
                json!({
                    "name": name, "in": "query", "type": "string", "description": prose(),
                    "required": (index + place) % 2 == 0, "default": "\"; panic!(); */ `x` {{y}} \u{202e}"
                })
            })
            .collect();
        parameters
            .push(json!({"name": "mode", "in": "query", "type": "string", "enum": NAMES.values}));
        parameters.push(json!({
            "name": "anything", "in": "body", "required": index % 2 == 0,
            "schema": reference(&NAMES.definitions[index])
        }));
        let answer = match index % 3 {
            0 => json!({"type": "object", "additionalProperties": reference("BTreeMap")}),
            1 => reference("thing"),
            _ => reference("GetThing"),
        };
        let tag = NAMES.tags[index % NAMES.tags.len()].as_str();
        let tags = if index % 4 == 0 && tag != "Things" {
            vec![tag, "Things"]
        } else {
            vec![tag]
        };
        let operation = json!({
            "operationId": name, "x-purecloud-method-name": name, "tags": tags,
            "summary": prose(), "description": prose(), "deprecated": index % 5 == 0,
            "x-inin-requires-permissions": {"type": "ANY", "permissions": ["a:`b`:*", "c\n\"*/"]},
            "x-inin-error-codes": {"code\"); fn x(": "why */"},
            "parameters": parameters,
            "responses": {"200": {"description": prose(), "schema": answer}}
        });
        let path = format!("/things/{index}");
        paths.insert(path, json!({"post": operation}));
    }
    let tags: Vec<Value> = NAMES
        .tags
        .iter()
        .map(|tag| json!({"name": tag, "description": prose()}))
        .collect();
    json!({
        "swagger": "2.0",
        "info": {"title": format!("Strange {}", prose()), "version": "v2"},
        "tags": tags, "paths": paths, "definitions": definitions
    })
}

/// Where cargo has put this test, and so where its dependencies lie.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

/// Runs cargo on a crate, offline, and wants neither an error nor a warning.
fn cargo(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args([
            "--offline",
            "--quiet",
            "--no-default-features",
            "--features",
            "full",
        ])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target())
        .env("RUSTDOCFLAGS", "-Dwarnings")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let said: String = said.chars().take(20_000).collect();
    assert!(
        output.status.success() && !said.contains("warning"),
        "cargo {arguments:?}:\n{said}"
    );
}

#[test]
fn whatever_is_named_or_described_strangely_compiles() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("strange.json");
    fs::write(&spec, strange().to_string()).unwrap();
    let out = folder.path().join("strange");
    Config::new()
        .spec(&spec)
        .generate_into(&out)
        .unwrap_or_else(|error| panic!("{error}"));

    stand_alone(&out);
    cargo(&out, &["check"]);
    cargo(&out, &["doc", "--no-deps"]);
}

/// Makes a crate that builds outside a workspace, with the same profile and versions, so that dependencies are built once.
fn stand_alone(out: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock")).unwrap();
    let manifest = out.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let profile = "\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n\n[workspace]\n";
    fs::write(&manifest, text + profile).unwrap();
}

#[test]
fn a_crate_without_models_or_operations_compiles_without_a_warning() {
    let operation = json!({
        "operationId": "deleteUsers", "x-purecloud-method-name": "deleteUsers", "tags": ["Users"],
        "responses": {"204": {"description": "No Content"}}
    });
    let paths = json!({"/users": {"delete": operation}});
    let user = json!({"User": {"type": "object", "properties": {"name": {"type": "string"}}}});
    for (paths, definitions, is_slice) in [
        (json!({}), json!({}), false),
        (json!({}), user, false),
        (paths.clone(), json!({}), false),
        (paths, json!({}), true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("small.json");
        let document = json!({
            "swagger": "2.0", "info": {"title": "Test", "version": "v2"}, "paths": paths, "definitions": definitions
        });
        fs::write(&spec, document.to_string()).unwrap();
        let out = folder.path().join("out");
        let mut config = Config::new().spec(&spec);
        if is_slice {
            config = config.tags(["users"]);
        }
        let built = config.build().unwrap();
        let rendered = config.render(built).unwrap();
        rendered.write(&out).unwrap();
        stand_alone(&out);
        cargo(&out, &["check"]);
    }
}

/// A spec with one operation and one model.
fn small() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {"/users": {"get": {
            "operationId": "getUsers", "x-purecloud-method-name": "getUsers", "tags": ["Users"],
            "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/User"}}}
        }}},
        "definitions": {"User": {"type": "object", "properties": {"name": {"type": "string"}}}}
    })
}

/// `small()` with another value at a pointer.
fn with(pointer: &str, value: Value) -> String {
    let mut spec = small();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    spec.pointer_mut(parent).unwrap()[key] = value;
    spec.to_string()
}

/// The spec is refused with one error, or with `--strict` at the first warning, that has all of the words; and the folder stays as it is, be it absent, empty or full.
#[track_caller]
fn refused(name: &str, spec: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, spec).unwrap();
    let config = Config::new().spec(&file).strict(true);
    let absent = folder.path().join("absent");
    let message = config.generate_into(&absent).unwrap_err().to_string();
    assert!(!absent.exists(), "{message}");

    let full = folder.path().join("full");
    let good = folder.path().join("good.json");
    fs::write(&good, small().to_string()).unwrap();
    Config::new().spec(&good).generate_into(&full).unwrap();
    let before = tree(&full);
    assert_eq!(
        config.generate_into(&full).unwrap_err().to_string(),
        message
    );
    assert_eq!(tree(&full), before, "{message}");

    assert!(message.contains(name), "no file in: {message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
    assert!(
        message.lines().count() <= 5 && message.len() < 1000,
        "{message}"
    );
    let control = |character: char| character.is_control() && character != '\n';
    assert!(!message.contains(control), "{message:?}");
}

/// Every file below a folder, with its bytes and the time it was written.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let written = fs::metadata(&path).unwrap().modified().unwrap();
                found.push((path.clone(), fs::read(&path).unwrap(), written));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_no_json_is_refused() {
    let text = small().to_string();
    refused("short.json", &text[..text.len() / 2], &["line 1"]);
    refused("empty.json", "", &[]);
    refused(
        "spec.json",
        "openapi: 3.0.0\ninfo:\n  title: Test\n",
        &["YAML"],
    );
}

#[test]
fn other_versions_are_refused() {
    let spec = json!({"openapi": "3.1.0", "info": {"title": "Test", "version": "1"}, "paths": {}});
    refused("next.json", &spec.to_string(), &["/openapi", "3.1.0"]);
}

#[test]
fn a_reference_to_nowhere_is_told_of() {
    let spec = with(
        "/definitions/User/properties/name",
        json!({"$ref": "#/definitions/Gone"}),
    );
    refused(
        "gone.json",
        &spec,
        &["/definitions/User/properties/name", "Gone"],
    );
}

#[test]
fn two_operations_of_one_name_are_told_of() {
    let mut spec = small();
    let twin = spec["paths"]["/users"].clone();
    spec["paths"]["/people"] = twin;
    refused(
        "twins.json",
        &spec.to_string(),
        &["getUsers", "~1users", "~1people"],
    );
}

#[test]
fn tags_that_cannot_be_features_are_told_of() {
    for tag in ["..", "", "日本", "\u{202e}", "Full", "default"] {
        let spec = with("/paths/~1users/get/tags", json!([tag]));
        refused(
            "tags.json",
            &spec,
            &["spec/fixups.toml", "/paths/~1users/get"],
        );
    }
    let mut spec = small();
    let mut other = spec["paths"]["/users"].clone();
    other["get"]["operationId"] = json!("other");
    other["get"]["x-purecloud-method-name"] = json!("other");
    other["get"]["tags"] = json!(["users!"]);
    spec["paths"]["/others"] = other;
    refused("clash.json", &spec.to_string(), &["users!", "users-2"]);
}

#[test]
fn paths_that_are_none_are_told_of() {
    let operation = small()["paths"]["/users"].clone();
    for path in [
        "../../x",
        "/../../x",
        "/a\"); fn x(",
        "/`",
        "/new\nline",
        "",
        "users",
        "http://elsewhere/x",
        "/users?x=1",
        "/users/{id",
    ] {
        let mut spec = small();
        spec["paths"][path] = operation.clone();
        spec["paths"].as_object_mut().unwrap().remove("/users");
        refused("paths.json", &spec.to_string(), &["/paths/"]);
    }
}
