//! Every rule of the loader, on small documents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

/// A table of cases, one a line: what is given, and what is expected.
macro_rules! table {
    ($($first:expr $(, $given:expr)* => $expected:expr;)+) => {
        [$(($first, $($given,)* $expected)),+]
    };
}

mod damage;
mod files;
mod operations;
mod parameters;
mod references;
mod schemas;
mod shapes;

use std::io::Write;

use genesys_codegen::load::{LoadError, Spec, load_bytes, load_str};
use openapiv3::{
    AdditionalProperties, IntegerFormat, MediaType, OpenAPI, Operation, Parameter, ParameterData,
    ParameterSchemaOrContent, QueryStyle, ReferenceOr, Schema, SchemaKind, SecurityScheme,
    StatusCode, StringFormat, Type, VariantOrUnknownOrEmpty,
};
use serde_json::{Value, json};

const USER: &str = "/paths/~1users~1{id}/get";

/// A small Swagger document with something of everything.
fn swagger() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2", "x-any": [1]},
        "host": "api.example.com",
        "basePath": "/base/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "tags": [{"name": "Users", "description": "People."}],
        "securityDefinitions": {
            "OAuth": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://login/", "scopes": {"all": "all"}}
        },
        "responses": {"400": {"description": "Bad", "schema": {"$ref": "#/definitions/Error"}}},
        "parameters": {"expand": {"name": "expand", "in": "query", "type": "string"}},
        "paths": {
            "/users/{id}": {
                "get": {
                    "operationId": "getUserById",
                    "x-purecloud-method-name": "getUser",
                    "tags": ["Users"],
                    "security": [{"OAuth": []}],
                    "parameters": [
                        {"name": "id", "in": "path", "required": true, "type": "string"}
                    ],
                    "responses": {
                        "200": {"description": "OK", "schema": {"$ref": "#/definitions/User"}},
                        "400": {"$ref": "#/responses/400"}
                    }
                }
            }
        },
        "definitions": {
            "User": {"type": "object", "properties": {"name": {"type": "string"}}},
            "Error": {"type": "object", "properties": {}}
        }
    })
}

/// The same as OpenAPI 3.0.
fn openapi() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "v2"},
        "paths": {
            "/users/{id}": {
                "get": {
                    "operationId": "getUser",
                    "parameters": [
                        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}
                    ],
                    "responses": {
                        "200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}
                    }
                }
            }
        },
        "components": {"schemas": {"User": {"type": "object", "properties": {"name": {"type": "string"}}}}}
    })
}

/// Sets the value at a JSON pointer, whose last key may be new; `-` appends.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent).expect(pointer) {
        Value::Object(object) => drop(object.insert(key, value)),
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
}

fn with(mut document: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        set(&mut document, pointer, value.clone());
    }
    document
}

fn without(mut document: Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().remove(key).unwrap();
    document
}

fn load(document: &Value) -> Result<Spec, LoadError> {
    load_str("test.json", &document.to_string())
}

fn document(document: &Value) -> OpenAPI {
    let spec = load(document).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(spec.diagnostics.report(), [""; 0]);
    spec.document
}

/// What is at the pointer is told of, with all of the words: in a warning, in the reason why an operation is left out, or in the error that
/// refuses the document as a whole.
#[track_caller]
fn told(document: &Value, pointer: &str, words: &[&str]) {
    let found: Vec<(String, String)> = match load(document) {
        Err(error) => vec![(
            error.pointer().unwrap_or_default().to_owned(),
            error.to_string(),
        )],
        Ok(spec) => {
            let warnings = spec.diagnostics.warnings.iter();
            let warnings = warnings.map(|one| (one.pointer.clone(), one.to_string()));
            let left_out = spec.diagnostics.left_out.iter();
            let left_out = left_out.map(|one| (one.pointer.clone(), one.to_string()));
            warnings.chain(left_out).collect()
        }
    };
    assert!(
        found
            .iter()
            .any(|(place, text)| place == pointer && words.iter().all(|word| text.contains(word))),
        "{pointer} {words:?}: {found:#?}"
    );
    for (place, text) in found {
        assert!(document.pointer(&place).is_some(), "{text}");
        assert!(text.starts_with("test.json"), "{text}");
        assert!(text.lines().all(|line| line.len() < 500), "{text}");
    }
}

#[track_caller]
fn text_refused(text: &str, pointer: Option<&str>, words: &[&str]) {
    let error = load_str("test.json", text).map(drop).unwrap_err();
    let message = error.to_string();
    assert_eq!(error.pointer(), pointer, "{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
    assert!(message.starts_with("test.json"), "{message}");
    assert_eq!(message.lines().count(), 2, "{message}");
    assert!(message.lines().all(|line| line.len() < 500), "{message}");
}

fn operation<'d>(document: &'d OpenAPI, path: &str) -> &'d Operation {
    document
        .operations()
        .find(|(found, ..)| *found == path)
        .map(|(_, _, operation)| operation)
        .unwrap()
}

/// The schema that a Swagger definition becomes.
fn definition(schema: Value) -> ReferenceOr<Schema> {
    let document = document(&with(swagger(), &[("/definitions/Tested", schema)]));
    document.components.unwrap().schemas["Tested"].clone()
}

fn kind(schema: Value) -> SchemaKind {
    match definition(schema) {
        ReferenceOr::Item(schema) => schema.schema_kind,
        ReferenceOr::Reference { reference } => panic!("{reference}"),
    }
}

/// The parameters and the body of an operation with these parameters besides `id`.
fn inputs(parameters: &[Value]) -> Operation {
    let changes: Vec<(String, Value)> = parameters
        .iter()
        .map(|parameter| (format!("{USER}/parameters/-"), parameter.clone()))
        .collect();
    let mut changed = swagger();
    for (pointer, value) in changes {
        set(&mut changed, &pointer, value);
    }
    operation(&document(&changed), "/users/{id}").clone()
}

fn schema_of(data: &ParameterData) -> &Schema {
    match &data.format {
        ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) => schema,
        other => panic!("{other:?}"),
    }
}
