//! Every rule of the loader, on small documents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

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
    assert_eq!(spec.warnings, []);
    spec.document
}

/// The document is refused at the pointer, with all of the words in the message.
#[track_caller]
fn refused(document: &Value, pointer: &str, words: &[&str]) {
    text_refused(&document.to_string(), Some(pointer), words);
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

mod files {
    use super::*;

    #[test]
    fn both_dialects_load() {
        let spec = load(&swagger()).unwrap();
        assert_eq!(spec.source.to_str(), Some("test.json"));
        assert_eq!(spec.document.openapi, "3.0.3");
        assert_eq!(spec.document.info.extensions["x-any"], json!([1]));
        assert_eq!(spec.document.operations().count(), 1);
        assert_eq!(load(&openapi()).unwrap().document.operations().count(), 1);
    }

    #[test]
    fn gzip_is_recognised_by_its_bytes_and_does_not_change_the_hash() {
        let text = swagger().to_string();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let plain = load_str("a.json", &text).unwrap();
        let unpacked = load_bytes("a.json.gz", &packed).unwrap();
        assert_eq!(unpacked.document, plain.document);
        assert_eq!(unpacked.sha256, plain.sha256);

        let error = load_bytes("a.json.gz", &packed[..packed.len() / 2]).unwrap_err();
        assert!(error.to_string().contains("gzip"), "{error}");
    }

    #[test]
    fn the_hash_is_that_of_every_byte() {
        let spec = load_str("a.json", &swagger().to_string()).unwrap();
        assert_eq!(spec.sha256.len(), 64);
        let other = load_str("a.json", &format!("{} ", swagger())).unwrap();
        assert_ne!(spec.sha256, other.sha256);
    }

    #[test]
    fn a_byte_order_mark_is_ignored() {
        load_str("a.json", &format!("\u{feff}{}", swagger())).unwrap();
    }

    #[test]
    fn what_is_no_json_is_named() {
        text_refused("", None, &["empty"]);
        text_refused(" \n", None, &["empty"]);
        text_refused("<!DOCTYPE html><html></html>", None, &["HTML"]);
        text_refused("openapi: 3.0.0\ninfo:\n", None, &["YAML", "yq"]);
        text_refused("---\nswagger: '2.0'\n", None, &["YAML"]);
        text_refused("# a comment\n\nswagger: '2.0'\n", None, &["YAML"]);
        text_refused("[1, 2]", None, &["not a JSON object", "[1, 2]"]);
        text_refused("Not found", None, &["not a JSON object", "Not found"]);
        let error = load_bytes("test.json", b"{\"a\": \"\xff\"}").unwrap_err();
        assert!(error.to_string().contains("offset 7"), "{error}");
    }

    #[test]
    fn truncated_json_is_named_with_the_place() {
        let text = swagger().to_string();
        for end in 1..text.len() {
            let error = load_str("test.json", &text[..end]).unwrap_err();
            assert!(error.problem().contains("truncated"), "{error}");
        }
        text_refused(
            r#"{"paths": {"/a": [1, 2"#,
            Some("/paths/~1a/2"),
            &["truncated", "line 1"],
        );
    }

    #[test]
    fn invalid_json_is_named_with_the_place() {
        text_refused(
            "{\"a\":\n {\"b\": nope}}",
            Some("/a/b"),
            &["not valid JSON", "line 2"],
        );
        text_refused("{} {}", Some(""), &["not valid JSON", "trailing"]);
        text_refused(r#"{"a": 1e999}"#, Some("/a"), &["not valid JSON"]);
    }

    #[test]
    fn a_key_written_twice_is_refused() {
        text_refused(
            r#"{"swagger": "2.0", "paths": {"/a": {"get": {}, "post": {}, "get": {}}}}"#,
            Some("/paths/~1a/get"),
            &["\"get\" appears twice"],
        );
        // Also where escapes hide it, and in objects with many keys.
        text_refused(r#"{"a": 1, "\u0061": 2}"#, Some("/a"), &["twice"]);
        let many: Vec<String> = (0..40).map(|index| format!("\"k{index}\": 0")).collect();
        let text = format!("{{\"x\": {{{}, \"k7\": 1}}}}", many.join(","));
        text_refused(&text, Some("/x/k7"), &["\"k7\" appears twice"]);
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        for depth in [64, 127, 128, 100_000] {
            let text = format!("{{\"a\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
            let error = load_str("test.json", &text).unwrap_err();
            assert!(error.problem().contains("nested"), "{error}");
            assert_eq!(
                error.pointer(),
                Some(format!("/a{}", "/0".repeat(63)).as_str())
            );
        }
    }

    #[test]
    fn nesting_to_the_limit_is_read() {
        let mut schema = json!({"type": "string"});
        for _ in 0..61 {
            schema = json!({"type": "array", "items": schema});
        }
        let mut inner = &definition(schema);
        let mut depth = 0;
        while let ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Array(array)),
            ..
        }) = inner
        {
            let items = array.items.clone().unwrap().unbox();
            inner = Box::leak(Box::new(items));
            depth += 1;
        }
        assert_eq!(depth, 61);
    }

    #[test]
    fn other_versions_are_named() {
        let version = |document: Value, key: &str, value: Value| with(document, &[(key, value)]);
        for (value, words) in [("3.1.0", "OpenAPI \"3.1.0\""), ("4.0", "OpenAPI \"4.0\"")] {
            refused(
                &version(openapi(), "/openapi", json!(value)),
                "/openapi",
                &[words, "OpenAPI 3.0"],
            );
        }
        refused(
            &version(openapi(), "/openapi", json!(3.0)),
            "/openapi",
            &["expected a string"],
        );
        refused(
            &version(swagger(), "/swagger", json!("1.2")),
            "/swagger",
            &["Swagger \"1.2\""],
        );
        refused(
            &version(swagger(), "/openapi", json!("3.0.0")),
            "",
            &["both"],
        );
        refused(&json!({"a": 1}), "", &["no API description"]);
    }

    #[test]
    fn messages_neither_grow_with_the_spec_nor_control_the_terminal() {
        let long = "x".repeat(10_000);
        let error = load(&with(swagger(), &[("/definitions/User/type", json!(long))]));
        assert!(error.unwrap_err().to_string().len() < 1_000);
        let error = load(&with(
            swagger(),
            &[("/definitions/User/\u{1b}[2J\n", json!(1))],
        ));
        let error = error.unwrap_err();
        assert_eq!(error.pointer(), Some("/definitions/User/\u{1b}[2J\n"));
        assert!(!error.to_string().contains('\u{1b}'));
        assert_eq!(error.to_string().lines().count(), 2);
    }
}

mod shapes {
    use super::*;

    /// Places in the Swagger document that are objects with a fixed set of keys.
    const SWAGGER_OBJECTS: [&str; 13] = [
        "",
        "/info",
        "/tags/0",
        "/securityDefinitions/OAuth",
        "/responses/400",
        "/parameters/expand",
        "/paths/~1users~1{id}",
        "/paths/~1users~1{id}/get",
        "/paths/~1users~1{id}/get/parameters/0",
        "/paths/~1users~1{id}/get/responses/200",
        "/paths/~1users~1{id}/get/responses/200/schema",
        "/definitions/User",
        "/definitions/User/properties/name",
    ];

    const OPENAPI_OBJECTS: [&str; 11] = [
        "",
        "/info",
        "/paths/~1users~1{id}",
        "/paths/~1users~1{id}/get",
        "/paths/~1users~1{id}/get/parameters/0",
        "/paths/~1users~1{id}/get/parameters/0/schema",
        "/paths/~1users~1{id}/get/responses/200",
        "/paths/~1users~1{id}/get/responses/200/content/application~1json",
        "/components",
        "/components/schemas/User",
        "/components/schemas/User/properties/name",
    ];

    fn places() -> impl Iterator<Item = (Value, &'static str)> {
        let swagger = SWAGGER_OBJECTS.iter().map(|place| (swagger(), *place));
        let openapi = OPENAPI_OBJECTS.iter().map(|place| (openapi(), *place));
        swagger.chain(openapi)
    }

    #[test]
    fn an_unknown_key_is_refused_everywhere() {
        for (document, place) in places() {
            let pointer = format!("{place}/surprise~1~0");
            refused(
                &with(document, &[(&pointer, json!(1))]),
                &pointer,
                &["unknown key \"surprise/~\"", "fixups.toml"],
            );
        }
    }

    #[test]
    fn an_unknown_vendor_extension_is_accepted_everywhere() {
        for (document, place) in places() {
            let pointer = format!("{place}/x-surprise");
            load(&with(document, &[(&pointer, json!({"deep": [1]}))])).unwrap();
        }
    }

    #[test]
    fn another_kind_of_value_is_refused_everywhere() {
        for (document, place) in places().filter(|(_, place)| !place.is_empty()) {
            for value in [json!(null), json!(7), json!("text"), json!([])] {
                refused(
                    &with(document.clone(), &[(place, value)]),
                    place,
                    &["expected", "found"],
                );
            }
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        for (place, key) in [
            ("", "info"),
            ("", "paths"),
            ("/info", "title"),
            ("/info", "version"),
            ("/tags/0", "name"),
            ("/securityDefinitions/OAuth", "type"),
            ("/securityDefinitions/OAuth", "scopes"),
            ("/securityDefinitions/OAuth", "authorizationUrl"),
            ("/responses/400", "description"),
            ("/parameters/expand", "type"),
            ("/parameters/expand", "name"),
            ("/parameters/expand", "in"),
            (USER, "responses"),
        ] {
            let document = without(swagger(), &format!("{place}/{key}"));
            refused(&document, place, &[&format!("needs the key {key:?}")]);
        }
        for (place, key) in [
            ("", "info"),
            ("", "paths"),
            ("/paths/~1users~1{id}/get/parameters/0", "schema"),
            ("/paths/~1users~1{id}/get/parameters/0", "in"),
            (USER, "responses"),
        ] {
            let document = without(openapi(), &format!("{place}/{key}"));
            refused(&document, place, &[&format!("needs the key {key:?}")]);
        }
    }

    #[test]
    fn wrong_values_are_refused_where_they_are() {
        for (pointer, value) in [
            ("/definitions/User/type", json!("strnig")),
            ("/definitions/User/type", json!(["string", "null"])),
            ("/definitions/User/required", json!(true)),
            ("/definitions/User/readOnly", json!("yes")),
            ("/definitions/User/minLength", json!(-1)),
            ("/definitions/User/maxItems", json!(1.5)),
            ("/definitions/User/enum", json!([])),
            ("/definitions/User/allOf", json!([])),
            ("/definitions/User/items", json!([{"type": "string"}])),
            ("/definitions/User/oneOf", json!([{"type": "string"}])),
            ("/definitions/User/nullable", json!(true)),
            ("/definitions/User/additionalProperties", json!("no")),
            ("/schemes", json!(["gopher"])),
            ("/basePath", json!("base")),
            ("/produces", json!(["json"])),
            ("/securityDefinitions/OAuth/flow", json!("magic")),
            ("/securityDefinitions/OAuth/type", json!("magic")),
            (
                "/paths/~1users~1{id}/get/parameters/0/in",
                json!("elsewhere"),
            ),
            (
                "/paths/~1users~1{id}/get/x-purecloud-method-name",
                json!(["a"]),
            ),
            ("/paths/~1users~1{id}/get/x-genesys-preview", json!("true")),
            (
                "/paths/~1users~1{id}/get/x-inin-requires-permissions",
                json!({"type": "ANY"}),
            ),
            (
                "/paths/~1users~1{id}/get/responses/200/x-inin-error-codes",
                json!([]),
            ),
        ] {
            let found = load(&with(swagger(), &[(pointer, value)])).unwrap_err();
            assert!(found.pointer().unwrap().starts_with(pointer), "{found}");
        }
        refused(
            &with(
                swagger(),
                &[(
                    "/paths/~1users~1{id}/get/x-inin-requires-permissions",
                    json!({"type": "SOME", "permissions": []}),
                )],
            ),
            "/paths/~1users~1{id}/get/x-inin-requires-permissions/type",
            &["ANY", "ALL", "SOME"],
        );
    }
}

mod damage {
    use super::*;

    /// The pointers of everything inside a value.
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        let mut inside = |key: &str, value: &Value| {
            let key = key.replace('~', "~0").replace('/', "~1");
            pointers(value, &format!("{at}/{key}"), found);
        };
        match value {
            Value::Object(object) => object.iter().for_each(|(key, value)| inside(key, value)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| inside(&index.to_string(), value)),
            _ => {}
        }
    }

    /// Whatever one value is replaced with, the document loads, or the error points into it.
    #[test]
    fn any_damage_is_survived_and_located() {
        for document in [swagger(), openapi()] {
            let mut places = Vec::new();
            pointers(&document, "", &mut places);
            assert!(places.len() > 20);
            let mut refusals = 0;
            for place in places {
                for value in [
                    json!(null),
                    json!(-1),
                    json!("#/definitions/User"),
                    json!([]),
                    json!([[]]),
                    json!({}),
                    json!({"$ref": "#/definitions/Error"}),
                    json!({"allOf": [{}]}),
                ] {
                    let mut damaged = document.clone();
                    *damaged.pointer_mut(&place).unwrap() = value;
                    let Err(error) = load(&damaged) else {
                        continue;
                    };
                    refusals += 1;
                    if let Some(pointer) = error.pointer() {
                        assert!(damaged.pointer(pointer).is_some(), "{place}: {error}");
                    } else {
                        assert_eq!(place, "", "{error}");
                    }
                }
            }
            assert!(refusals > 100, "{refusals}");
        }
    }
}

mod references {
    use super::*;

    const SCHEMA: &str = "/paths/~1users~1{id}/get/responses/200/schema/$ref";

    #[test]
    fn a_reference_to_nowhere_is_refused() {
        for (pointer, target) in [
            (SCHEMA, "#/definitions/Nobody"),
            ("/responses/400/schema/$ref", "#/definitions/Nobody"),
            (
                "/paths/~1users~1{id}/get/responses/400/$ref",
                "#/responses/Nobody",
            ),
            ("/definitions/Error/properties/a", "#/definitions/Nobody"),
            ("/definitions/Error/items", "#/definitions/Nobody"),
            (
                "/definitions/Error/additionalProperties",
                "#/definitions/Nobody",
            ),
            (
                "/paths/~1users~1{id}/get/parameters/-",
                "#/parameters/Nobody",
            ),
        ] {
            let (value, place) = if pointer.ends_with("$ref") {
                (json!(target), pointer.to_owned())
            } else {
                let place = pointer.replace("/-", "/1");
                (json!({"$ref": target}), format!("{place}/$ref"))
            };
            refused(
                &with(swagger(), &[(pointer, value)]),
                &place,
                &["Nobody", "leads nowhere"],
            );
        }
    }

    #[test]
    fn every_kind_of_reference_of_openapi_is_checked() {
        let places = [
            (USER, "requestBody", "requestBodies"),
            ("/paths/~1users~1{id}/get/parameters", "-", "parameters"),
            ("/paths/~1users~1{id}/get/responses", "400", "responses"),
            ("/components/schemas/User/properties", "other", "schemas"),
        ];
        for (parent, key, section) in places {
            let pointer = format!("{parent}/{key}");
            let value = json!({"$ref": format!("#/components/{section}/Nobody")});
            let found = format!("{}/$ref", pointer.replace("/-", "/1"));
            refused(
                &with(openapi(), &[(&pointer, value)]),
                &found,
                &["leads nowhere"],
            );
        }
        for section in [
            "schemas",
            "responses",
            "examples",
            "headers",
            "securitySchemes",
            "links",
            "callbacks",
            "parameters",
            "requestBodies",
        ] {
            let pointer = format!("/components/{section}");
            let value = json!({"Somebody": {"$ref": format!("#/components/{section}/Nobody")}});
            let mut document = openapi();
            if section == "schemas" {
                set(&mut document, "/paths", json!({}));
            }
            set(&mut document, &pointer, value);
            refused(
                &document,
                &format!("{pointer}/Somebody/$ref"),
                &["leads nowhere"],
            );
        }
        let mapping = json!({"propertyName": "name", "mapping": {"a": "#/components/schemas/A"}});
        refused(
            &with(
                openapi(),
                &[("/components/schemas/User/discriminator", mapping)],
            ),
            "/components/schemas/User/discriminator/mapping/a",
            &["leads nowhere"],
        );
    }

    #[test]
    fn a_reference_to_elsewhere_is_refused() {
        for target in [
            "User",
            "other.json#/definitions/User",
            "#/responses/400",
            "#/definitions/User/properties/name",
            "#/components/schemas/User",
            "#/definitions/",
        ] {
            refused(
                &with(swagger(), &[(SCHEMA, json!(target))]),
                SCHEMA,
                &["is not of the form \"#/definitions/NAME\""],
            );
        }
    }

    #[test]
    fn names_with_odd_characters_are_found_and_escaped() {
        let name = "a/b~c d%é";
        for reference in ["a~1b~0c d%é", "a~1b~0c%20d%25%C3%A9"] {
            let document = document(&with(
                swagger(),
                &[
                    ("/definitions/a~1b~0c d%é", json!({"type": "object"})),
                    (SCHEMA, json!(format!("#/definitions/{reference}"))),
                ],
            ));
            let response = operation(&document, "/users/{id}").responses.responses
                [&StatusCode::Code(200)]
                .as_item()
                .unwrap()
                .clone();
            let ReferenceOr::Reference { reference } =
                response.content["application/json"].schema.clone().unwrap()
            else {
                panic!("{response:?}");
            };
            assert_eq!(reference, "#/components/schemas/a~1b~0c d%é");
            assert_eq!(
                genesys_codegen::load::component_name(&reference).as_deref(),
                Some(name)
            );
        }
    }

    #[test]
    fn siblings_of_a_reference_stay_around_it() {
        let ReferenceOr::Item(schema) = definition(json!({
            "$ref": "#/definitions/User", "readOnly": true, "description": "Who.", "x-a": 1
        })) else {
            panic!();
        };
        assert!(schema.schema_data.read_only);
        assert_eq!(schema.schema_data.description.as_deref(), Some("Who."));
        assert_eq!(schema.schema_data.extensions["x-a"], json!(1));
        let SchemaKind::AllOf { all_of } = schema.schema_kind else {
            panic!();
        };
        assert_eq!(all_of, [ReferenceOr::ref_("#/components/schemas/User")]);
        assert_eq!(
            definition(json!({"$ref": "#/definitions/User"})),
            ReferenceOr::ref_("#/components/schemas/User")
        );
    }

    #[test]
    fn a_reference_with_constraints_beside_it_is_refused() {
        for (key, value) in [
            ("type", json!("object")),
            ("properties", json!({})),
            ("enum", json!(["a"])),
            ("pattern", json!("a")),
        ] {
            refused(
                &with(
                    swagger(),
                    &[(
                        "/definitions/T",
                        json!({"$ref": "#/definitions/User", key: value}),
                    )],
                ),
                "/definitions/T",
                &["$ref"],
            );
        }
        refused(
            &with(
                swagger(),
                &[(
                    "/paths/~1users~1{id}/get/responses/400/description",
                    json!("Bad"),
                )],
            ),
            "/paths/~1users~1{id}/get/responses/400/description",
            &["beside \"$ref\""],
        );
    }

    #[test]
    fn a_property_called_ref_is_a_property() {
        let SchemaKind::Type(Type::Object(object)) = kind(json!({
            "type": "object",
            "properties": {"$ref": {"type": "string"}, "x-a": {"type": "string"}, "self": {"type": "string"}},
            "example": {"$ref": "#/nowhere"}
        })) else {
            panic!();
        };
        assert_eq!(object.properties.len(), 3);
        assert!(object.properties.contains_key("$ref"));
    }

    #[test]
    fn schemas_may_contain_themselves_but_not_be_themselves() {
        kind(
            json!({"type": "object", "properties": {"manager": {"$ref": "#/definitions/Tested"}}}),
        );
        kind(json!({"type": "array", "items": {"$ref": "#/definitions/Tested"}}));
        let itself = |schema: Value| {
            refused(
                &with(swagger(), &[("/definitions/Tested", schema)]),
                "/definitions/Tested",
                &["\"Tested\" is made of itself"],
            );
        };
        itself(json!({"$ref": "#/definitions/Tested"}));
        itself(json!({"allOf": [{"$ref": "#/definitions/Tested"}], "properties": {}}));
        let circle = with(
            swagger(),
            &[
                ("/definitions/A", json!({"$ref": "#/definitions/B"})),
                (
                    "/definitions/B",
                    json!({"allOf": [{"type": "object"}, {"$ref": "#/definitions/A"}]}),
                ),
            ],
        );
        refused(&circle, "/definitions/A", &["made of itself"]);
        // Two ways to one base are no circle.
        document(&with(
            swagger(),
            &[
                (
                    "/definitions/A",
                    json!({"allOf": [{"$ref": "#/definitions/B"}, {"$ref": "#/definitions/User"}]}),
                ),
                ("/definitions/B", json!({"$ref": "#/definitions/User"})),
            ],
        ));
    }

    #[test]
    fn components_that_refer_to_themselves_are_refused() {
        let circle = with(
            openapi(),
            &[(
                "/components/responses",
                json!({"A": {"$ref": "#/components/responses/B"}, "B": {"$ref": "#/components/responses/A"}}),
            )],
        );
        refused(&circle, "/components/responses/A/$ref", &["back to itself"]);
    }
}

mod schemas {
    use super::*;

    #[test]
    fn constraints_and_annotations_survive() {
        let ReferenceOr::Item(schema) = definition(json!({
            "type": "string", "format": "date-time", "pattern": "a+", "minLength": 1, "maxLength": 9,
            "enum": ["b", "a"], "default": "a", "example": "b", "title": "T", "description": "D",
            "readOnly": true, "deprecated": true,
            "externalDocs": {"url": "https://e/"}, "xml": {"name": "n"}
        })) else {
            panic!();
        };
        let data = &schema.schema_data;
        assert_eq!(data.default, Some(json!("a")));
        assert_eq!(data.example, Some(json!("b")));
        assert_eq!(data.title.as_deref(), Some("T"));
        assert_eq!(data.description.as_deref(), Some("D"));
        assert!(data.read_only && data.deprecated);
        assert_eq!(data.external_docs.as_ref().unwrap().url, "https://e/");
        let SchemaKind::Type(Type::String(string)) = schema.schema_kind else {
            panic!();
        };
        assert_eq!(
            string.format,
            VariantOrUnknownOrEmpty::Item(StringFormat::DateTime)
        );
        assert_eq!(string.pattern.as_deref(), Some("a+"));
        assert_eq!((string.min_length, string.max_length), (Some(1), Some(9)));
        assert_eq!(
            string.enumeration,
            [Some("b".to_owned()), Some("a".to_owned())]
        );
    }

    #[test]
    fn unknown_formats_survive() {
        let SchemaKind::Type(Type::String(string)) =
            kind(json!({"type": "string", "format": "local-date-time"}))
        else {
            panic!();
        };
        assert_eq!(
            string.format,
            VariantOrUnknownOrEmpty::Unknown("local-date-time".to_owned())
        );
    }

    #[test]
    fn numbers_keep_their_bounds_and_enums() {
        let SchemaKind::Type(Type::Integer(integer)) = kind(json!({
            "type": "integer", "format": "int32", "enum": [3, 1, i64::MAX], "minimum": 1.0,
            "maximum": 9_007_199_254_740_993_i64, "exclusiveMaximum": true, "multipleOf": 2
        })) else {
            panic!();
        };
        assert_eq!(
            integer.format,
            VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32)
        );
        assert_eq!(integer.enumeration, [Some(3), Some(1), Some(i64::MAX)]);
        assert_eq!(integer.minimum, Some(1));
        assert_eq!(integer.maximum, Some(9_007_199_254_740_993));
        assert_eq!(integer.multiple_of, Some(2));
        assert!(integer.exclusive_maximum && !integer.exclusive_minimum);

        let SchemaKind::Type(Type::Number(number)) =
            kind(json!({"type": "number", "enum": [0.1, 2], "minimum": -0.5}))
        else {
            panic!();
        };
        assert_eq!(number.enumeration, [Some(0.1), Some(2.0)]);
        assert_eq!(number.minimum, Some(-0.5));
    }

    #[test]
    fn what_a_typed_kind_cannot_hold_is_kept_as_any() {
        for (schema, check) in [
            (
                json!({"type": "boolean", "enum": ["true", "false"]}),
                json!(["true", "false"]),
            ),
            (json!({"type": "integer", "enum": ["1"]}), json!(["1"])),
            (
                json!({"type": "integer", "enum": [u64::MAX]}),
                json!([u64::MAX]),
            ),
            (
                json!({"type": "number", "enum": [9_007_199_254_740_993_i64]}),
                json!([9_007_199_254_740_993_i64]),
            ),
            (json!({"type": "string", "enum": [1]}), json!([1])),
            (json!({"type": "object", "enum": [{}]}), json!([{}])),
            (json!({"enum": ["a", 1, null]}), json!(["a", 1, null])),
        ] {
            let SchemaKind::Any(any) = kind(schema.clone()) else {
                panic!("{schema}");
            };
            assert_eq!(json!(any.enumeration), check);
            assert_eq!(
                any.typ.as_deref(),
                schema.get("type").and_then(Value::as_str)
            );
        }
        let SchemaKind::Any(any) = kind(json!({"type": "integer", "minimum": 0.5, "pattern": "a"}))
        else {
            panic!();
        };
        assert_eq!(any.minimum, Some(0.5));
        assert_eq!(any.pattern.as_deref(), Some("a"));
    }

    #[test]
    fn booleans_with_boolean_enums_stay_booleans() {
        let SchemaKind::Type(Type::Boolean(boolean)) =
            kind(json!({"type": "boolean", "enum": [true]}))
        else {
            panic!();
        };
        assert_eq!(boolean.enumeration, [Some(true)]);
    }

    #[test]
    fn objects_maps_and_arrays_are_told_apart() {
        let SchemaKind::Type(Type::Object(object)) = kind(json!({
            "type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}},
            "required": ["b"], "additionalProperties": {"$ref": "#/definitions/User"}
        })) else {
            panic!();
        };
        assert_eq!(object.required, ["b"]);
        assert_eq!(
            object.additional_properties,
            Some(AdditionalProperties::Schema(Box::new(ReferenceOr::ref_(
                "#/components/schemas/User"
            ))))
        );
        for (written, read) in [
            (json!(true), AdditionalProperties::Any(true)),
            (json!(false), AdditionalProperties::Any(false)),
        ] {
            let SchemaKind::Type(Type::Object(object)) =
                kind(json!({"type": "object", "additionalProperties": written}))
            else {
                panic!();
            };
            assert_eq!(object.additional_properties, Some(read));
        }
        assert!(matches!(
            kind(json!({"properties": {}})),
            SchemaKind::Type(Type::Object(_))
        ));
        let SchemaKind::Type(Type::Array(array)) =
            kind(json!({"items": {"type": "string"}, "uniqueItems": true, "maxItems": 3}))
        else {
            panic!();
        };
        assert!(array.unique_items);
        assert_eq!(array.max_items, Some(3));
        refused(
            &with(swagger(), &[("/definitions/T", json!({"type": "array"}))]),
            "/definitions/T",
            &["items"],
        );
    }

    #[test]
    fn order_is_that_of_the_document() {
        let text = r##"{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {},
            "definitions": {"Z": {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "string"}}},
                            "A": {"type": "object"}}}"##;
        let document = load_str("a.json", text).unwrap().document;
        let schemas = document.components.unwrap().schemas;
        assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Z", "A"]);
        let ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        }) = &schemas["Z"]
        else {
            panic!();
        };
        assert_eq!(object.properties.keys().collect::<Vec<_>>(), ["z", "a"]);
    }

    #[test]
    fn a_schema_without_a_type_takes_anything() {
        for schema in [
            json!({}),
            json!({"type": "any"}),
            json!({"description": "D"}),
        ] {
            let SchemaKind::Any(any) = kind(schema) else {
                panic!();
            };
            assert_eq!(any, openapiv3::AnySchema::default());
        }
    }

    #[test]
    fn all_of_beside_properties_gets_a_last_part() {
        for typ in [json!({"type": "object"}), json!({})] {
            let mut schema = json!({
                "allOf": [{"$ref": "#/definitions/User"}], "properties": {"a": {"type": "string"}},
                "required": ["a"], "discriminator": "a"
            });
            schema
                .as_object_mut()
                .unwrap()
                .extend(typ.as_object().unwrap().clone());
            let ReferenceOr::Item(schema) = definition(schema) else {
                panic!();
            };
            let discriminator = schema.schema_data.discriminator.unwrap();
            assert_eq!(discriminator.property_name, "a");
            let SchemaKind::AllOf { all_of } = schema.schema_kind else {
                panic!();
            };
            assert_eq!(all_of.len(), 2);
            let ReferenceOr::Item(Schema {
                schema_kind: SchemaKind::Type(Type::Object(object)),
                ..
            }) = &all_of[1]
            else {
                panic!();
            };
            assert_eq!(object.required, ["a"]);
        }
        assert!(matches!(
            kind(json!({"allOf": [{"$ref": "#/definitions/User"}]})),
            SchemaKind::AllOf { all_of } if all_of.len() == 1
        ));
    }

    #[test]
    fn openapi_has_more_keywords() {
        let document = document(&with(
            openapi(),
            &[
                (
                    "/components/schemas/A",
                    json!({"oneOf": [{"$ref": "#/components/schemas/User"}], "nullable": true, "writeOnly": true,
                           "discriminator": {"propertyName": "kind", "mapping": {"u": "User", "v": "#/components/schemas/User"}}}),
                ),
                (
                    "/components/schemas/B",
                    json!({"anyOf": [{"type": "string"}]}),
                ),
                ("/components/schemas/C", json!({"not": {"type": "string"}})),
                (
                    "/components/schemas/D",
                    json!({"type": "string", "oneOf": [{"pattern": "a"}]}),
                ),
            ],
        ));
        let schemas = document.components.unwrap().schemas;
        let item = |name: &str| schemas[name].as_item().unwrap();
        assert!(
            matches!(&item("A").schema_kind, SchemaKind::OneOf { one_of } if one_of.len() == 1)
        );
        let data = &item("A").schema_data;
        assert!(data.nullable && data.write_only);
        let discriminator = data.discriminator.as_ref().unwrap();
        assert_eq!(discriminator.mapping["u"], "User");
        assert!(matches!(&item("B").schema_kind, SchemaKind::AnyOf { .. }));
        assert!(matches!(&item("C").schema_kind, SchemaKind::Not { .. }));
        assert!(matches!(&item("D").schema_kind, SchemaKind::Any(any)
            if any.typ.as_deref() == Some("string") && any.one_of.len() == 1));
    }
}

mod parameters {
    use super::*;

    fn array(location: &str, format: Option<&str>) -> Value {
        let mut parameter = json!({"name": "p", "in": location, "type": "array", "items": {"type": "string", "enum": ["a"]}});
        if let Some(format) = format {
            set(&mut parameter, "/collectionFormat", json!(format));
        }
        parameter
    }

    #[test]
    fn collection_formats_become_styles() {
        for (format, expected_style, expected_explode) in [
            (None, QueryStyle::Form, false),
            (Some("csv"), QueryStyle::Form, false),
            (Some("multi"), QueryStyle::Form, true),
            (Some("ssv"), QueryStyle::SpaceDelimited, false),
            (Some("pipes"), QueryStyle::PipeDelimited, false),
        ] {
            let operation = inputs(&[array("query", format)]);
            let Some(ReferenceOr::Item(Parameter::Query {
                style,
                parameter_data,
                ..
            })) = operation.parameters.get(1)
            else {
                panic!();
            };
            assert_eq!(*style, expected_style);
            assert_eq!(parameter_data.explode, Some(expected_explode));
        }
        for (location, format) in [
            ("query", "tsv"),
            ("header", "multi"),
            ("header", "pipes"),
            ("query", "other"),
        ] {
            refused(
                &with(
                    swagger(),
                    &[(
                        &format!("{USER}/parameters/-"),
                        array(location, Some(format)),
                    )],
                ),
                &format!("{USER}/parameters/1/collectionFormat"),
                &[format],
            );
        }
    }

    #[test]
    fn everything_about_a_parameter_survives() {
        let operation = inputs(&[json!({
            "name": "limit", "in": "query", "description": "How many.", "required": true, "type": "integer",
            "format": "int32", "default": 25, "minimum": 1, "maximum": 100, "allowEmptyValue": true, "x-a": "b"
        })]);
        let Some(ReferenceOr::Item(Parameter::Query {
            parameter_data,
            allow_empty_value,
            ..
        })) = operation.parameters.get(1)
        else {
            panic!();
        };
        assert_eq!(*allow_empty_value, Some(true));
        assert_eq!(parameter_data.name, "limit");
        assert_eq!(parameter_data.description.as_deref(), Some("How many."));
        assert!(parameter_data.required);
        assert_eq!(parameter_data.explode, None);
        assert_eq!(parameter_data.extensions["x-a"], json!("b"));
        let schema = schema_of(parameter_data);
        assert_eq!(schema.schema_data.default, Some(json!(25)));
        let SchemaKind::Type(Type::Integer(integer)) = &schema.schema_kind else {
            panic!();
        };
        assert_eq!((integer.minimum, integer.maximum), (Some(1), Some(100)));
    }

    #[test]
    fn parameters_keep_their_order_and_place() {
        let operation = inputs(&[
            json!({"name": "If-Match", "in": "header", "type": "string"}),
            json!({"name": "q", "in": "query", "type": "boolean", "enum": ["true", "false"]}),
            json!({"$ref": "#/parameters/expand"}),
        ]);
        let names: Vec<_> = operation
            .parameters
            .iter()
            .map(|parameter| {
                let parameter = parameter.as_item().unwrap();
                let place = match parameter {
                    Parameter::Path { .. } => "path",
                    Parameter::Query { .. } => "query",
                    Parameter::Header { .. } => "header",
                    Parameter::Cookie { .. } => "cookie",
                };
                (place, parameter.parameter_data_ref().name.as_str())
            })
            .collect();
        assert_eq!(
            names,
            [
                ("path", "id"),
                ("header", "If-Match"),
                ("query", "q"),
                ("query", "expand")
            ]
        );
    }

    #[test]
    fn a_parameter_declared_twice_is_refused() {
        let header = |name: &str| json!({"name": name, "in": "header", "type": "string"});
        let mut twice = swagger();
        set(
            &mut twice,
            &format!("{USER}/parameters/-"),
            header("If-Match"),
        );
        set(
            &mut twice,
            &format!("{USER}/parameters/-"),
            header("if-match"),
        );
        refused(
            &twice,
            &format!("{USER}/parameters/2"),
            &["header parameter \"if-match\" is declared twice"],
        );
        // One name in two places is two parameters.
        inputs(&[
            json!({"name": "id", "in": "query", "type": "string"}),
            header("id"),
        ]);
    }

    #[test]
    fn an_undeclared_path_parameter_is_refused() {
        for document in [swagger(), openapi()] {
            refused(
                &with(document, &[(&format!("{USER}/parameters"), json!([]))]),
                USER,
                &["\"{id}\"", "declares no path parameter"],
            );
        }
    }

    #[test]
    fn a_path_parameter_without_a_place_is_left_out_with_a_warning() {
        let extra = json!({"name": "ghost", "in": "path", "required": true, "type": "string"});
        let spec = load(&with(
            swagger(),
            &[(&format!("{USER}/parameters/-"), extra)],
        ))
        .unwrap();
        let operation = operation(&spec.document, "/users/{id}");
        assert_eq!(operation.parameters.len(), 1);
        let [warning] = spec.warnings.as_slice() else {
            panic!("{:?}", spec.warnings);
        };
        assert_eq!(warning.pointer, format!("{USER}/parameters/1"));
        assert!(warning.to_string().starts_with("test.json#/paths/"));
        assert!(warning.message.contains("\"ghost\""));
    }

    #[test]
    fn path_parameters_are_required() {
        for document in [swagger(), openapi()] {
            refused(
                &with(
                    document,
                    &[(&format!("{USER}/parameters/0/required"), json!(false))],
                ),
                &format!("{USER}/parameters/0"),
                &["\"id\"", "required"],
            );
        }
    }

    #[test]
    fn parameters_of_a_path_are_merged_into_its_operations() {
        let shared = json!([
            {"name": "id", "in": "path", "required": true, "type": "integer"},
            {"name": "expand", "in": "query", "type": "string", "description": "shared"},
            {"name": "limit", "in": "query", "type": "string", "description": "shared"}
        ]);
        let changed = with(
            swagger(),
            &[
                ("/paths/~1users~1{id}/parameters", shared),
                (
                    "/paths/~1users~1{id}/get/parameters",
                    json!([
                        {"name": "more", "in": "query", "type": "string", "description": "own"},
                        {"name": "limit", "in": "query", "type": "string", "description": "own"}
                    ]),
                ),
            ],
        );
        let document = document(&changed);
        let item = document.paths.paths["/users/{id}"].as_item().unwrap();
        assert_eq!(item.parameters, []);
        let merged: Vec<_> = operation(&document, "/users/{id}")
            .parameters
            .iter()
            .map(|parameter| parameter.as_item().unwrap().parameter_data_ref())
            .map(|data| (data.name.as_str(), data.description.as_deref()))
            .collect();
        assert_eq!(
            merged,
            [
                ("id", None),
                ("expand", Some("shared")),
                ("limit", Some("own")),
                ("more", Some("own"))
            ]
        );
    }

    #[test]
    fn a_body_becomes_the_request_body() {
        let mut changed = swagger();
        set(
            &mut changed,
            &format!("{USER}/consumes"),
            json!(["application/scim+json", "application/json"]),
        );
        let body = json!({"name": "anything", "in": "body", "required": true, "description": "D", "schema": {"$ref": "#/definitions/User"}});
        set(&mut changed, &format!("{USER}/parameters/-"), body.clone());
        let document = document(&changed);
        let operation = operation(&document, "/users/{id}");
        assert_eq!(operation.parameters.len(), 1);
        let Some(ReferenceOr::Item(read)) = &operation.request_body else {
            panic!();
        };
        assert!(read.required);
        assert_eq!(read.description.as_deref(), Some("D"));
        assert_eq!(
            read.content.keys().collect::<Vec<_>>(),
            ["application/scim+json", "application/json"]
        );
        let media_type = MediaType {
            schema: Some(ReferenceOr::ref_("#/components/schemas/User")),
            ..MediaType::default()
        };
        assert_eq!(read.content["application/json"], media_type);

        let mut second = body;
        set(&mut second, "/name", json!("other"));
        set(&mut changed, &format!("{USER}/parameters/-"), second);
        refused(&changed, USER, &["more than one body"]);
    }

    #[test]
    fn form_fields_become_one_object() {
        let fields = [
            json!({"name": "note", "in": "formData", "type": "string", "description": "N"}),
            json!({"name": "ids", "in": "formData", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi", "required": true}),
        ];
        let operation = inputs(&fields);
        let Some(ReferenceOr::Item(body)) = operation.request_body else {
            panic!();
        };
        assert!(body.required);
        let media_type = &body.content["application/x-www-form-urlencoded"];
        assert!(media_type.encoding["ids"].explode);
        let Some(ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        })) = &media_type.schema
        else {
            panic!();
        };
        assert_eq!(
            object.properties.keys().collect::<Vec<_>>(),
            ["note", "ids"]
        );
        assert_eq!(object.required, ["ids"]);

        let file = json!({"name": "upload", "in": "formData", "type": "file"});
        let operation = inputs(std::slice::from_ref(&file));
        let Some(ReferenceOr::Item(body)) = operation.request_body else {
            panic!();
        };
        let Some(ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        })) = &body.content["multipart/form-data"].schema
        else {
            panic!();
        };
        let SchemaKind::Type(Type::String(string)) =
            &object.properties["upload"].as_item().unwrap().schema_kind
        else {
            panic!();
        };
        assert_eq!(
            string.format,
            VariantOrUnknownOrEmpty::Item(StringFormat::Binary)
        );

        let mut both = swagger();
        set(&mut both, &format!("{USER}/parameters/-"), file.clone());
        set(
            &mut both,
            &format!("{USER}/parameters/-"),
            json!({"name": "b", "in": "body", "schema": {}}),
        );
        refused(&both, USER, &["both a body and form"]);
        let mut wrong = swagger();
        set(
            &mut wrong,
            &format!("{USER}/consumes"),
            json!(["application/x-www-form-urlencoded"]),
        );
        set(&mut wrong, &format!("{USER}/parameters/-"), file);
        refused(&wrong, USER, &["multipart/form-data"]);
        refused(
            &with(swagger(), &[("/parameters/expand/type", json!("file"))]),
            "/parameters/expand/type",
            &["formData"],
        );
    }

    #[test]
    fn parameters_of_openapi_know_their_style() {
        let query = |extra: Value| {
            let mut parameter = json!({"name": "q", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}});
            parameter
                .as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            with(openapi(), &[(&format!("{USER}/parameters/-"), parameter)])
        };
        for (extra, expected_style, expected_explode) in [
            (json!({}), QueryStyle::Form, true),
            (json!({"explode": false}), QueryStyle::Form, false),
            (
                json!({"style": "pipeDelimited"}),
                QueryStyle::PipeDelimited,
                false,
            ),
        ] {
            let document = document(&query(extra));
            let Some(ReferenceOr::Item(Parameter::Query {
                style,
                parameter_data,
                ..
            })) = operation(&document, "/users/{id}").parameters.get(1)
            else {
                panic!();
            };
            assert_eq!(*style, expected_style);
            assert_eq!(parameter_data.explode, Some(expected_explode));
        }
        refused(
            &query(json!({"style": "simple"})),
            &format!("{USER}/parameters/1/style"),
            &["simple"],
        );
        refused(
            &query(json!({"content": {"a/b": {}}})),
            &format!("{USER}/parameters/1/schema"),
            &["exclude each other"],
        );
        refused(
            &with(
                openapi(),
                &[(&format!("{USER}/parameters/0/allowReserved"), json!(true))],
            ),
            &format!("{USER}/parameters/0/allowReserved"),
            &["query"],
        );
    }
}

mod operations {
    use super::*;

    #[test]
    fn a_path_must_be_one() {
        let path = |path: &str| {
            let item = swagger()["paths"]["/users/{id}"].clone();
            with(swagger(), &[("/paths", json!({path: item}))])
        };
        refused(
            &path("../../x"),
            "/paths/..~1..~1x",
            &["start with a slash"],
        );
        refused(
            &path("users/{id}"),
            "/paths/users~1{id}",
            &["start with a slash"],
        );
        for broken in ["/a/{id", "/a/id}", "/a/{}", "/a/{{id}}", "/a/{i/d}"] {
            let found = load(&path(broken)).unwrap_err();
            assert!(found.problem().contains("braces"), "{found}");
        }
        refused(
            &path("/{id}/{id}"),
            "/paths/~1{id}~1{id}",
            &["\"{id}\" twice"],
        );
        // What the text between slashes is, is not the loader's business.
        document(&path("/../../x/{id}"));
    }

    #[test]
    fn names_are_there_and_differ() {
        let second = |id: Option<&str>, method: Option<&str>| {
            let mut operation = json!({"responses": {"204": {"description": "Done"}}});
            if let Some(id) = id {
                set(&mut operation, "/operationId", json!(id));
            }
            if let Some(method) = method {
                set(&mut operation, "/x-purecloud-method-name", json!(method));
            }
            with(swagger(), &[("/paths/~1zoo", json!({"post": operation}))])
        };
        refused(
            &second(Some("getUserById"), Some("other")),
            "/paths/~1zoo/post/operationId",
            &[
                "two operations",
                "\"getUserById\"",
                "/paths/~1users~1{id}/get/operationId",
            ],
        );
        refused(
            &second(Some("other"), Some("getUser")),
            "/paths/~1zoo/post/x-purecloud-method-name",
            &["two operations", "\"getUser\""],
        );
        refused(
            &second(Some("getUser"), None),
            "/paths/~1zoo/post/operationId",
            &["two operations", "\"getUser\""],
        );
        refused(&second(None, None), "/paths/~1zoo/post", &["no name"]);
        document(&second(None, Some("other")));
        document(&second(Some("other"), None));
        // A method name may equal the operationId of another operation that has a method name.
        document(&second(Some("other"), Some("getUserById")));
    }

    #[test]
    fn tags_are_unique() {
        refused(
            &with(swagger(), &[("/tags/-", json!({"name": "Users"}))]),
            "/tags/1",
            &["\"Users\" is declared twice"],
        );
        refused(
            &with(swagger(), &[(&format!("{USER}/tags"), json!(["A", "A"]))]),
            &format!("{USER}/tags/1"),
            &["\"A\" is listed twice"],
        );
        let odd = document(&with(
            swagger(),
            &[(&format!("{USER}/tags"), json!([".."]))],
        ));
        assert_eq!(operation(&odd, "/users/{id}").tags, [".."]);
    }

    #[test]
    fn no_security_is_told_from_none_given() {
        let security = |value: Option<Value>| {
            let changed = match value {
                Some(value) => with(swagger(), &[(&format!("{USER}/security"), value)]),
                None => without(swagger(), &format!("{USER}/security")),
            };
            operation(&document(&changed), "/users/{id}")
                .security
                .clone()
        };
        assert_eq!(security(None), None);
        assert_eq!(security(Some(json!([]))), Some(vec![]));
        let required = security(Some(json!([{"OAuth": ["all"]}]))).unwrap();
        assert_eq!(required[0]["OAuth"], ["all"]);
        for changed in [
            with(
                swagger(),
                &[(&format!("{USER}/security"), json!([{"Other": []}]))],
            ),
            with(
                openapi(),
                &[(&format!("{USER}/security"), json!([{"Other": []}]))],
            ),
        ] {
            refused(
                &changed,
                &format!("{USER}/security/0/Other"),
                &["no security scheme \"Other\""],
            );
        }
    }

    #[test]
    fn responses_list_what_is_produced() {
        let document = document(&with(
            swagger(),
            &[
                (
                    &format!("{USER}/produces"),
                    json!(["text/plain", "text/csv"]),
                ),
                (
                    &format!("{USER}/responses/200/headers"),
                    json!({"ETag": {"type": "string", "description": "Tag"}}),
                ),
                (
                    &format!("{USER}/responses/200/examples"),
                    json!({"text/plain": "a"}),
                ),
                (
                    &format!("{USER}/responses/200/x-inin-error-codes"),
                    json!({"a.b": "Text"}),
                ),
                (
                    &format!("{USER}/responses/204"),
                    json!({"description": "None"}),
                ),
                (
                    &format!("{USER}/responses/default"),
                    json!({"description": "Else"}),
                ),
            ],
        ));
        let responses = &operation(&document, "/users/{id}").responses;
        let ok = responses.responses[&StatusCode::Code(200)]
            .as_item()
            .unwrap();
        assert_eq!(
            ok.content.keys().collect::<Vec<_>>(),
            ["text/plain", "text/csv"]
        );
        assert_eq!(ok.content["text/plain"].example, Some(json!("a")));
        assert_eq!(
            ok.headers["ETag"].as_item().unwrap().description.as_deref(),
            Some("Tag")
        );
        assert_eq!(ok.extensions["x-inin-error-codes"], json!({"a.b": "Text"}));
        let none = responses.responses[&StatusCode::Code(204)]
            .as_item()
            .unwrap();
        assert!(none.content.is_empty());
        assert!(responses.default.is_some());
        // It produces something else than the shared response was read for, so it has a copy.
        let bad = responses.responses[&StatusCode::Code(400)]
            .as_item()
            .unwrap();
        assert_eq!(
            bad.content.keys().collect::<Vec<_>>(),
            ["text/plain", "text/csv"]
        );
    }

    #[test]
    fn shared_responses_stay_references() {
        let document = document(&swagger());
        let responses = &operation(&document, "/users/{id}").responses.responses;
        assert_eq!(
            responses[&StatusCode::Code(400)],
            ReferenceOr::ref_("#/components/responses/400")
        );
        let components = document.components.unwrap();
        let shared = components.responses["400"].as_item().unwrap();
        assert_eq!(
            shared.content["application/json"].schema,
            Some(ReferenceOr::ref_("#/components/schemas/Error"))
        );
    }

    #[test]
    fn a_response_has_a_status() {
        for status in ["ok", "099", "600", "20", "2XX"] {
            let pointer = format!("{USER}/responses/{status}");
            refused(
                &with(swagger(), &[(&pointer, json!({"description": "D"}))]),
                &pointer,
                &["HTTP status"],
            );
        }
        document(&with(
            openapi(),
            &[(
                &format!("{USER}/responses/4XX"),
                json!({"description": "D"}),
            )],
        ));
        for document in [swagger(), openapi()] {
            refused(
                &with(document, &[(&format!("{USER}/responses"), json!({}))]),
                &format!("{USER}/responses"),
                &["at least one response"],
            );
        }
        document(&with(
            swagger(),
            &[(
                &format!("{USER}/responses"),
                json!({"default": {"description": "D"}}),
            )],
        ));
    }

    #[test]
    fn vendor_extensions_survive() {
        let permissions = json!({"type": "ALL", "permissions": ["a:b:c"]});
        let document = document(&with(
            swagger(),
            &[
                (
                    &format!("{USER}/x-inin-requires-permissions"),
                    permissions.clone(),
                ),
                (&format!("{USER}/x-genesys-preview"), json!(true)),
                (&format!("{USER}/deprecated"), json!(true)),
            ],
        ));
        let operation = operation(&document, "/users/{id}");
        assert_eq!(
            operation.extensions["x-inin-requires-permissions"],
            permissions
        );
        assert_eq!(operation.extensions["x-genesys-preview"], json!(true));
        assert_eq!(
            operation.extensions["x-purecloud-method-name"],
            json!("getUser")
        );
        assert_eq!(operation.operation_id.as_deref(), Some("getUserById"));
        assert!(operation.deprecated);
    }

    #[test]
    fn servers_come_from_host_base_path_and_schemes() {
        let urls = |document: &Value| -> Vec<String> {
            let servers = super::document(document).servers;
            servers.into_iter().map(|server| server.url).collect()
        };
        assert_eq!(urls(&swagger()), ["https://api.example.com/base"]);
        assert_eq!(
            urls(&with(swagger(), &[("/schemes", json!(["https", "http"]))])),
            [
                "https://api.example.com/base",
                "http://api.example.com/base"
            ]
        );
        assert_eq!(urls(&without(swagger(), "/host")), ["/base/"]);
        assert_eq!(
            urls(&without(without(swagger(), "/host"), "/basePath")),
            [""; 0]
        );
    }

    #[test]
    fn security_definitions_are_converted() {
        let scheme = |value: Value| {
            let document = document(&with(swagger(), &[("/securityDefinitions/S", value)]));
            document.components.unwrap().security_schemes["S"]
                .as_item()
                .unwrap()
                .clone()
        };
        assert!(matches!(
            scheme(json!({"type": "basic"})),
            SecurityScheme::HTTP { scheme, .. } if scheme == "basic"
        ));
        assert!(matches!(
            scheme(json!({"type": "apiKey", "in": "header", "name": "K"})),
            SecurityScheme::APIKey { name, .. } if name == "K"
        ));
        let flow = |flow: &str| {
            let SecurityScheme::OAuth2 { flows, .. } = scheme(json!({
                "type": "oauth2", "flow": flow, "authorizationUrl": "https://a/", "tokenUrl": "https://t/", "scopes": {}
            })) else {
                panic!();
            };
            flows
        };
        assert!(flow("implicit").implicit.is_some());
        assert!(flow("password").password.is_some());
        assert!(flow("application").client_credentials.is_some());
        assert!(flow("accessCode").authorization_code.is_some());
    }

    #[test]
    fn openapi_objects_are_read() {
        let document = document(&with(
            openapi(),
            &[
                (
                    &format!("{USER}/requestBody"),
                    json!({"$ref": "#/components/requestBodies/B"}),
                ),
                (
                    "/components/requestBodies",
                    json!({"B": {"required": true, "content": {"multipart/form-data": {
                        "schema": {"type": "object"}, "examples": {"e": {"$ref": "#/components/examples/E"}},
                        "encoding": {"f": {"contentType": "a/b", "headers": {"H": {"schema": {"type": "string"}}}}}
                    }}}}),
                ),
                (
                    "/components/examples",
                    json!({"E": {"summary": "S", "value": [1]}}),
                ),
                (
                    &format!("{USER}/responses/200/links"),
                    json!({"next": {"operationId": "getUser", "parameters": {"id": "$response.body#/id"}}}),
                ),
                (
                    &format!("{USER}/callbacks"),
                    json!({"hook": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "OK"}}}}}}),
                ),
                (
                    "/servers",
                    json!([{"url": "https://{r}/", "variables": {"r": {"default": "a", "enum": ["a"]}}}]),
                ),
                (
                    "/components/securitySchemes",
                    json!({
                        "H": {"type": "http", "scheme": "bearer", "bearerFormat": "opaque"},
                        "K": {"type": "apiKey", "in": "cookie", "name": "k"},
                        "O": {"type": "oauth2", "flows": {
                            "implicit": {"authorizationUrl": "https://a/", "scopes": {}},
                            "password": {"tokenUrl": "https://t/", "scopes": {}},
                            "clientCredentials": {"tokenUrl": "https://t/", "scopes": {}},
                            "authorizationCode": {"authorizationUrl": "https://a/", "tokenUrl": "https://t/", "scopes": {"s": "S"}}
                        }},
                        "C": {"type": "openIdConnect", "openIdConnectUrl": "https://c/"}
                    }),
                ),
            ],
        ));
        let operation = operation(&document, "/users/{id}");
        let Some(ReferenceOr::Item(body)) = &operation.request_body else {
            panic!("a reference to a request body is resolved");
        };
        assert!(body.required);
        let media_type = &body.content["multipart/form-data"];
        assert_eq!(
            media_type.examples["e"],
            ReferenceOr::ref_("#/components/examples/E")
        );
        assert_eq!(
            media_type.encoding["f"].content_type.as_deref(),
            Some("a/b")
        );
        assert_eq!(operation.callbacks["hook"].len(), 1);
        let response = operation.responses.responses[&StatusCode::Code(200)]
            .as_item()
            .unwrap();
        assert_eq!(response.links.len(), 1);
        let variables = document.servers[0].variables.as_ref().unwrap();
        assert_eq!(variables["r"].default, "a");
        assert_eq!(document.components.unwrap().security_schemes.len(), 4);
    }

    /// `openapiv3` reads the converted document back to the same.
    #[test]
    fn the_result_is_an_openapi_document() {
        for text in [swagger().to_string(), openapi().to_string()] {
            let document = load_str("a.json", &text).unwrap().document;
            let written = serde_json::to_string(&document).unwrap();
            assert_eq!(serde_json::from_str::<OpenAPI>(&written).unwrap(), document);
            // And so does this loader.
            assert_eq!(
                load_str("b.json", &written).unwrap().document.paths,
                document.paths
            );
        }
    }
}
