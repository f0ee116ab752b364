//! Bodies and lists: forms, files, content types, styles.

use super::*;

/// An operation of OpenAPI 3.0 with this body.
fn with_body(content: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3", "info": {"title": "Test", "version": "1"},
        "paths": {"/things": {"post": {
            "tags": ["Things"], "operationId": "postThing", "requestBody": {"content": content},
            "responses": {"204": {"description": ""}}
        }}},
        "components": {"schemas": schemas}
    })
}

fn form(properties: Value) -> Value {
    json!({"schema": {"type": "object", "properties": properties}})
}

type Told = (String, Location, Type, ListStyle);

fn told(operation: &Operation) -> Vec<Told> {
    let parameters = operation.arguments.iter().chain(&operation.setters);
    parameters
        .map(|one| {
            (
                one.wire_name.clone(),
                one.location,
                one.ty.clone(),
                one.list_style,
            )
        })
        .collect()
}

fn one(name: &str, location: Location, ty: Type, style: ListStyle) -> Told {
    (name.to_owned(), location, ty, style)
}

#[test]
fn a_form_of_swagger_has_its_lists_and_files() {
    use ListStyle::{Commas, Pipes, Repeated, Spaces, Tabs};

    let array = |name: &str, style: &str| json!({"name": name, "in": "formData", "type": "array", "items": {"type": "string"}, "collectionFormat": style});
    let mut parameters: Vec<Value> = ["csv", "ssv", "tsv", "pipes", "multi"]
        .into_iter()
        .map(|style| array(style, style))
        .collect();
    let operation = |consumes: Value, parameters: &[Value]| {
        only_operation(&with_operation(
            "/things",
            "post",
            json!({"consumes": consumes, "parameters": parameters}),
        ))
    };
    let styles = [Commas, Spaces, Tabs, Pipes, Repeated];
    for (consumes, location) in table![
        json!(["application/x-www-form-urlencoded"]) => Location::Form;
        json!(["application/xml", "Application/X-WWW-Form-URLencoded; charset=utf-8"]) => Location::Form;
        json!(["application/json"]) => Location::Form;
        json!(["multipart/form-data", "application/x-www-form-urlencoded"]) => Location::Part;
    ] {
        let operation = operation(consumes, &parameters);
        let expected: Vec<Told> = ["csv", "ssv", "tsv", "pipes", "multi"]
            .into_iter()
            .zip(styles)
            .map(|(name, style)| one(name, location, list(Type::String), style))
            .collect();
        assert_eq!(told(&operation), expected);
        assert!(operation.body.is_none());
    }
    parameters.truncate(1);
    parameters.push(json!({"name": "file", "in": "formData", "type": "file", "required": true}));
    parameters.push(json!({"name": "raw", "in": "formData", "type": "string", "format": "binary"}));
    for consumes in [
        json!(["multipart/form-data"]),
        json!(["application/x-www-form-urlencoded"]),
        json!(["application/x-www-form-urlencoded", "multipart/form-data"]),
        json!([]),
    ] {
        assert_eq!(
            told(&operation(consumes, &parameters)),
            [
                one("file", Location::Part, Type::File, Repeated),
                one("csv", Location::Part, list(Type::String), Commas),
                one("raw", Location::Part, Type::File, Repeated),
            ]
        );
    }
}

#[test]
fn parts_are_texts_files_or_json() {
    let binary = json!({"type": "string", "format": "binary"});
    let schema = json!({"allOf": [
        {"$ref": "#/components/schemas/Base"},
        {"type": "object", "required": ["meta", "kind"], "properties": {
            "image": {"$ref": "#/components/schemas/File"},
            "pages": {"type": "array", "items": binary},
            "meta": {"$ref": "#/components/schemas/Meta"},
            "many": {"type": "array", "items": {"$ref": "#/components/schemas/Meta"}},
            "day": {"type": "string", "format": "date"}
        }}
    ]});
    let document = with_body(
        json!({"multipart/form-data": {"schema": schema}}),
        json!({
            "Base": {"type": "object", "required": ["image"], "properties": {"kind": {"type": "string"}}},
            "File": binary,
            "Meta": {"type": "object", "properties": {"a": {"type": "string"}}}
        }),
    );
    let api = try_build(&document).unwrap();
    assert_eq!(api.diagnostics.left_out, []);
    let operation = &api.operations[0];
    let names = |list: &[genesys_codegen::ir::Parameter]| -> Vec<String> {
        list.iter().map(|one| one.wire_name.clone()).collect()
    };
    assert_eq!(names(&operation.setters), ["day", "many", "pages"]);
    assert_eq!(names(&operation.arguments), ["kind", "image", "meta"]);
    let types: Vec<Type> = told(operation)
        .into_iter()
        .map(|(_, _, ty, _)| ty)
        .collect();
    assert_eq!(types[..2], [Type::String, Type::File]);
    assert!(matches!(types[2], Type::Model(_)));
    assert_eq!(types[3], Type::Date);
    assert!(matches!(&types[4], Type::List(item) if matches!(**item, Type::Model(_))));
    assert_eq!(types[5], list(Type::File));
}

#[test]
fn the_first_content_type_that_can_be_sent_is() {
    let fields = form(
        json!({"a": {"type": "string"}, "ids": {"type": "array", "items": {"type": "integer"}}}),
    );
    let object = json!({"schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let binary = json!({"schema": {"type": "string", "format": "binary"}});
    let document = |content: Value| with_body(content, json!({}));
    for (content, location) in table![
        json!({"application/x-www-form-urlencoded": fields}) => Location::Form;
        json!({"application/x-www-form-urlencoded; charset=utf-8": fields}) => Location::Form;
        json!({"multipart/form-data": fields, "application/x-www-form-urlencoded": fields}) => Location::Part;
        json!({"application/xml": object, "application/x-www-form-urlencoded": fields}) => Location::Form;
    ] {
        let operation = only_operation(&document(content));
        assert_eq!(
            told(&operation),
            [
                one("a", location, Type::String, ListStyle::Repeated),
                one("ids", location, list(Type::Integer), ListStyle::Repeated),
            ]
        );
    }
    for (content, content_type, is_file) in table![
        json!({"application/xml": object, "text/plain": {"schema": {"type": "string"}}}), "text/plain" => false;
        json!({"multipart/form-data": fields, "application/json; charset=utf-8": object}), "application/json" => false;
        json!({"application/xml": object, "application/merge-patch+json": object}), "application/merge-patch+json" => false;
        json!({"image/png": binary}), "image/png" => true;
        json!({"image/*": binary}), "application/octet-stream" => true;
        json!({"*/*": binary}), "application/octet-stream" => true;
        json!({"*/*": object}), "application/json" => false;
        json!({"application/octet-stream": {}}), "application/octet-stream" => true;
    ] {
        let body = only_operation(&document(content)).body.unwrap();
        assert_eq!(body.content_type, content_type);
        assert_eq!(body.ty == Type::File, is_file, "{content_type}");
    }
    for (content, pointer) in [
        (
            json!({"application/xml": object}),
            "/requestBody/content/application~1xml",
        ),
        (
            json!({"multipart/mixed": object}),
            "/requestBody/content/multipart~1mixed",
        ),
        (
            json!({"application/x-www-form-urlencoded": {"schema": {"type": "string"}}}),
            "/requestBody",
        ),
        (
            json!({"application/x-www-form-urlencoded": form(json!({"o": {"type": "object", "properties": {"a": {"type": "string"}}}}))}),
            "/requestBody/content/application~1x-www-form-urlencoded/schema/properties/o",
        ),
    ] {
        let api = try_build(&document(content)).unwrap();
        let [left_out] = &api.diagnostics.left_out[..] else {
            panic!("{:?}", api.diagnostics);
        };
        assert_eq!(left_out.pointer, format!("/paths/~1things/post{pointer}"));
    }
}

#[test]
fn lists_of_a_form_by_encoding() {
    let mut fields = form(json!({"a": {"type": "array", "items": {"type": "string"}}}));
    for (encoding, style) in table![
        json!({}) => ListStyle::Repeated;
        json!({"explode": false}) => ListStyle::Commas;
        json!({"style": "spaceDelimited"}) => ListStyle::Spaces;
        json!({"style": "pipeDelimited", "explode": false}) => ListStyle::Pipes;
        json!({"style": "pipeDelimited", "explode": true}) => ListStyle::Repeated;
    ] {
        fields["encoding"] = json!({"a": encoding});
        let content = json!({"application/x-www-form-urlencoded": fields});
        let operation = only_operation(&with_body(content, json!({})));
        assert_eq!(operation.setters[0].list_style, style);
    }
    fields["schema"] = json!({"$ref": "#/components/schemas/F"});
    let content = json!({"application/x-www-form-urlencoded": fields});
    let schemas = json!({"F": {"allOf": [{"$ref": "#/components/schemas/G"}]},
                         "G": {"type": "object", "properties": {"a": {"type": "string"}}}});
    assert_eq!(
        only_operation(&with_body(content, schemas)).setters[0].wire_name,
        "a"
    );
}

#[test]
fn lists_go_into_headers_paths_cookies_and_queries() {
    let mut document = openapi(json!({"A": {"type": "object"}}));
    let paths = document["paths"].as_object_mut().unwrap();
    let item = paths.remove("/api/v2/things/0").unwrap();
    paths.insert("/things/{p}".to_owned(), item);
    let array = json!({"type": "array", "items": {"type": "string"}});
    let get = |extra: Value| {
        let mut document = document.clone();
        let mut parameter = json!({"name": "p", "required": true, "schema": array});
        for (key, value) in extra.as_object().unwrap() {
            parameter[key] = value.clone();
        }
        let mut parameters = vec![parameter];
        if extra["in"] != "path" {
            parameters.push(
                json!({"name": "p", "in": "path", "required": true, "schema": {"type": "string"}}),
            );
        }
        document["paths"]["/things/{p}"]["get"]["parameters"] = Value::Array(parameters);
        try_build(&document).unwrap()
    };
    for (extra, location, style) in table![
        json!({"in": "header"}), Location::Header => ListStyle::Commas;
        json!({"in": "path"}), Location::Path => ListStyle::Commas;
        json!({"in": "cookie"}), Location::Cookie => ListStyle::Commas;
        json!({"in": "query"}), Location::Query => ListStyle::Repeated;
        json!({"in": "query", "explode": false}), Location::Query => ListStyle::Commas;
        json!({"in": "query", "style": "spaceDelimited"}), Location::Query => ListStyle::Spaces;
        json!({"in": "query", "style": "pipeDelimited"}), Location::Query => ListStyle::Pipes;
    ] {
        let api = get(extra);
        let parameters = told(&api.operations[0]);
        let found = parameters.iter().find(|one| one.1 == location).unwrap();
        assert_eq!(*found, one("p", location, list(Type::String), style));
    }
    for extra in [
        json!({"in": "query", "style": "deepObject"}),
        json!({"in": "path", "style": "matrix"}),
        json!({"in": "path", "style": "label"}),
    ] {
        let api = get(extra);
        assert_eq!(api.diagnostics.left_out.len(), 1);
        assert_eq!(
            api.diagnostics.left_out[0].pointer,
            "/paths/~1things~1{p}/get/parameters/0"
        );
    }
}

#[test]
fn parameters_of_one_name_are_told_apart_by_their_place() {
    let text = |name: &str, place: &str| json!({"name": name, "in": place, "type": "string", "required": place == "path"});
    let operation = only_operation(&with_operation(
        "/things/{id}",
        "post",
        json!({"consumes": ["multipart/form-data"], "parameters": [
            text("id", "header"), text("id", "query"), text("id", "path"), text("ID", "formData"),
            text("page[number]", "query"), text("page", "query"), text("$filter", "query"), text("filter", "query"),
            text("_filter", "query")
        ]}),
    ));
    let names: Vec<(&str, &str)> = operation
        .arguments
        .iter()
        .chain(&operation.setters)
        .map(|one| (one.name.as_str(), one.wire_name.as_str()))
        .collect();
    assert_eq!(
        names[..6],
        [
            ("id", "id"),
            ("id_header", "id"),
            ("id_query", "id"),
            ("page_number", "page[number]"),
            ("page", "page"),
            ("filter", "$filter"),
        ]
    );
    assert_eq!(names[8], ("id_form", "ID"));
    let distinct: BTreeSet<&str> = names.iter().map(|(name, _)| *name).collect();
    assert_eq!(distinct.len(), names.len());
    assert_eq!(operation.path_segments[1..], [PathPiece::Argument(0)]);
}
