//! What operations become.

use super::*;

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
        (site.wire_name.as_str(), site.list_style),
        ("site.id", ListStyle::Repeated)
    );
    assert_eq!(site.default.as_deref(), Some("a, b"));
    assert_eq!(operation.setters[3].list_style, ListStyle::Commas);
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
    assert_eq!(operation.setters[0].list_style, ListStyle::Commas);
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
}

#[test]
fn what_has_no_form_as_text_is_no_parameter() {
    let nested = json!({"parameters": [
        {"name": "grid", "in": "query", "type": "array", "items": {"type": "array", "items": {"type": "string"}}}
    ]});
    let error = operation_error("/api/v2/things", "get", nested);
    assert!(
        error.starts_with(
            "#/paths/~1api~1v2~1things/get/parameters/0: operation \"doThing\" is left out: "
        ),
        "{error}"
    );
    assert!(error.contains("\"grid\""), "{error}");
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
fn an_operation_without_a_tag_belongs_to_default() {
    let api = try_build(&with_operation(
        "/api/v2/things",
        "get",
        json!({"tags": []}),
    ))
    .unwrap();
    assert_eq!(api.tags[0].name, "default");
    // The runtime has a feature of this name.
    assert_eq!(api.tags[0].feature, "default-tag");
    let warning = &api.diagnostics.warnings[0];
    assert!(warning.message.contains("no tag"), "{warning}");
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
    for (responses, expected) in table![
        json!({"200": thing, "404": other}) => Output::Json(Type::Model(2));
        json!({"200": empty, "202": thing}) => Output::Json(Type::Model(2));
        json!({"200": thing, "201": thing, "204": empty}) => Output::Json(Type::Model(2));
        json!({"200": thing, "202": other}) => Output::Json(Type::Json);
        json!({"204": empty}) => Output::Empty;
        json!({"default": empty, "400": thing}) => Output::Bytes;
        json!({"200": {"description": "", "schema": {"type": "array", "items": {"type": "string"}}}}) => Output::Json(list(Type::String));
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

/// The methods that every operation has: those of the runtime's traits, and those that the template writes.
fn methods_of_operations() -> Vec<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates");
    let read = |file: &str| std::fs::read_to_string(format!("{root}/{file}")).unwrap();
    let mut names = Vec::new();
    for file in ["request/operation.rs", "paging/mod.rs", "jobs/mod.rs"] {
        let source = syn::parse_file(&read(&format!("runtime/src/runtime/{file}"))).unwrap();
        for item in source.items {
            let syn::Item::Trait(item) = item else {
                continue;
            };
            names.extend(item.items.iter().filter_map(|item| match item {
                syn::TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                _ => None,
            }));
        }
    }
    // A macro writes the setters of the options of a call.
    for text in [
        read("operations.rs.jinja"),
        read("runtime/src/runtime/request/options.rs").replace("$visibility", "pub"),
    ] {
        let implementation = text.split("pub fn ").skip(1);
        let written = implementation.map(|text| text.split('(').next().unwrap().to_owned());
        names.extend(written.filter(|name| !name.starts_with('{')));
    }
    for known in [
        "send",
        "items",
        "pages",
        "submit",
        "with_timeout",
        "request_mut",
        "send_as",
    ] {
        assert!(names.iter().any(|name| name == known), "{known}: {names:?}");
    }
    names
}

#[test]
fn no_parameter_hides_a_method() {
    for name in methods_of_operations() {
        // On the wire as Genesys writes names.
        let mut words = name.split('_');
        let mut wire_name = words.next().unwrap().to_owned();
        for word in words {
            wire_name.push_str(&word[..1].to_uppercase());
            wire_name.push_str(&word[1..]);
        }
        let parameter = |location: &str| json!({"name": wire_name, "in": location, "type": "integer", "required": location == "path"});
        let operation = only_operation(&with_operation(
            "/api/v2/things",
            "get",
            json!({"parameters": [parameter("query")]}),
        ));
        assert_eq!(operation.setters[0].name, format!("{name}_"));
        assert_eq!(operation.setters[0].wire_name, wire_name);
    }
}

#[test]
fn parameters_that_say_true_or_false_are_booleans() {
    let ty = |parameter: Value| {
        let mut parameter = parameter;
        parameter["name"] = json!("joined");
        parameter["in"] = json!("query");
        let operation = json!({"parameters": [parameter]});
        let operation = only_operation(&with_operation("/api/v2/things", "get", operation));
        operation.setters[0].ty.clone()
    };
    for kind in ["boolean", "string"] {
        for values in [["true", "false"], ["False", "True"], ["TRUE", "FALSE"]] {
            assert_eq!(ty(json!({"type": kind, "enum": values})), Type::Boolean);
            let items = json!({"type": kind, "enum": values});
            let items = json!({"type": "array", "items": items, "collectionFormat": "multi"});
            assert_eq!(ty(items), list(Type::Boolean));
        }
        for values in [
            json!(["true", "false", "any"]),
            json!(["true"]),
            json!(["yes", "no"]),
        ] {
            let ty = ty(json!({"type": kind, "enum": values}));
            assert!(matches!(ty, Type::Enum(_)), "{ty:?}");
        }
    }
    assert_eq!(
        ty(json!({"type": "boolean", "enum": [true, false]})),
        Type::Boolean
    );
    // JSON tells a text from a boolean.
    let api = try_build(&with_definitions(
        json!({"Thing": {"type": "object", "properties": {
            "text": {"type": "string", "enum": ["true", "false"]},
            "flag": {"type": "boolean", "enum": ["true", "false"]},
        }}}),
    ))
    .unwrap();
    let thing = model(&api, "Thing");
    assert!(matches!(field(thing, "text").ty, Type::Enum(_)));
    assert_eq!(field(thing, "flag").ty, Type::Boolean);
}

#[test]
fn an_answer_that_is_declared_as_default_only_has_its_type() {
    let output = |responses: Value| {
        let responses = json!({ "responses": responses });
        only_operation(&with_operation("/api/v2/things", "get", responses)).output
    };
    let thing = json!({"description": "", "schema": {"$ref": "#/definitions/Thing"}});
    let model = |output: &Output| matches!(output, Output::Json(Type::Model(_)));
    assert!(model(&output(json!({ "default": thing }))));
    assert!(model(&output(
        json!({ "default": thing, "404": {"description": ""} })
    )));
    assert_eq!(
        output(json!({ "default": {"description": ""} })),
        Output::Bytes
    );
    // Where a success is declared, `default` says what an error holds.
    assert_eq!(
        output(json!({ "default": thing, "204": {"description": ""} })),
        Output::Empty
    );
    let texts =
        json!({"description": "", "schema": {"type": "array", "items": {"type": "string"}}});
    assert_eq!(
        output(json!({ "default": texts })),
        Output::Json(list(Type::String))
    );
}
