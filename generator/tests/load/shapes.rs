//! The document: what it must and may hold.

use super::*;

/// Places in the Swagger document that are objects with a fixed set of keys.
const SWAGGER_OBJECTS: [&str; 11] = [
    "",
    "/info",
    "/tags/0",
    "/securityDefinitions/OAuth",
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
fn an_unknown_key_has_no_effect_anywhere() {
    for (document, place) in places() {
        let pointer = format!("{place}/surprise~1~0");
        told(
            &with(document, &[(&pointer, json!(1))]),
            &pointer,
            &["the key \"surprise/~\"", "has no effect"],
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
fn another_kind_of_value_is_told_of_everywhere() {
    for (document, place) in places().filter(|(_, place)| !place.is_empty()) {
        for value in [json!(7), json!("text"), json!([])] {
            told(
                &with(document.clone(), &[(place, value)]),
                place,
                &["expected", "found"],
            );
        }
        told(&with(document, &[(place, json!(null))]), place, &["null"]);
    }
}

#[test]
fn a_missing_key_is_named() {
    const PARAMETER: &str = "/paths/~1users~1{id}/get/parameters/0";
    for (place, key, word) in [
        ("", "info", "info object"),
        ("", "paths", "no paths"),
        ("/info", "title", "no title"),
        ("/info", "version", "no version"),
        ("/tags/0", "name", "needs the key \"name\""),
        ("/securityDefinitions/OAuth", "type", "needs the key"),
        ("/responses/400", "description", "no description"),
        (PARAMETER, "type", "no type"),
        (PARAMETER, "name", "needs the key \"name\""),
        (PARAMETER, "in", "needs the key \"in\""),
        (USER, "responses", "no response"),
    ] {
        let document = without(swagger(), &format!("{place}/{key}"));
        told(&document, place, &[word]);
    }
    for (place, key, word) in [
        ("", "info", "info object"),
        ("", "paths", "no paths"),
        (PARAMETER, "schema", "no schema"),
        (PARAMETER, "in", "needs the key \"in\""),
        (USER, "responses", "no response"),
    ] {
        let document = without(openapi(), &format!("{place}/{key}"));
        told(&document, place, &[word]);
    }
}

#[test]
fn wrong_values_are_told_of_where_they_are() {
    for (pointer, value) in table![
        "/definitions/User/type" => json!("strnig");
        "/definitions/User/type" => json!(["string", "null"]);
        "/definitions/User/required" => json!(true);
        "/definitions/User/readOnly" => json!("yes");
        "/definitions/User/minLength" => json!(-1);
        "/definitions/User/maxItems" => json!(1.5);
        "/definitions/User/enum" => json!([]);
        "/definitions/User/allOf" => json!([]);
        "/definitions/User/items" => json!([{"type": "string"}]);
        "/definitions/User/oneOf" => json!([{"type": "string"}]);
        "/definitions/User/nullable" => json!(true);
        "/definitions/User/additionalProperties" => json!("no");
        "/schemes" => json!(["gopher"]);
        "/basePath" => json!("base");
        "/produces" => json!(["json"]);
        "/securityDefinitions/OAuth/type" => json!("magic");
        "/paths/~1users~1{id}/get/parameters/0/in" => json!("elsewhere");
        "/paths/~1users~1{id}/get/x-purecloud-method-name" => json!(["a"]);
        "/paths/~1users~1{id}/get/x-genesys-preview" => json!("true");
        "/paths/~1users~1{id}/get/x-inin-requires-permissions" => json!({"type": "ANY"});
        "/paths/~1users~1{id}/get/responses/200/x-inin-error-codes" => json!([]);
    ] {
        let places: Vec<String> = match load(&with(swagger(), &[(pointer, value)])) {
            Err(found) => vec![found.pointer().unwrap().to_owned()],
            Ok(spec) => {
                let found = spec.diagnostics;
                let left_out = found.left_out.into_iter().map(|one| one.pointer);
                let warnings = found.warnings.into_iter().map(|one| one.pointer);
                left_out.chain(warnings).collect()
            }
        };
        assert!(
            places.iter().any(|place| place.starts_with(pointer)),
            "{pointer}: {places:?}"
        );
    }
    told(
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
