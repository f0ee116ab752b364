//! What schemas become.

use super::*;

#[test]
fn types_follow_type_and_format() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": {
            "text": {"type": "string"}, "uuid": {"type": "string", "format": "uuid"},
            "at": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"},
            "local": {"type": "string", "format": "local-date-time"}, "month": {"type": "string", "format": "year-month"},
            "interval": {"type": "string", "format": "interval"},
            "small": {"type": "integer", "format": "int32"}, "big": {"type": "integer", "format": "int64"},
            "float": {"type": "number", "format": "float"}, "flag": {"type": "boolean"},
            "any": {"type": "any"}, "object": {"type": "object"}, "nothing": {},
            "words": {"type": "array", "items": {"type": "string"}},
            "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "free": {"type": "object", "additionalProperties": true},
            "closed": {"type": "object", "additionalProperties": false},
            "lists": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
            "choice": {"type": "number", "enum": [0.5, 1]},
            "yes": {"type": "boolean", "enum": ["true", "false"]},
            "level": {"type": "integer", "enum": [1, 2, 2]}
        }}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    for (name, expected) in [
        ("text", Type::String),
        ("uuid", Type::String),
        ("at", Type::DateTime),
        ("day", Type::Date),
        ("local", Type::LocalDateTime),
        ("month", Type::YearMonth),
        ("interval", Type::String),
        ("small", Type::Integer),
        ("big", Type::Integer),
        ("float", Type::Number),
        ("flag", Type::Boolean),
        ("any", Type::Json),
        ("object", Type::Json),
        ("nothing", Type::Json),
        ("words", list(Type::String)),
        ("grid", list(list(Type::Integer))),
        ("counts", map(Type::Integer)),
        ("free", map(Type::Json)),
        ("closed", Type::Json),
        ("lists", map(list(Type::String))),
        ("choice", Type::Number),
        ("yes", Type::Boolean),
        ("level", Type::Enum(0)),
    ] {
        assert_eq!(field(thing, name).ty, expected, "{name}");
    }
    assert_eq!(api.enums[0].repr, EnumRepr::Integer);
    let wires: Vec<&str> = api.enums[0]
        .variants
        .iter()
        .map(|variant| variant.wire.as_str())
        .collect();
    assert_eq!(wires, ["1", "2"]);
}

#[test]
fn a_reference_with_siblings_is_the_reference() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "required": ["owner"], "properties": {
            "owner": {"$ref": "#/definitions/User", "readOnly": true, "description": "Who has it."}
        }},
        "User": {"type": "object", "title": "A user", "description": " ", "properties": {}}
    })))
    .unwrap();
    let owner = field(model(&api, "Thing"), "owner");
    assert_eq!(owner.ty, Type::Model(1));
    assert!(owner.read_only && owner.required);
    assert_eq!(owner.docs.description.as_deref(), Some("Who has it."));
    let user = model(&api, "User");
    assert_eq!(user.docs.summary.as_deref(), Some("A user"));
    assert_eq!(user.docs.description, None);
    assert!(user.fields.is_empty());
}

#[test]
fn all_of_is_one_model_with_the_properties_of_all() {
    let api = try_build(&with_definitions(json!({
        "Animal": {"type": "object", "discriminator": "kind", "properties": {
            "kind": {"type": "string", "enum": ["cat", "dog"]}, "name": {"type": "string"}
        }},
        "Cat": {"allOf": [{"$ref": "#/definitions/Animal"}, {"type": "object", "required": ["name", "lives"], "properties": {
            "lives": {"type": "integer"}
        }}]},
        "Kitten": {"allOf": [{"$ref": "#/definitions/Cat"}], "properties": {"lives": {"type": "string"}}},
        "House": {"type": "object", "properties": {
            "pet": {"$ref": "#/definitions/Animal"},
            "both": {"allOf": [{"$ref": "#/definitions/Cat"}, {"type": "object", "properties": {"id": {"type": "string"}}}]}
        }}
    })))
    .unwrap();
    let names = |wire_name: &str| -> Vec<String> {
        let fields = &model(&api, wire_name).fields;
        fields.iter().map(|field| field.wire_name.clone()).collect()
    };
    assert_eq!(names("Animal"), ["kind", "name"]);
    assert_eq!(names("Cat"), ["kind", "name", "lives"]);
    assert!(field(model(&api, "Cat"), "name").required);
    assert!(!field(model(&api, "Animal"), "name").required);
    // A part that comes later has the last word.
    assert_eq!(names("Kitten"), ["kind", "name", "lives"]);
    assert_eq!(field(model(&api, "Kitten"), "lives").ty, Type::String);
    assert_eq!(names("House.both"), ["kind", "name", "lives", "id"]);
    assert!(model(&api, "House.both").inline);
    assert_eq!(model(&api, "House.both").name, "HouseBoth");
    // One enum for the property and all who inherit it.
    assert_eq!(api.enums.len(), 1);
    assert!(matches!(api.enums[0].home, EnumHome::Shared { .. }));
}

#[test]
fn alternatives_are_any_json() {
    let api = try_build(&openapi(json!({
        "Thing": {"type": "object", "properties": {
            "one": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "any": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "not": {"not": {"type": "string"}},
            "mixed": {"allOf": [{"type": "string"}, {"type": "object"}]},
            "sized": {"type": "string", "minimum": 1},
            "state": {"type": "string", "nullable": true, "enum": ["on", null]}
        }},
        "Either": {"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "string"}]}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    for name in ["one", "any", "not", "mixed"] {
        assert_eq!(field(thing, name).ty, Type::Json, "{name}");
    }
    assert_eq!(field(thing, "sized").ty, Type::String);
    assert_eq!(field(thing, "state").ty, Type::Enum(0));
    assert_eq!(api.enums[0].variants.len(), 1);
    let either = api
        .aliases
        .iter()
        .find(|alias| alias.wire_name == "Either")
        .unwrap();
    assert_eq!(either.ty, Type::Json);
}

#[test]
fn definitions_that_are_no_objects_are_written_where_they_are_used() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": {
            "ids": {"$ref": "#/definitions/Ids"}, "state": {"$ref": "#/definitions/State"},
            "by": {"$ref": "#/definitions/ByName"}, "again": {"$ref": "#/definitions/Again"}
        }},
        "Ids": {"type": "array", "items": {"type": "string"}},
        "ByName": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Thing"}},
        "Again": {"$ref": "#/definitions/Thing"},
        "State": {"type": "string", "enum": ["on", "off"], "description": "Whether it runs."},
        "Empty": {"type": "object"}
    })))
    .unwrap();
    let thing = model(&api, "Thing");
    let Type::Model(id) = field(thing, "again").ty else {
        panic!("not a model");
    };
    assert_eq!(api.models[id].wire_name, "Thing");
    assert!(field(thing, "again").is_boxed());
    assert_eq!(field(thing, "by").ty, map(Type::Model(id)));
    assert!(!field(thing, "by").is_boxed());
    assert_eq!(field(thing, "ids").ty, list(Type::String));
    assert_eq!(api.enums[0].name, "State");
    assert_eq!(
        api.enums[0].docs.description.as_deref(),
        Some("Whether it runs.")
    );
    let stats = stats(&api);
    assert_eq!(stats.definitions, 6);
    assert_eq!(stats.models_from_definitions, 2);
    assert_eq!(stats.enums_from_definitions, 1);
    assert_eq!(stats.definition_aliases, 3);
}

#[test]
fn a_definition_of_nothing_but_itself_is_any_value() {
    let api = try_build(&with_definitions(json!({
        "Tree": {"type": "array", "items": {"$ref": "#/definitions/Tree"}}
    })))
    .unwrap();
    assert_eq!(api.operations[0].output, Output::Json(list(Type::Json)));
    let warning = &api.diagnostics.warnings[0];
    assert_eq!(warning.pointer, "/components/schemas/Tree");
    assert!(warning.message.contains("made of itself"), "{warning}");
}

#[test]
fn objects_within_objects_are_models() {
    let api = try_build(&with_definitions(json!({
        "Thing": {"type": "object", "properties": {
            "size": {"type": "object", "properties": {"unit": {"type": "string", "enum": ["m"]}}},
            "parts": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
        }}
    })))
    .unwrap();
    let names: Vec<&str> = api.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["Thing", "ThingParts", "ThingSize"]);
    assert_eq!(api.enums[0].name, "ThingSizeUnit");
    assert_eq!(field(&api.models[0], "parts").ty, list(Type::Model(1)));
    assert_eq!(stats(&api).definitions, 1);
}

#[test]
fn a_default_is_spelled_like_the_value_or_left_out_with_a_warning() {
    let found = |schema: Value| {
        let properties = json!({"Thing": {"type": "object", "properties": {"order": schema}}});
        let api = try_build(&with_definitions(properties)).unwrap();
        let default = field(model(&api, "Thing"), "order").default.clone();
        let warnings = api.diagnostics.warnings.iter();
        let warnings: Vec<String> = warnings.map(|one| one.message.clone()).collect();
        (default, warnings.join(", "))
    };
    let text = json!({"type": "string", "enum": ["asc", "ASC", "desc"]});
    let list = json!({"type": "array", "items": text});
    let left_out =
        |value: &str| format!("the default {value:?} is not among the values; it is left out");
    for (schema, default, expected, warning) in table![
        &text, json!("desc"), Some("desc") => String::new();
        &text, json!("DESC"), Some("desc") => String::new();
        &text, json!("ASC"), Some("ASC") => String::new();
        &text, json!("a"), None => left_out("a");
        &list, json!(["Desc", "asc"]), Some("desc, asc") => String::new();
        &list, json!(["asc", "up"]), None => left_out("up");
    ] {
        let mut schema = schema.clone();
        schema["default"] = default.clone();
        let (found, told) = found(schema);
        assert_eq!((found.as_deref(), told), (expected, warning), "{default}");
    }
}
