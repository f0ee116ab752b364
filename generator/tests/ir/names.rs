//! Names of properties, definitions and enums.

use super::*;

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
