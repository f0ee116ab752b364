//! Operations, responses and security.

use super::*;

#[test]
fn a_path_must_be_one() {
    let path = |path: &str| {
        let item = swagger()["paths"]["/users/{id}"].clone();
        with(swagger(), &[("/paths", json!({path: item}))])
    };
    told(
        &path("../../x"),
        "/paths/..~1..~1x",
        &["start with a slash"],
    );
    told(
        &path("users/{id}"),
        "/paths/users~1{id}",
        &["start with a slash"],
    );
    for broken in ["/a/{id", "/a/id}", "/a/{}", "/a/{{id}}", "/a/{i/d}"] {
        let pointer = format!("/paths/{}", broken.replace('/', "~1"));
        told(
            &path(broken),
            &pointer,
            &["\"getUser\" is left out", "braces"],
        );
    }
    told(
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
    told(
        &second(Some("getUserById"), Some("other")),
        "/paths/~1zoo/post/operationId",
        &["two operations", "\"getUserById\""],
    );
    told(
        &second(Some("other"), Some("getUser")),
        "/paths/~1zoo/post/x-purecloud-method-name",
        &["two operations", "\"getUser\""],
    );
    told(
        &second(Some("getUser"), None),
        "/paths/~1zoo/post/operationId",
        &["two operations", "\"getUser\""],
    );
    told(&second(None, None), "/paths/~1zoo/post", &["no name"]);
    document(&second(None, Some("other")));
    document(&second(Some("other"), None));
    let named = load(&second(None, None)).unwrap().document;
    let made = operation(&named, "/zoo").operation_id.as_deref();
    assert_eq!(made, Some("postZoo"));
    // A method name may equal the operationId of another operation that has a method name.
    document(&second(Some("other"), Some("getUserById")));
}

#[test]
fn tags_are_unique() {
    told(
        &with(swagger(), &[("/tags/-", json!({"name": "Users"}))]),
        "/tags/1",
        &["\"Users\" is declared twice"],
    );
    told(
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
        told(
            &changed,
            &format!("{USER}/security/0/Other"),
            &[
                "no security scheme \"Other\"",
                "never carry the client's token",
            ],
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
    assert_eq!(ok.extensions["x-inin-error-codes"], json!({"a.b": "Text"}));
    let none = responses.responses[&StatusCode::Code(204)]
        .as_item()
        .unwrap();
    assert!(none.content.is_empty());
    assert!(responses.default.is_some());
    // A shared response is read as what the operation produces.
    let bad = responses.responses[&StatusCode::Code(400)]
        .as_item()
        .unwrap();
    assert_eq!(
        bad.content.keys().collect::<Vec<_>>(),
        ["text/plain", "text/csv"]
    );
}

#[test]
fn shared_responses_are_resolved() {
    let document = document(&swagger());
    let responses = &operation(&document, "/users/{id}").responses.responses;
    let shared = responses[&StatusCode::Code(400)].as_item().unwrap();
    assert_eq!(
        shared.content["application/json"].schema,
        Some(ReferenceOr::ref_("#/components/schemas/Error"))
    );
}

#[test]
fn a_response_has_a_status() {
    for status in ["ok", "099", "600", "20", "XX"] {
        let pointer = format!("{USER}/responses/{status}");
        told(
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
        told(
            &with(document, &[(&format!("{USER}/responses"), json!({}))]),
            USER,
            &["no response"],
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
    // An OAuth 2 scheme is one, whatever it lacks.
    for flow in [
        json!({"flow": "implicit"}),
        json!({}),
        json!({"flow": 7, "scopes": []}),
    ] {
        let mut value = json!({"type": "oauth2"});
        value
            .as_object_mut()
            .unwrap()
            .extend(flow.as_object().unwrap().clone());
        assert!(matches!(scheme(value), SecurityScheme::OAuth2 { .. }));
    }
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
        media_type.encoding["f"].content_type.as_deref(),
        Some("a/b")
    );
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
