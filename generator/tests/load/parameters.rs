//! Parameters and forms.

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
    // OpenAPI 3.0 has no word for these; the converted parameter is marked.
    for (location, format, mark) in [
        ("query", "tsv", Some("tsv")),
        ("header", "pipes", Some("pipes")),
        ("header", "ssv", Some("ssv")),
        ("header", "csv", None),
        ("header", "multi", None),
    ] {
        let operation = inputs(&[array(location, Some(format))]);
        let Some(ReferenceOr::Item(parameter)) = operation.parameters.get(1) else {
            panic!();
        };
        let extensions = &parameter.parameter_data_ref().extensions;
        let found = extensions.get("x-genesys-codegen-collection-format");
        assert_eq!(found.and_then(Value::as_str), mark, "{location} {format}");
    }
    told(
        &with(
            swagger(),
            &[(
                &format!("{USER}/parameters/-"),
                array("query", Some("other")),
            )],
        ),
        &format!("{USER}/parameters/1/collectionFormat"),
        &["other"],
    );
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
fn a_parameter_declared_twice_counts_once() {
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
    told(
        &twice,
        &format!("{USER}/parameters/2"),
        &[
            "header parameter \"if-match\" is left out",
            "declared twice",
        ],
    );
    // One name in two places is two parameters.
    inputs(&[
        json!({"name": "id", "in": "query", "type": "string"}),
        header("id"),
    ]);
}

#[test]
fn an_undeclared_path_parameter_is_text() {
    for document in [swagger(), openapi()] {
        told(
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
    let [warning] = spec.diagnostics.warnings.as_slice() else {
        panic!("{:?}", spec.diagnostics.warnings);
    };
    assert_eq!(warning.pointer, format!("{USER}/parameters/1"));
    assert!(warning.to_string().starts_with("test.json#/paths/"));
    assert!(warning.message.contains("\"ghost\""));
}

#[test]
fn path_parameters_are_required() {
    for document in [swagger(), openapi()] {
        told(
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
    told(&changed, USER, &["more than one body"]);
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
    told(&both, USER, &["both a body and form"]);
    // A file is never URL-encoded, whatever the operation consumes.
    let mut wrong = swagger();
    set(
        &mut wrong,
        &format!("{USER}/consumes"),
        json!(["application/x-www-form-urlencoded"]),
    );
    set(&mut wrong, &format!("{USER}/parameters/-"), file);
    let converted = document(&wrong);
    let Some(ReferenceOr::Item(body)) = &crate::operation(&converted, "/users/{id}").request_body
    else {
        panic!();
    };
    let names: Vec<&String> = body.content.keys().collect();
    assert_eq!(names, ["multipart/form-data"]);
    told(
        &with(
            swagger(),
            &[(&format!("{USER}/parameters/0/type"), json!("file"))],
        ),
        &format!("{USER}/parameters/0/type"),
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
    for (extra, expected_style, expected_explode) in table![
        json!({}), QueryStyle::Form => true;
        json!({"explode": false}), QueryStyle::Form => false;
        json!({"style": "pipeDelimited"}), QueryStyle::PipeDelimited => false;
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
    told(
        &query(json!({"style": "simple"})),
        &format!("{USER}/parameters/1/style"),
        &["simple"],
    );
    told(
        &query(json!({"content": {"a/b": {}}})),
        &format!("{USER}/parameters/1/schema"),
        &["exclude each other"],
    );
}
