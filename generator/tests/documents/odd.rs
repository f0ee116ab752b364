//! Facts that have no effect on code, or a plain meaning in spite of their shape, wherever they are.

use genesys_codegen::ir::{CredentialScheme, ListStyle, Output};

use super::support::table;
use super::*;

/// A document with this at a place of its root.
fn with_root(key: &str, value: Value) -> Value {
    let mut document = with_operation(json!({}));
    document[key] = value;
    document
}

/// An OpenAPI 3.0 document with one operation, `POST /things`.
fn with_post(operation: Value) -> Value {
    let mut whole =
        json!({"operationId": "postThings", "responses": {"200": {"description": "OK"}}});
    for (key, value) in operation.as_object().unwrap() {
        whole[key] = value.clone();
    }
    json!({"openapi": "3.0.0", "info": {"title": "Test", "version": "1"}, "paths": {"/things": {"post": whole}}})
}

fn with_body(content: Value) -> Value {
    with_post(json!({"requestBody": {"content": content}}))
}

#[test]
fn a_base_path_is_kept_where_it_can_be() {
    for (base, path, is_told) in [
        (json!("/v9"), "/v9/things", false),
        (json!("v9"), "/v9/things", true),
        (json!("//v9"), "/v9/things", false),
        (json!("https://api.example.com/v9"), "/v9/things", true),
        (json!(9), "/9/things", true),
        (json!(null), "/things", true),
    ] {
        for host in [None, Some(json!("api.example.com")), Some(json!(7))] {
            let mut document = with_root("basePath", base.clone());
            let has_odd_host = host == Some(json!(7));
            if let Some(host) = host {
                document["host"] = host;
            }
            let api = read(&document);
            assert_eq!(operation(&api, "getThings").path, path, "{base}");
            let told = api.diagnostics.warnings.iter();
            let told = told.filter(|one| one.pointer == "/basePath").count();
            assert_eq!(told > 0, is_told, "{base}");
            if has_odd_host {
                warned(&api, "/host", "a number is read as text");
            }
        }
    }
}

#[test]
fn a_document_that_is_refused_tells_all_that_is_wrong_and_where() {
    let mut swagger = with_operation(json!({"parameters": [{"name": "a", "in": "nowhere"}]}));
    swagger["basePath"] = json!("/{tenant}");
    let mut openapi = with_post(json!({"position": 1}));
    openapi["servers"] = json!([{"url": "https://api.example.com/{tenant}"}]);
    for (document, place, other) in table![
        swagger, "document.json#/basePath: " => "#/paths/~1things/get/parameters/0/in: ";
        openapi, "document.json#/servers/0/url: " => "#/paths/~1things/post/position: ";
    ] {
        let told = try_read(&document).unwrap_err().to_string();
        let (first, rest) = told.split_once('\n').unwrap();
        assert!(first.contains(place) && first.contains("'{'"), "{told}");
        assert!(rest.contains(other), "{told}");
    }
}

#[test]
fn an_incomplete_oauth_scheme_is_one() {
    for scheme in [
        json!({"type": "oauth2"}),
        json!({"type": "oauth2", "flow": "magic", "scopes": 7}),
    ] {
        let mut document = with_operation(json!({"security": [{"Login": ["a"]}]}));
        document["securityDefinitions"] = json!({"Login": scheme});
        let api = read(&document);
        let found = operation(&api, "getThings");
        assert_eq!(
            (found.credential.clone(), &found.scopes[..]),
            (None, &["a".to_owned()][..])
        );
        let mut document = with_post(json!({"security": [{"Login": []}]}));
        document["components"] = json!({"securitySchemes": {"Login": scheme}});
        assert_eq!(operation(&read(&document), "postThings").credential, None);
    }
}

#[test]
fn a_second_scheme_of_one_alternative_is_told_of() {
    let read = |security: Value| {
        let mut document = with_operation(json!({"security": security}));
        document["securityDefinitions"] = json!({
            "Login": {"type": "oauth2"},
            "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "Other": {"type": "apiKey", "in": "query", "name": "key"}
        });
        super::read(&document)
    };
    let place = "/paths/~1things/get/security";
    let api = read(json!([{"Login": [], "Key": []}]));
    warned(&api, place, "the caller has to send that of \"Key\"");
    let api = read(json!([{"Key": [], "Other": []}]));
    let sent = operation(&api, "getThings").credential.clone();
    assert!(matches!(sent, Some(CredentialScheme { name, .. }) if name == "Key"));
    warned(&api, place, "\"Other\"");
    for security in [
        json!([{"Login": [], "Key": []}, {"Login": []}]),
        json!([{"Key": []}, {"Other": []}]),
    ] {
        assert!(read(security).diagnostics.is_empty());
    }
}

#[test]
fn what_constrains_a_parameter_has_no_effect_on_its_operation() {
    for (key, value) in [
        ("maxLength", json!("10")),
        ("minimum", json!("1")),
        ("maxItems", json!(-1)),
        ("uniqueItems", json!("yes")),
        ("enum", json!("a")),
        ("pattern", json!([])),
        ("format", json!(7)),
        ("type", json!("file")),
        ("collectionFormat", json!("lines")),
        ("required", json!("yes")),
        ("description", json!({})),
        ("x-example", json!({})),
    ] {
        for place in ["query", "header"] {
            let mut parameter = json!({"name": "a", "in": place, "type": "string"});
            parameter[key] = value.clone();
            let api = read(&with_operation(json!({"parameters": [parameter]})));
            assert_eq!(parameter_type(&api), Type::String, "{key}");
            if key != "x-example" {
                warned(&api, &format!("/paths/~1things/get/parameters/0/{key}"), "");
            }
        }
    }
    // How a list is written does have one.
    let parameter = json!({"name": "a", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "lines"});
    let api = read(&with_operation(json!({"parameters": [parameter]})));
    left_out(
        &api,
        "getThings",
        "/paths/~1things/get/parameters/0/collectionFormat",
        "unknown",
    );
}

fn parameter_type(api: &Api) -> Type {
    parameter(operation(api, "getThings"), "a").ty.clone()
}

#[test]
fn one_value_is_written_the_same_in_an_unknown_style() {
    let parameters = |style: &str, schema: Value| {
        with_post(
            json!({"parameters": [{"name": "a", "in": "query", "style": style, "schema": schema}]}),
        )
    };
    let api = read(&parameters("simple", json!({"type": "string"})));
    warned(
        &api,
        "/paths/~1things/post/parameters/0/style",
        "\"simple\"",
    );
    assert_eq!(
        parameter(operation(&api, "postThings"), "a").list_style,
        ListStyle::default()
    );
    let list = json!({"type": "array", "items": {"type": "string"}});
    let api = read(&parameters("simple", list));
    left_out(
        &api,
        "postThings",
        "/paths/~1things/post/parameters/0/style",
        "\"simple\"",
    );
}

#[test]
fn a_body_is_what_its_content_type_says() {
    let object = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let body = |content_type: &str, schema: &Value| {
        let api = read(&with_body(json!({content_type: {"schema": schema}})));
        let place = format!(
            "/paths/~1things/post/requestBody/content/{}",
            content_type.replace('/', "~1")
        );
        match api.operations.first() {
            Some(operation) => {
                let body = operation.body.clone().unwrap();
                if matches!(body.ty, Type::String | Type::File) {
                    warned(&api, &format!("{place}/schema"), "its schema is ignored");
                }
                Some(body.ty)
            }
            None => {
                left_out(&api, "postThings", &place, "XML is not supported");
                None
            }
        }
    };
    for (content_type, expected) in [
        ("application/octet-stream", Some(Type::File)),
        ("image/png", Some(Type::File)),
        ("text/csv", Some(Type::String)),
        ("application/xml", None),
        ("text/xml; charset=utf-8", None),
        ("application/soap+xml", None),
    ] {
        assert_eq!(body(content_type, &object), expected, "{content_type}");
    }
    for content_type in [
        "text/json",
        "application/json; charset=utf-8",
        "application/vnd.example+json",
    ] {
        assert!(
            matches!(body(content_type, &object), Some(Type::Model(_))),
            "{content_type}"
        );
    }
    // What can be typed goes before what cannot.
    let api = read(&with_body(json!({
        "application/octet-stream": {"schema": object}, "application/x-www-form-urlencoded": {"schema": object}
    })));
    parameter(operation(&api, "postThings"), "x");
}

#[test]
fn a_form_lists_its_fields() {
    for content_type in ["multipart/form-data", "application/x-www-form-urlencoded"] {
        for schema in [
            json!({"type": "object"}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ] {
            let api = read(&with_body(json!({content_type: {"schema": schema}})));
            left_out(
                &api,
                "postThings",
                "/paths/~1things/post/requestBody",
                "lists its fields",
            );
        }
    }
}

#[test]
fn a_response_in_xml_is_bytes_and_told_of() {
    let schema = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let responses = json!({"200": {"description": "OK", "schema": schema}});
    let api = read(&with_operation(
        json!({"produces": ["application/xml"], "responses": responses}),
    ));
    assert_eq!(operation(&api, "getThings").output, Output::Bytes);
    warned(
        &api,
        "/paths/~1things/get/responses/200/schema",
        "returned as bytes",
    );
}

#[test]
fn names_of_folders_are_no_names_of_files() {
    let mut document = with_operation(json!({"tags": ["handles", "Things"]}));
    for name in ["OperationParameters", "SharedEnums", "Handles"] {
        let path = format!("/{name}");
        document["paths"][path] = json!({"get": {
            "tags": ["handles"], "operationId": format!("get{name}"),
            "parameters": [{"name": "kind", "in": "query", "type": "string", "enum": ["a", "b"]}],
            "responses": {"200": {"description": "OK", "schema": {"$ref": format!("#/definitions/{name}")}}}
        }});
        document["definitions"][name] =
            json!({"type": "object", "properties": {"kind": {"type": "string", "enum": ["x"]}}});
    }
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("document.json");
    fs::write(&spec, document.to_string()).unwrap();
    let out = folder.path().join("crate");
    Config::new().spec(&spec).generate_into(&out).unwrap();
    let models = out.join("src/models/handles_");
    for name in ["operation_parameters", "shared_enums"] {
        assert!(!models.join(format!("{name}.rs")).exists(), "{name}");
        assert!(models.join(format!("{name}_.rs")).exists(), "{name}");
    }
}

#[test]
fn a_warning_leads_to_the_schema_that_it_is_about() {
    let odd =
        json!({"type": "object", "properties": {"a": {"type": "array", "items": {"oneOf": []}}}});
    let list = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    let parameters = json!([{"name": "a", "in": "query", "schema": {}}, {"name": "b", "in": "query", "schema": list}]);
    let form = json!({"type": "object", "properties": {"c": list}});
    let api = read(&with_post(json!({
        "parameters": parameters,
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {"200": {"description": "OK", "content": {"application/xml; charset=utf-8": {"schema": odd}}}}
    })));
    let at = "/paths/~1things/post";
    warned(
        &api,
        &format!("{at}/parameters/0/schema"),
        "a string is taken",
    );
    warned(
        &api,
        &format!("{at}/parameters/1/schema"),
        "each item of a list",
    );
    let form = format!("{at}/requestBody/content/application~1x-www-form-urlencoded/schema");
    warned(&api, &format!("{form}/properties/c"), "each item of a list");
    let response = format!("{at}/responses/200/content/application~1xml; charset=utf-8/schema");
    warned(&api, &response, "returned as bytes");
    let parameter = json!({"name": "a", "in": "query", "type": "any"});
    let api = read(&with_operation(
        json!({"parameters": [{"name": "z", "in": "query", "type": "string"}, parameter]}),
    ));
    warned(
        &api,
        "/paths/~1things/get/parameters/1",
        "a string is taken",
    );
}

#[test]
fn a_content_type_has_a_slash() {
    for content_type in ["", "garbage", "multipart/mixed"] {
        let api = read(&with_body(
            json!({content_type: {"schema": {"type": "string"}}}),
        ));
        assert_eq!(
            api.operations.len(),
            usize::from(content_type.contains('/')),
            "{content_type}"
        );
    }
}

#[test]
fn the_version_may_be_short() {
    let mut document = with_operation(json!({}));
    for version in [json!("2"), json!(2), json!(2.0)] {
        document["swagger"] = version;
        operation(&read(&document), "getThings");
    }
}

#[test]
fn the_properties_of_an_object_in_a_query_are_parameters() {
    let object = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "integer", "description": "How many."}, "b": {"type": "array", "items": {"type": "string"}}
    }});
    let post = |parameter: Value| {
        let mut document = with_post(json!({"parameters": [parameter]}));
        document["components"] = json!({"schemas": {"Filter": object}});
        read(&document)
    };
    let schema = json!({"$ref": "#/components/schemas/Filter"});
    let parameter = json!({"name": "f", "in": "query", "required": true, "schema": schema});
    let api = post(parameter.clone());
    let found = operation(&api, "postThings");
    let [a] = &found.arguments[..] else {
        panic!("{found:?}");
    };
    assert_eq!((a.wire_name.as_str(), &a.ty), ("a", &Type::Integer));
    assert_eq!(a.docs.description.as_deref(), Some("How many."));
    assert_eq!(super::parameter(found, "b").list_style, ListStyle::Repeated);
    assert_eq!(found.setters.len(), 1);

    let mut optional = parameter.clone();
    optional["required"] = json!(false);
    assert_eq!(operation(&post(optional), "postThings").setters.len(), 2);
    for (key, value) in [("explode", json!(false)), ("style", json!("deepObject"))] {
        let mut whole = parameter.clone();
        whole[key] = value;
        left_out(
            &post(whole),
            "postThings",
            "/paths/~1things/post/parameters/0",
            "",
        );
    }
}
