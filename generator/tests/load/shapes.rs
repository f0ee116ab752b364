//! The document: what it must and may hold.

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
