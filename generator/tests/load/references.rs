//! References, followed and broken.

use super::*;

const SCHEMA: &str = "/paths/~1users~1{id}/get/responses/200/schema/$ref";

#[test]
fn a_reference_to_nowhere_is_refused() {
    for (pointer, target) in table![
        SCHEMA => "#/definitions/Nobody";
        "/responses/400/schema/$ref" => "#/definitions/Nobody";
        "/paths/~1users~1{id}/get/responses/400/$ref" => "#/responses/Nobody";
        "/definitions/Error/properties/a" => "#/definitions/Nobody";
        "/definitions/Error/items" => "#/definitions/Nobody";
        "/definitions/Error/additionalProperties" => "#/definitions/Nobody";
        "/paths/~1users~1{id}/get/parameters/-" => "#/parameters/Nobody";
    ] {
        let (value, place) = if pointer.ends_with("$ref") {
            (json!(target), pointer.to_owned())
        } else {
            let place = pointer.replace("/-", "/1");
            (json!({"$ref": target}), format!("{place}/$ref"))
        };
        told(
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
        told(
            &with(openapi(), &[(&pointer, value)]),
            &found,
            &["leads nowhere"],
        );
    }
    for section in ["schemas", "securitySchemes"] {
        let pointer = format!("/components/{section}");
        let value = json!({"Somebody": {"$ref": format!("#/components/{section}/Nobody")}});
        let mut document = openapi();
        if section == "schemas" {
            set(&mut document, "/paths", json!({}));
        }
        set(&mut document, &pointer, value);
        told(
            &document,
            &format!("{pointer}/Somebody/$ref"),
            &["leads nowhere"],
        );
    }
}

#[test]
fn a_reference_to_another_file_is_followed_by_nobody() {
    let elsewhere = json!({"$ref": "other.json#/definitions/User"});
    told(
        &with(swagger(), &[(SCHEMA, elsewhere["$ref"].clone())]),
        SCHEMA,
        &["leads out of this document"],
    );
    // Without an operation that could be left out it is a schema that says nothing.
    told(
        &with(
            swagger(),
            &[("/definitions/User/properties/name", elsewhere)],
        ),
        "/definitions/User/properties/name/$ref",
        &["leads out of this document", "any JSON value"],
    );
    for target in ["#/components/schemas/User", "#/definitions/"] {
        told(
            &with(swagger(), &[(SCHEMA, json!(target))]),
            SCHEMA,
            &["leads nowhere", "any JSON value"],
        );
    }
    told(
        &with(swagger(), &[(SCHEMA, json!("User"))]),
        SCHEMA,
        &["read as the name of a schema"],
    );
}

#[test]
fn any_place_of_the_document_can_be_referred_to() {
    let target = |reference: &str| {
        let read = document(&with(swagger(), &[(SCHEMA, json!(reference))]));
        let response = operation(&read, "/users/{id}").responses.responses[&StatusCode::Code(200)]
            .as_item()
            .unwrap();
        let schema = response.content["application/json"].schema.clone().unwrap();
        let ReferenceOr::Reference { reference } = schema else {
            panic!("{schema:?}");
        };
        let name = genesys_codegen::load::component_name(&reference).unwrap();
        let schemas = read.components.unwrap().schemas;
        (name.clone(), schemas[&name].clone())
    };
    let (name, schema) = target("#/definitions/User/properties/name");
    assert_eq!(name, "User_name");
    assert!(matches!(
        schema,
        ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::String(_)),
            ..
        })
    ));
    let (_, schema) = target("#/responses/400/schema");
    assert_eq!(schema, ReferenceOr::ref_("#/components/schemas/Error"));
    // Through a reference on the way.
    let (name, _) = target("#/paths/~1users~1{id}/get/responses/400/schema");
    assert!(name.contains("400"), "{name}");
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
fn constraints_beside_a_reference_have_no_effect() {
    for (key, value) in [
        ("type", json!("object")),
        ("properties", json!({})),
        ("enum", json!(["a"])),
        ("pattern", json!("a")),
    ] {
        told(
            &with(
                swagger(),
                &[(
                    "/definitions/T",
                    json!({"$ref": "#/definitions/User", key: value}),
                )],
            ),
            &format!("/definitions/T/{key}"),
            &["beside \"$ref\" has no effect"],
        );
    }
    told(
        &with(
            swagger(),
            &[("/paths/~1users~1{id}/get/responses/400/schema", json!({}))],
        ),
        "/paths/~1users~1{id}/get/responses/400/schema",
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
        told(
            &with(swagger(), &[("/definitions/Tested", schema)]),
            "/definitions/Tested",
            &["made of itself", "any JSON value"],
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
    told(&circle, "/definitions/B", &["made of itself"]);
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
fn references_in_a_circle_end() {
    let response = format!("{USER}/responses/200");
    let circle = with(
        openapi(),
        &[
            (
                "/components/responses",
                json!({"A": {"$ref": "#/components/responses/B"}, "B": {"$ref": "#/components/responses/A"}}),
            ),
            (&response, json!({"$ref": "#/components/responses/A"})),
        ],
    );
    told(&circle, &format!("{response}/$ref"), &["back to itself"]);
}
