//! Every rule of the intermediate representation, on small documents.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use genesys_codegen::ir::{
    Api, EnumHome, EnumRepr, Field, IrError, Location, Model, Operation, Options, Output,
    Overrides, PathPiece, Selection, Type, build, select, stats,
};
use genesys_codegen::load::load_str;
use serde_json::{Value, json};

fn try_build_with(document: &Value, overrides: Overrides) -> Result<Api, IrError> {
    let spec = load_str("test.json", &document.to_string()).unwrap();
    let options = Options {
        overrides,
        ..Options::default()
    };
    build(&spec.document, &options)
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
    try_build(&with_operation(path, method, operation))
        .unwrap_err()
        .to_string()
}

fn list(item: Type) -> Type {
    Type::List(Box::new(item))
}

fn map(value: Type) -> Type {
    Type::Map(Box::new(value))
}

#[test]
fn strange_property_names_become_distinct_fields() {
    let wire_names = [
        "self",
        "$ref",
        "ref",
        "type",
        "_type",
        "",
        "urn:ietf:params:scim:2.0:User",
        "extra",
        "3ds",
        "日本",
        "user-id",
        "userId",
        "crate",
        "async",
        "gen",
    ];
    let mut properties = serde_json::Map::new();
    for name in wire_names {
        properties.insert(name.to_owned(), json!({"type": "string"}));
    }
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": properties}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    assert_eq!(thing.fields.len(), wire_names.len());
    for (wire_name, name) in [
        ("self", "self_"),
        ("crate", "crate_"),
        ("ref", "r#ref"),
        ("type", "r#type"),
        ("async", "r#async"),
        ("gen", "r#gen"),
        ("", "empty"),
        (
            "urn:ietf:params:scim:2.0:User",
            "urn_ietf_params_scim_2_0_user",
        ),
        ("extra", "extra_"),
        ("3ds", "value_3ds"),
    ] {
        assert_eq!(field(thing, wire_name).name, name);
    }
    let names: BTreeSet<&str> = thing
        .fields
        .iter()
        .map(|field| field.name.trim_start_matches("r#"))
        .collect();
    assert_eq!(names.len(), wire_names.len());
    // What is spelled as its field comes first, wherever it stands.
    assert!(field(thing, "_type").name.starts_with("type_x"));
    assert!(field(thing, "$ref").name.starts_with("ref_x"));
}

#[test]
fn definitions_that_clash_get_distinct_names_and_files() {
    let object = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    let api = try_build(&with_definitions(json!({
        "User": object, "user": object, "User_": object, "USER": object, "Option": object, "1Thing": object
    })))
    .unwrap();
    assert_eq!(model(&api, "User").name, "User");
    assert_eq!(model(&api, "Option").name, "OptionModel");
    assert_eq!(model(&api, "1Thing").name, "Value1thing");
    for wire_name in ["user", "User_", "USER"] {
        assert!(
            model(&api, wire_name).name.starts_with("UserX"),
            "{wire_name}"
        );
    }
    let names: BTreeSet<String> = api
        .models
        .iter()
        .map(|model| model.name.to_lowercase())
        .collect();
    let files: BTreeSet<&String> = api.models.iter().map(|model| &model.file).collect();
    assert_eq!((names.len(), files.len()), (6, 6));
}

#[test]
fn an_enum_never_takes_the_name_of_a_definition() {
    let api = try_build(&with_definitions(json!({
        "User": {"type": "object", "properties": {
            "state": {"type": "string", "enum": ["on"]}, "stateType": {"type": "string", "enum": ["a"]}
        }},
        "UserState": {"type": "object", "properties": {"type": {"type": "string", "enum": ["b"]}}}
    })))
    .unwrap();
    let names: Vec<&str> = api.enums.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names[..2], ["UserStateEnum", "UserStateType"]);
    assert!(names[2].starts_with("UserStateTypeX"));
}

#[test]
fn types_follow_type_and_format() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": {
            "text": {"type": "string"}, "uuid": {"type": "string", "format": "uuid"},
            "at": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"},
            "local": {"type": "string", "format": "local-date-time"}, "month": {"type": "string", "format": "year-month"},
            "interval": {"type": "string", "format": "interval"},
            "small": {"type": "integer", "format": "int32"}, "big": {"type": "integer", "format": "int64"},
            "float": {"type": "number", "format": "float"}, "flag": {"type": "boolean"},
            "any": {"type": "any"}, "object": {"type": "object"}, "nothing": {},
            "words": {"type": "array", "items": {"type": "string"}},
            "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "free": {"type": "object", "additionalProperties": true},
            "closed": {"type": "object", "additionalProperties": false},
            "lists": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
            "choice": {"type": "number", "enum": [0.5, 1]},
            "yes": {"type": "boolean", "enum": ["true", "false"]},
            "level": {"type": "integer", "enum": [1, 2, 2]}
        }}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    for (name, expected) in [
        ("text", Type::String),
        ("uuid", Type::String),
        ("at", Type::DateTime),
        ("day", Type::Date),
        ("local", Type::LocalDateTime),
        ("month", Type::YearMonth),
        ("interval", Type::String),
        ("small", Type::Integer),
        ("big", Type::Integer),
        ("float", Type::Number),
        ("flag", Type::Boolean),
        ("any", Type::Json),
        ("object", Type::Json),
        ("nothing", Type::Json),
        ("words", list(Type::String)),
        ("grid", list(list(Type::Integer))),
        ("counts", map(Type::Integer)),
        ("free", map(Type::Json)),
        ("closed", Type::Json),
        ("lists", map(list(Type::String))),
        ("choice", Type::Number),
        ("yes", Type::Boolean),
        ("level", Type::Enum(0)),
    ] {
        assert_eq!(field(thing, name).ty, expected, "{name}");
    }
    assert_eq!(api.enums[0].repr, EnumRepr::Integer);
    let wires: Vec<&str> = api.enums[0]
        .variants
        .iter()
        .map(|variant| variant.wire.as_str())
        .collect();
    assert_eq!(wires, ["1", "2"]);
}

#[test]
fn a_reference_with_siblings_is_the_reference() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "required": ["owner"], "properties": {
            "owner": {"$ref": "#/definitions/User", "readOnly": true, "description": "Who has it."}
        }},
        "User": {"type": "object", "title": "A user", "description": " ", "properties": {}}
    })))
    .unwrap();
    let owner = field(model(&api, "Thing"), "owner");
    assert_eq!(owner.ty, Type::Model(1));
    assert!(owner.read_only && owner.required);
    assert_eq!(owner.docs.description.as_deref(), Some("Who has it."));
    let user = model(&api, "User");
    assert_eq!(user.docs.summary.as_deref(), Some("A user"));
    assert_eq!(user.docs.description, None);
    assert!(user.fields.is_empty());
}

#[test]
fn all_of_is_one_model_with_the_properties_of_all() {
    let api = try_build(&with_definitions(json!({
        "Animal": {"type": "object", "discriminator": "kind", "properties": {
            "kind": {"type": "string", "enum": ["cat", "dog"]}, "name": {"type": "string"}
        }},
        "Cat": {"allOf": [{"$ref": "#/definitions/Animal"}, {"type": "object", "required": ["name", "lives"], "properties": {
            "lives": {"type": "integer"}
        }}]},
        "Kitten": {"allOf": [{"$ref": "#/definitions/Cat"}], "properties": {"lives": {"type": "string"}}},
        "House": {"type": "object", "properties": {
            "pet": {"$ref": "#/definitions/Animal"},
            "both": {"allOf": [{"$ref": "#/definitions/Cat"}, {"type": "object", "properties": {"id": {"type": "string"}}}]}
        }}
    })))
    .unwrap();
    let names = |wire_name: &str| -> Vec<String> {
        let fields = &model(&api, wire_name).fields;
        fields.iter().map(|field| field.wire_name.clone()).collect()
    };
    assert_eq!(names("Animal"), ["kind", "name"]);
    assert_eq!(names("Cat"), ["kind", "name", "lives"]);
    assert!(field(model(&api, "Cat"), "name").required);
    assert!(!field(model(&api, "Animal"), "name").required);
    // A part that comes later has the last word.
    assert_eq!(names("Kitten"), ["kind", "name", "lives"]);
    assert_eq!(field(model(&api, "Kitten"), "lives").ty, Type::String);
    assert_eq!(names("House.both"), ["kind", "name", "lives", "id"]);
    assert!(model(&api, "House.both").inline);
    assert_eq!(model(&api, "House.both").name, "HouseBoth");
    // One enum for the property and all who inherit it.
    assert_eq!(api.enums.len(), 1);
    assert!(matches!(api.enums[0].home, EnumHome::Shared { .. }));
}

#[test]
fn alternatives_are_any_json() {
    let api = try_build(&openapi(json!({
        "Thing": {"type": "object", "properties": {
            "one": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "any": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "not": {"not": {"type": "string"}},
            "mixed": {"allOf": [{"type": "string"}, {"type": "object"}]},
            "sized": {"type": "string", "minimum": 1},
            "state": {"type": "string", "nullable": true, "enum": ["on", null]}
        }},
        "Either": {"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "string"}]}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    for name in ["one", "any", "not", "mixed"] {
        assert_eq!(field(thing, name).ty, Type::Json, "{name}");
    }
    assert_eq!(field(thing, "sized").ty, Type::String);
    assert_eq!(field(thing, "state").ty, Type::Enum(0));
    assert_eq!(api.enums[0].variants.len(), 1);
    let either = api
        .aliases
        .iter()
        .find(|alias| alias.wire_name == "Either")
        .unwrap();
    assert_eq!(either.ty, Type::Json);
}

#[test]
fn definitions_that_are_no_objects_are_written_where_they_are_used() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": {
            "ids": {"$ref": "#/definitions/Ids"}, "state": {"$ref": "#/definitions/State"},
            "by": {"$ref": "#/definitions/ByName"}, "again": {"$ref": "#/definitions/Again"}
        }},
        "Ids": {"type": "array", "items": {"type": "string"}},
        "ByName": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Thing"}},
        "Again": {"$ref": "#/definitions/Thing"},
        "State": {"type": "string", "enum": ["on", "off"], "description": "Whether it runs."},
        "Empty": {"type": "object"}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    let Type::Model(id) = field(thing, "again").ty else {
        panic!("not a model");
    };
    assert_eq!(api.models[id].wire_name, "Thing");
    assert!(field(thing, "again").is_boxed());
    assert_eq!(field(thing, "by").ty, map(Type::Model(id)));
    assert!(!field(thing, "by").is_boxed());
    assert_eq!(field(thing, "ids").ty, list(Type::String));
    assert_eq!(api.enums[0].name, "State");
    assert_eq!(
        api.enums[0].docs.description.as_deref(),
        Some("Whether it runs.")
    );
    let stats = stats(&api);
    assert_eq!(stats.definitions, 6);
    assert_eq!(stats.models_from_definitions, 2);
    assert_eq!(stats.enums_from_definitions, 1);
    assert_eq!(stats.definition_aliases, 3);
}

#[test]
fn a_definition_of_nothing_but_itself_is_an_error() {
    let error = try_build(&with_definitions(json!({
        "Tree": {"type": "array", "items": {"$ref": "#/definitions/Tree"}}
    })))
    .unwrap_err();
    assert_eq!(error.pointer(), Some("/components/schemas/Tree"));
    assert_eq!(error.subject(), r#"definition "Tree""#);
}

#[test]
fn objects_within_objects_are_models() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": {
            "size": {"type": "object", "properties": {"unit": {"type": "string", "enum": ["m"]}}},
            "parts": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
        }}
    })))
    .unwrap();
    let names: Vec<&str> = api.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["Thing", "ThingParts", "ThingSize"]);
    assert_eq!(api.enums[0].name, "ThingSizeUnit");
    assert_eq!(field(&api.models[0], "parts").ty, list(Type::Model(1)));
    assert_eq!(stats(&api).definitions, 1);
}

#[test]
fn arguments_and_setters() {
    let operation = only_operation(&with_operation(
        "/api/v2/things/{thingId}/parts/{type}",
        "post",
        json!({
            "x-purecloud-method-name": "postThingPart",
            "parameters": [
                {"name": "If-Match", "in": "header", "type": "string"},
                {"name": "send", "in": "query", "type": "string"},
                {"name": "site.id", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi",
                 "default": ["a", "b"]},
                {"name": "ids", "in": "query", "type": "array", "items": {"type": "string"}},
                {"name": "count", "in": "query", "required": true, "type": "integer", "default": 25},
                {"name": "type", "in": "path", "required": true, "type": "string", "enum": ["a"]},
                {"name": "thingId", "in": "path", "required": true, "type": "string"},
                {"name": "active", "in": "query", "type": "boolean", "enum": ["true", "false", "any"]},
                {"name": "body", "in": "query", "type": "string"},
                {"name": "thing", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Thing"}}
            ]
        }),
    ));
    assert_eq!(operation.method_name, "post_thing_part");
    assert_eq!(operation.struct_name, "PostThingPart");
    assert_eq!(operation.operation_id, "doThing");
    let names = |parameters: &[genesys_codegen::ir::Parameter]| -> Vec<String> {
        parameters
            .iter()
            .map(|parameter| parameter.name.clone())
            .collect()
    };
    assert_eq!(names(&operation.arguments), ["thing_id", "r#type", "count"]);
    assert_eq!(
        names(&operation.setters),
        ["if_match", "send_", "site_id", "ids", "active", "body_"]
    );
    assert_eq!(operation.arguments[2].default.as_deref(), Some("25"));
    let site = &operation.setters[2];
    assert_eq!(
        (site.wire_name.as_str(), site.comma_joined),
        ("site.id", false)
    );
    assert_eq!(site.default.as_deref(), Some("a, b"));
    assert!(operation.setters[3].comma_joined);
    assert_eq!(operation.setters[0].location, Location::Header);
    assert!(matches!(operation.setters[4].ty, Type::Enum(_)));
    assert!(operation.body.as_ref().unwrap().required);
    assert_eq!(operation.body.unwrap().content_type, "application/json");
    let literal = |text: &str| PathPiece::Literal(text.to_owned());
    assert_eq!(
        operation.path_segments,
        [
            literal("/api/v2/things/"),
            PathPiece::Argument(0),
            literal("/parts/"),
            PathPiece::Argument(1)
        ]
    );
    assert!(!operation.idempotent);
}

#[test]
fn the_lists_of_scim_are_joined_with_commas() {
    let operation = only_operation(&with_operation(
        "/api/v2/scim/users",
        "get",
        json!({
            "tags": ["SCIM"],
            "produces": ["application/scim+json", "application/json"],
            "parameters": [{"name": "attributes", "in": "query", "type": "array", "items": {"type": "string"},
                            "collectionFormat": "multi"}],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Thing"}}}
        }),
    ));
    assert!(operation.setters[0].comma_joined);
    assert_eq!(operation.accept, "application/json");
}

#[test]
fn the_fields_of_a_form_are_parameters() {
    let operation = only_operation(&with_operation(
        "/api/v2/login",
        "post",
        json!({
            "consumes": ["application/x-www-form-urlencoded"],
            "parameters": [
                {"name": "user", "in": "formData", "required": true, "type": "string"},
                {"name": "scopes", "in": "formData", "type": "array", "items": {"type": "string"}}
            ]
        }),
    ));
    assert_eq!(operation.body.map(|body| body.ty), None);
    assert_eq!(operation.arguments[0].location, Location::Form);
    assert_eq!(operation.setters[0].name, "scopes");
    let error = operation_error(
        "/api/v2/login",
        "post",
        json!({"parameters": [{"name": "image", "in": "formData", "required": true, "type": "file"}]}),
    );
    assert!(
        error.contains("bodies are JSON, text or URL-encoded forms"),
        "{error}"
    );
}

#[test]
fn what_has_no_form_as_text_is_no_parameter() {
    let nested = json!({"parameters": [
        {"name": "grid", "in": "query", "type": "array", "items": {"type": "array", "items": {"type": "string"}}}
    ]});
    let error = operation_error("/api/v2/things", "get", nested);
    assert!(
        error.starts_with("/paths/~1api~1v2~1things/get/parameters: operation \"doThing\": "),
        "{error}"
    );
    assert!(error.contains("\"grid\""), "{error}");
    let piped = json!({"parameters": [
        {"name": "ids", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "pipes"}
    ]});
    assert!(operation_error("/api/v2/things", "get", piped).contains("\"ids\""));
}

#[test]
fn a_path_goes_where_it_says() {
    for path in ["/api/../x", "/./x", "/api/v2/.."] {
        let error = operation_error(path, "get", json!({}));
        assert!(error.contains("leads elsewhere"), "{error}");
    }
    for path in ["/api/v2/a b", "/api/v2/a?b=c", "/api/v2/a#b", "/api/v2/ü"] {
        let error = operation_error(path, "get", json!({}));
        assert!(error.contains("which no path can have"), "{error}");
    }
}

#[test]
fn an_operation_without_a_tag_is_an_error() {
    let error = operation_error("/api/v2/things", "get", json!({"tags": []}));
    assert!(
        error.contains("operation \"doThing\": it has no tag"),
        "{error}"
    );
}

#[test]
fn outputs() {
    let thing = json!({"description": "", "schema": {"$ref": "#/definitions/Thing"}});
    let other = json!({"description": "", "schema": {"$ref": "#/definitions/Other"}});
    let empty = json!({"description": ""});
    let output = |operation: Value| {
        let operation = only_operation(&with_operation("/api/v2/things", "get", operation));
        (operation.output, operation.accept)
    };
    let json_type = "application/json".to_owned();
    // Models are sorted: Listing, Other, Thing.
    for (responses, expected) in [
        (
            json!({"200": thing, "404": other}),
            Output::Json(Type::Model(2)),
        ),
        (
            json!({"200": empty, "202": thing}),
            Output::Json(Type::Model(2)),
        ),
        (
            json!({"200": thing, "201": thing, "204": empty}),
            Output::Json(Type::Model(2)),
        ),
        (
            json!({"200": thing, "202": other}),
            Output::Json(Type::Json),
        ),
        (json!({"204": empty}), Output::Empty),
        (json!({"default": empty, "400": thing}), Output::Bytes),
        (
            json!({"200": {"description": "", "schema": {"type": "array", "items": {"type": "string"}}}}),
            Output::Json(list(Type::String)),
        ),
    ] {
        assert_eq!(
            output(json!({"responses": responses})),
            (expected, json_type.clone()),
            "{responses}"
        );
    }
    let text = json!({"description": "", "schema": {"type": "string"}});
    assert_eq!(
        output(json!({"produces": ["text/calendar", "text/plain"], "responses": {"200": text}})),
        (Output::Text, "text/calendar".to_owned())
    );
    assert_eq!(
        output(
            json!({"produces": ["application/pdf"], "responses": {"200": {"description": "", "schema": {"type": "file"}}}})
        ),
        (Output::Bytes, "application/pdf".to_owned())
    );
    assert_eq!(
        output(json!({"responses": {"200": text}})).0,
        Output::Json(Type::String)
    );
    let head = with_operation(
        "/api/v2/things",
        "head",
        json!({"responses": {"default": empty}}),
    );
    assert_eq!(only_operation(&head).output, Output::Empty);
}

#[test]
fn extensions_are_read() {
    let operation = only_operation(&with_operation(
        "/api/v2/things",
        "get",
        json!({
            "summary": "Get things.", "description": "", "deprecated": true, "security": [],
            "x-genesys-preview": true,
            "x-inin-requires-permissions": {"type": "ALL", "permissions": ["a:b:c", "a:b:d"]},
            "responses": {
                "200": {"description": ""},
                "429": {"description": "", "x-inin-error-codes": {"too.many": "Slow down"}},
                "400": {"description": "", "x-inin-error-codes": {"bad.request": "Bad", "a.b": "C"}}
            }
        }),
    ));
    assert!(operation.deprecated && operation.preview && operation.public);
    let permissions = operation.permissions.unwrap();
    assert!(permissions.all);
    assert_eq!(permissions.names, ["a:b:c", "a:b:d"]);
    let codes: Vec<(u16, &str)> = operation
        .error_codes
        .iter()
        .map(|code| (code.status, code.code.as_str()))
        .collect();
    assert_eq!(
        codes,
        [(400, "a.b"), (400, "bad.request"), (429, "too.many")]
    );
    assert_eq!(operation.docs.summary.as_deref(), Some("Get things."));
    assert_eq!(operation.docs.description, None);
}

#[test]
fn a_token_is_sent_unless_the_spec_says_otherwise() {
    let public = |own: Option<Value>, whole: Option<Value>| {
        let mut document = with_operation("/api/v2/things", "get", json!({}));
        document["securityDefinitions"] =
            json!({"key": {"type": "apiKey", "name": "k", "in": "header"}});
        if let Some(own) = own {
            document["paths"]["/api/v2/things"]["get"]["security"] = own;
        }
        if let Some(whole) = whole {
            document["security"] = whole;
        }
        only_operation(&document).public
    };
    let key = || json!([{"key": []}]);
    assert!(!public(None, None));
    assert!(public(Some(json!([])), Some(key())));
    assert!(!public(Some(key()), Some(json!([]))));
    assert!(public(None, Some(json!([]))));
}

/// Two tags, whose operations share a model and an enum.
fn shared() -> Value {
    let state = json!({"type": "string", "enum": ["on", "off"]});
    let get = |tags: Value, name: &str, model: &str| {
        json!({"get": {
            "tags": tags, "operationId": name,
            "responses": {"200": {"description": "", "schema": {"$ref": format!("#/definitions/{model}")}}}
        }})
    };
    json!({
        "swagger": "2.0", "info": {"title": "Test", "version": "1"},
        "tags": [{"name": "Users", "description": "All about users."}],
        "paths": {
            "/api/v2/users": get(json!(["Users"]), "getUsers", "User"),
            "/api/v2/queues": get(json!(["Routing"]), "getQueues", "Queue"),
            "/api/v2/users/queues": get(json!(["Users", "Routing"]), "getUserQueues", "Queue")
        },
        "definitions": {
            "User": {"type": "object", "properties": {"state": state, "division": {"$ref": "#/definitions/Division"}}},
            "Queue": {"type": "object", "properties": {
                "mode": {"type": "string", "enum": ["a"]}, "list": {"type": "array", "items": {"$ref": "#/definitions/Station"}}
            }},
            "Division": {"type": "object", "properties": {}},
            "Station": {"type": "object", "properties": {"state": state}},
            "Lonely": {"type": "object", "properties": {"state": state, "mode": {"type": "string", "enum": ["x"]}}}
        }
    })
}

#[test]
fn models_belong_to_the_tags_that_reach_them() {
    let api = try_build(&shared()).unwrap();
    let modules: Vec<&str> = api.tags.iter().map(|tag| tag.module.as_str()).collect();
    assert_eq!(modules, ["routing", "users"]);
    assert_eq!(api.tags[1].description.as_deref(), Some("All about users."));
    let folder = |wire_name: &str| api.groups[model(&api, wire_name).group].folder.as_str();
    assert_eq!(folder("User"), "users");
    assert_eq!(folder("Division"), "users");
    assert_eq!(folder("Queue"), "routing_and_users");
    assert_eq!(folder("Station"), "routing_and_users");
    assert_eq!(folder("Lonely"), "unreached");
    assert_eq!(stats(&api).unreached_models, 1);
}

#[test]
fn a_shared_enum_is_compiled_for_all_who_use_it() {
    let api = try_build(&shared()).unwrap();
    let find = |name: &str| api.enums.iter().find(|item| item.name == name).unwrap();
    // The first by name has the values, and lives where all its places do.
    let first = find("LonelyState");
    assert_eq!(first.alias_of, None);
    assert_eq!(api.groups[first.group].folder, "routing_and_users");
    assert_eq!(
        first.home,
        EnumHome::Shared {
            file: "lonely_state".to_owned()
        }
    );
    let position = api.enums.iter().position(|item| item.name == "LonelyState");
    for (name, wire_name) in [("StationState", "Station"), ("UserState", "User")] {
        assert_eq!(find(name).alias_of, position);
        let id = api
            .models
            .iter()
            .position(|model| model.wire_name == wire_name)
            .unwrap();
        assert_eq!(find(name).home, EnumHome::Model(id));
    }
    // The same name, but other values.
    assert_eq!(find("QueueMode").alias_of, None);
    assert_eq!(find("LonelyMode").alias_of, None);
}

fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

fn tag(name: &str) -> Selection {
    Selection {
        tags: names(&[name]),
        operations: None,
    }
}

#[test]
fn a_slice_has_its_own_groups() {
    let api = try_build(&shared()).unwrap();
    let slice = select(&api, &tag("USERS")).unwrap();
    let names: Vec<&str> = slice
        .models
        .iter()
        .map(|model| model.wire_name.as_str())
        .collect();
    assert_eq!(names, ["Division", "Queue", "Station", "User"]);
    let folders: Vec<&str> = slice
        .groups
        .iter()
        .map(|group| group.folder.as_str())
        .collect();
    assert_eq!(folders, ["users"]);
    let operations: Vec<&str> = slice
        .operations
        .iter()
        .map(|operation| operation.method_name.as_str())
        .collect();
    assert_eq!(operations, ["get_user_queues", "get_users"]);
    // The enum that the others were aliases of is gone: the next takes its place.
    let first = slice
        .enums
        .iter()
        .find(|item| item.name == "StationState")
        .unwrap();
    assert_eq!(first.alias_of, None);
    let error = select(&api, &tag("user")).unwrap_err();
    assert!(
        error.to_string().contains("Near names are users"),
        "{error}"
    );
}

#[test]
fn a_slice_of_operations_is_what_they_reach() {
    let api = try_build(&shared()).unwrap();
    let slice = |tags: Option<&[&str]>, operations: &[&str]| {
        let selection = Selection {
            tags: tags.and_then(names),
            operations: names(operations),
        };
        select(&api, &selection).map(|slice| {
            assert!(slice.is_slice);
            let all = |list: Vec<&str>| list.join(" ");
            [
                all(slice.operations.iter().map(|it| &*it.wire_name).collect()),
                all(slice.tags.iter().map(|it| &*it.module).collect()),
                all(slice.models.iter().map(|it| &*it.wire_name).collect()),
                all(slice.groups.iter().map(|it| &*it.folder).collect()),
            ]
        })
    };
    // By each of its names; an operation keeps all its tags where none were chosen.
    for name in ["getUserQueues", "get_user_queues"] {
        assert_eq!(
            slice(None, &[name]).unwrap(),
            [
                "getUserQueues",
                "routing users",
                "Queue Station",
                "routing_and_users"
            ]
        );
    }
    assert_eq!(
        slice(None, &["getUsers", "getUsers"]).unwrap(),
        ["getUsers", "users", "Division User", "users"]
    );
    // Of these tags only; a tag of which nothing is left goes.
    assert_eq!(
        slice(Some(&["users"]), &["getUserQueues"]).unwrap(),
        ["getUserQueues", "users", "Queue Station", "users"]
    );
    assert_eq!(
        slice(Some(&["users", "routing"]), &["getUsers"]).unwrap(),
        ["getUsers", "users", "Division User", "users"]
    );
    let error = |tags, operations: &[&str]| slice(tags, operations).unwrap_err().to_string();
    let message = error(Some(&["users"]), &["getQueues"]);
    assert!(message.contains("has none of the tags chosen"), "{message}");
    assert!(message.contains("Choose \"routing\", too"), "{message}");
    let message = error(None, &["getUsers", "getUserQueue"]);
    assert!(message.contains("operation \"getUserQueue\""), "{message}");
    assert!(
        message.contains("Near names are getUserQueues, "),
        "{message}"
    );
    assert!(error(None, &[]).contains("it is empty"));
}

const NO_ENTRIES: &str = "";

fn paging_error(entry: &str) -> String {
    let document = with_operation(
        "/api/v2/things",
        "get",
        json!({
            "parameters": [{"name": "pageNumber", "in": "query", "type": "integer"}],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Listing"}}}
        }),
    );
    let overrides = Overrides::parse(entry, NO_ENTRIES).unwrap();
    try_build_with(&document, overrides)
        .unwrap_err()
        .to_string()
}

#[test]
fn an_override_that_does_not_apply_is_an_error() {
    let entry = |operation: &str, rest: &str| {
        format!("[[paging]]\noperation = {operation:?}\nreason = \"Because.\"\n{rest}")
    };
    for (text, expected) in [
        (
            entry("getThings", "style = \"none\""),
            "there is no such operation",
        ),
        (entry("doThing", "style = \"odd\""), "there is no style"),
        (
            entry("doThing", "style = \"single\""),
            "needs the key items",
        ),
        (
            entry("doThing", "style = \"none\"\nitems = [\"entities\"]"),
            "has no key items",
        ),
        (
            entry("doThing", "style = \"single\"\nitems = [\"things\"]"),
            "the response has no list \"things\"",
        ),
        (
            entry(
                "doThing",
                "style = \"cursor\"\nitems = [\"entities\"]\nparameter = \"cursor\"\nresponse = [\"cursor\"]",
            ),
            "the operation has no query parameter \"cursor\"",
        ),
        (
            entry(
                "doThing",
                "style = \"body-cursor\"\nitems = [\"entities\"]\npath = [\"cursor\"]\nresponse = [\"cursor\"]",
            ),
            "the body has no property \"cursor\"",
        ),
        (
            entry(
                "doThing",
                "style = \"next-uri\"\nitems = [\"entities\"]\nresponse = [\"nextUri\"]",
            ),
            "the response has no property \"nextUri\"",
        ),
        (
            entry(
                "doThing",
                "style = \"page-number\"\nitems = [\"entities\"]\nparameter = \"pageNumber\"\ntotal = \"cursor\"",
            ),
            "the response has no number \"cursor\"",
        ),
        (
            entry(
                "doThing",
                "style = \"page-number\"\nitems = [\"entities\"]\nparameter = \"pageNumber\"\ntotal = \"total\"\npage_count = \"pageCount\"",
            ),
            "the rules decide the same without it",
        ),
    ] {
        let error = paging_error(&text);
        assert!(error.contains(expected), "{error}");
    }
    let error =
        paging_error("[[paging]]\noperation = \"doThing\"\nreason = \" \"\nstyle = \"none\"");
    assert!(error.contains("no reason"), "{error}");
    let error = Overrides::parse("[[paging]]\noperation = 1", NO_ENTRIES).unwrap_err();
    assert!(error.to_string().contains("near line 2"), "{error}");
}

#[test]
fn an_override_wins_over_the_rules() {
    let document = with_operation(
        "/api/v2/things",
        "get",
        json!({
            "parameters": [
                {"name": "pageNumber", "in": "query", "type": "integer"}, {"name": "token", "in": "query", "type": "string"}
            ],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Listing"}}}
        }),
    );
    let build = |text: &str| {
        let overrides = Overrides::parse(text, NO_ENTRIES).unwrap();
        try_build_with(&document, overrides).unwrap().operations[0]
            .paging
            .clone()
    };
    assert!(matches!(
        build("").unwrap().style,
        genesys_codegen::ir::PagingStyle::PageNumber { .. }
    ));
    let start = "[[paging]]\noperation = \"doThing\"\nreason = \"Because.\"\nstyle = ";
    assert_eq!(build(&format!("{start}\"none\"")), None);
    let cursor = build(&format!(
        "{start}\"cursor\"\nitems = [\"entities\"]\nparameter = \"token\"\nresponse = [\"cursor\"]"
    ));
    assert_eq!(
        cursor.unwrap().style,
        genesys_codegen::ir::PagingStyle::Cursor {
            parameter: "token".to_owned(),
            response: vec!["cursor".to_owned()]
        }
    );
}

#[test]
fn what_takes_a_page_but_lists_nothing_known_is_undecided() {
    let document = with_operation(
        "/api/v2/things",
        "get",
        json!({
            "parameters": [{"name": "pageNumber", "in": "query", "type": "integer"}],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Thing"}}}
        }),
    );
    let api = try_build(&document).unwrap();
    assert_eq!(api.paging_undecided, ["doThing"]);
    assert_eq!(api.operations[0].paging, None);
    let text = "[[paging]]\noperation = \"doThing\"\nreason = \"Because.\"\nstyle = \"none\"";
    let overrides = Overrides::parse(text, NO_ENTRIES).unwrap();
    let api = try_build_with(&document, overrides).unwrap();
    assert_eq!(api.paging_undecided, [""; 0]);
}

#[test]
fn repeatable_operations_can_be_named() {
    let document = with_operation("/api/v2/things/count", "post", json!({}));
    let entry = "[[idempotent]]\noperation = \"doThing\"\nreason = \"It counts.\"";
    let overrides = Overrides::parse("", entry).unwrap();
    assert!(
        try_build_with(&document, overrides.clone())
            .unwrap()
            .operations[0]
            .idempotent
    );
    let reading = with_operation("/api/v2/things", "get", json!({}));
    let error = try_build_with(&reading, overrides).unwrap_err().to_string();
    assert!(error.contains("the rules say the same"), "{error}");
    let other = Overrides::parse("", &entry.replace("doThing", "doOther")).unwrap();
    let error = try_build_with(&document, other).unwrap_err().to_string();
    assert!(error.contains("there is no such operation"), "{error}");
}

#[test]
fn operations_whose_names_clash_stay_apart() {
    let mut document = with_operation("/api/v2/things", "get", json!({"operationId": "getThing"}));
    let operation = document["paths"]["/api/v2/things"]["get"].clone();
    for (index, name) in ["get_thing", "clone", "match", "self"].iter().enumerate() {
        let mut other = operation.clone();
        other["operationId"] = json!(name);
        document["paths"][format!("/api/v2/things/{index}")] = json!({"get": other});
    }
    let api = try_build(&document).unwrap();
    let name = |wire_name: &str| {
        let operation = api
            .operations
            .iter()
            .find(|operation| operation.wire_name == wire_name);
        operation.unwrap().method_name.clone()
    };
    assert_eq!(name("getThing"), "get_thing");
    assert!(name("get_thing").starts_with("get_thing_x"));
    assert_eq!(name("clone"), "clone_");
    assert_eq!(name("match"), "r#match");
    assert_eq!(name("self"), "self_");
    let structs: BTreeSet<&String> = api
        .operations
        .iter()
        .map(|operation| &operation.struct_name)
        .collect();
    assert_eq!(structs.len(), 5);
}
