//! References, followed and broken.

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
    kind(json!({"type": "object", "properties": {"manager": {"$ref": "#/definitions/Tested"}}}));
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
