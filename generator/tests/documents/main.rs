//! Documents as they are: the shapes of the file that Genesys publishes (`published.json`), those of other people's documents
//! (`others.json`), and documents that are broken on purpose.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broken;
mod compile;
mod odd;
mod others;
mod published;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use genesys_codegen::ir::{Api, Field, Model, Operation, Parameter, Type};
use genesys_codegen::load::{LeftOut, Warning};
use genesys_codegen::{Config, GenerateError};
use serde_json::{Value, json};

fn published() -> Value {
    serde_json::from_str(include_str!("published.json")).unwrap()
}

fn others() -> Value {
    serde_json::from_str(include_str!("others.json")).unwrap()
}

/// Reads a document as `generate` does. Whatever is told of it has a place that the file has.
#[track_caller]
fn read(document: &Value) -> Api {
    let api = try_read(document).unwrap_or_else(|error| panic!("{error}"));
    let places = api.diagnostics.warnings.iter();
    let places = places.map(|one| (&one.pointer, one.to_string()));
    let left_out = api.diagnostics.left_out.iter();
    let left_out = left_out.map(|one| (&one.pointer, one.to_string()));
    for (pointer, text) in places.chain(left_out) {
        assert!(document.pointer(pointer).is_some(), "{text}");
    }
    api
}

fn try_read(document: &Value) -> Result<Api, GenerateError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.json");
    fs::write(&path, document.to_string()).unwrap();
    Config::new().spec(&path).build().map(|built| built.api)
}

/// A Swagger 2.0 document with one operation, `GET /things`.
fn with_operation(operation: Value) -> Value {
    let mut whole = json!({
        "tags": ["Things"], "operationId": "getThings", "responses": {"200": {"description": "OK"}}
    });
    for (key, value) in operation.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({
        "swagger": "2.0", "info": {"title": "Test", "version": "1"},
        "paths": {"/things": {"get": whole}}, "definitions": {}
    })
}

/// A Swagger 2.0 document whose one definition has one property, `it`.
fn with_property(property: Value) -> Value {
    let mut document = with_operation(json!({
        "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/Thing"}}}
    }));
    document["definitions"]["Thing"] = json!({"type": "object", "properties": {"it": property}});
    document
}

#[track_caller]
fn operation<'a>(api: &'a Api, name: &str) -> &'a Operation {
    let found = api.operations.iter().find(|one| one.wire_name == name);
    found.unwrap_or_else(|| panic!("no {name}: {:#?}", api.diagnostics.report()))
}

#[track_caller]
fn model<'a>(api: &'a Api, name: &str) -> &'a Model {
    let found = api.models.iter().find(|one| one.wire_name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[track_caller]
fn field<'a>(api: &'a Api, of: &str, name: &str) -> &'a Field {
    let fields = &model(api, of).fields;
    let found = fields.iter().find(|one| one.wire_name == name);
    found.unwrap_or_else(|| panic!("no {of}.{name}"))
}

#[track_caller]
fn parameter<'a>(operation: &'a Operation, name: &str) -> &'a Parameter {
    let mut all = operation.arguments.iter().chain(&operation.setters);
    all.find(|one| one.wire_name == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// The warnings at a place.
#[track_caller]
fn warned<'a>(api: &'a Api, pointer: &str, words: &str) -> &'a Warning {
    let mut found = api.diagnostics.warnings.iter();
    found
        .find(|one| one.pointer == pointer && one.message.contains(words))
        .unwrap_or_else(|| panic!("{pointer}: {:#?}", api.diagnostics.warnings))
}

/// The operation of this name is left out because of what is at the pointer.
#[track_caller]
fn left_out<'a>(api: &'a Api, name: &str, pointer: &str, words: &str) -> &'a LeftOut {
    let mut found = api.diagnostics.left_out.iter();
    let found = found
        .find(|one| one.operation == name)
        .unwrap_or_else(|| panic!("{name}: {:#?}", api.diagnostics.report()));
    assert_eq!(found.pointer, pointer, "{found}");
    assert!(found.reason.contains(words), "{found}");
    assert!(api.operations.iter().all(|one| one.wire_name != name));
    found
}
