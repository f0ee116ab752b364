//! Every rule of the intermediate representation, on small documents.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// A table of cases, one a line: what is given, and what is expected.
macro_rules! table {
    ($($first:expr $(, $given:expr)* => $expected:expr;)+) => {
        [$(($first, $($given,)* $expected)),+]
    };
}

mod bodies;
mod names;
mod operations;
mod overrides;
mod schemas;
mod security;
mod shared_enums;
mod slices;

use std::collections::BTreeSet;

use genesys_codegen::ir::{
    Api, EnumHome, EnumRepr, Field, IrError, ListStyle, Location, Model, Operation, Options,
    Output, PathPiece, Selection, Type, build, select, stats,
};
use genesys_codegen::load::{LoadError, load_str};
use genesys_codegen::spec::{Folder, IDEMPOTENT_FILE, Overrides, PAGING_FILE};
use serde_json::{Value, json};

fn try_build_with(document: &Value, overrides: Overrides) -> Result<Api, IrError> {
    let spec = load_str("test.json", &document.to_string()).unwrap();
    let options = Options {
        overrides,
        ..Options::default()
    };
    build(&spec.document, &options)
}

/// The overrides of a folder with these two files.
fn overrides(paging: &str, idempotent: &str) -> Result<Overrides, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [(PAGING_FILE, paging), (IDEMPOTENT_FILE, idempotent)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    Folder::read(folder.path())?.overrides()
}

fn try_build(document: &Value) -> Result<Api, IrError> {
    try_build_with(document, Overrides::default())
}

/// A Swagger 2.0 document with these definitions, and an operation that returns the first of them.
fn with_definitions(definitions: Value) -> Value {
    let names: Vec<String> = definitions.as_object().unwrap().keys().cloned().collect();
    let mut paths = serde_json::Map::new();
    for (index, name) in names.iter().enumerate() {
        let reference = format!("#/definitions/{name}");
        paths.insert(
            format!("/api/v2/things/{index}"),
            json!({"get": {
                "tags": ["Things"], "operationId": format!("getThing{index}"),
                "responses": {"200": {"description": "", "schema": {"$ref": reference}}}
            }}),
        );
    }
    json!({
        "swagger": "2.0", "info": {"title": "Test", "version": "1"}, "paths": paths, "definitions": definitions
    })
}

/// A Swagger 2.0 document with this operation at this path.
fn with_operation(path: &str, method: &str, operation: Value) -> Value {
    let mut whole = json!({"tags": ["Things"], "operationId": "doThing", "responses": {"204": {"description": ""}}});
    for (key, value) in operation.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({
        "swagger": "2.0", "info": {"title": "Test", "version": "1"}, "paths": {path: {method: whole}},
        "definitions": {
            "Thing": {"type": "object", "properties": {"id": {"type": "string"}}},
            "Other": {"type": "object", "properties": {"id": {"type": "string"}}},
            "Listing": {"type": "object", "properties": {
                "entities": {"type": "array", "items": {"$ref": "#/definitions/Thing"}},
                "pageCount": {"type": "integer"}, "total": {"type": "integer"}, "cursor": {"type": "string"}
            }}
        }
    })
}

/// The same in OpenAPI 3.0.
fn openapi(schemas: Value) -> Value {
    let mut document = with_definitions(schemas);
    let schemas = document
        .as_object_mut()
        .unwrap()
        .remove("definitions")
        .unwrap();
    document.as_object_mut().unwrap().remove("swagger");
    document["openapi"] = json!("3.0.3");
    for path in document["paths"].as_object_mut().unwrap().values_mut() {
        let response = &mut path["get"]["responses"]["200"];
        let schema = response.as_object_mut().unwrap().remove("schema").unwrap();
        let name = schema["$ref"]
            .as_str()
            .unwrap()
            .replace("definitions", "components/schemas");
        response["content"] = json!({"application/json": {"schema": {"$ref": name}}});
    }
    document["components"] = json!({"schemas": schemas});
    document
}

fn model<'a>(api: &'a Api, wire_name: &str) -> &'a Model {
    let found = api.models.iter().find(|model| model.wire_name == wire_name);
    found.unwrap_or_else(|| panic!("no model {wire_name}"))
}

fn field<'a>(model: &'a Model, wire_name: &str) -> &'a Field {
    let found = model
        .fields
        .iter()
        .find(|field| field.wire_name == wire_name);
    found.unwrap_or_else(|| panic!("no field {wire_name}"))
}

fn only_operation(document: &Value) -> Operation {
    let api = try_build(document).unwrap();
    assert_eq!(api.operations.len(), 1);
    api.operations[0].clone()
}

fn operation_error(path: &str, method: &str, operation: Value) -> String {
    let api = try_build(&with_operation(path, method, operation)).unwrap();
    let [left_out] = &api.diagnostics.left_out[..] else {
        panic!("{:?}", api.diagnostics);
    };
    assert!(api.operations.is_empty() && api.tags.is_empty());
    left_out.to_string()
}

fn list(item: Type) -> Type {
    Type::List(Box::new(item))
}

fn map(value: Type) -> Type {
    Type::Map(Box::new(value))
}

const NO_ENTRIES: &str = "";
