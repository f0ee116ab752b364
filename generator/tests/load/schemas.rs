//! Schemas.

use super::*;

#[test]
fn constraints_and_annotations_survive() {
    let ReferenceOr::Item(schema) = definition(json!({
        "type": "string", "format": "date-time", "pattern": "a+", "minLength": 1, "maxLength": 9,
        "enum": ["b", "a"], "default": "a", "example": "b", "title": "T", "description": "D",
        "readOnly": true, "deprecated": true,
        "externalDocs": {"url": "https://e/"}, "xml": {"name": "n"}
    })) else {
        panic!();
    };
    let data = &schema.schema_data;
    assert_eq!(data.default, Some(json!("a")));
    assert_eq!(data.example, Some(json!("b")));
    assert_eq!(data.title.as_deref(), Some("T"));
    assert_eq!(data.description.as_deref(), Some("D"));
    assert!(data.read_only && data.deprecated);
    let SchemaKind::Type(Type::String(string)) = schema.schema_kind else {
        panic!();
    };
    assert_eq!(
        string.format,
        VariantOrUnknownOrEmpty::Item(StringFormat::DateTime)
    );
    assert_eq!(string.pattern.as_deref(), Some("a+"));
    assert_eq!((string.min_length, string.max_length), (Some(1), Some(9)));
    assert_eq!(
        string.enumeration,
        [Some("b".to_owned()), Some("a".to_owned())]
    );
}

#[test]
fn unknown_formats_survive() {
    let SchemaKind::Type(Type::String(string)) =
        kind(json!({"type": "string", "format": "local-date-time"}))
    else {
        panic!();
    };
    assert_eq!(
        string.format,
        VariantOrUnknownOrEmpty::Unknown("local-date-time".to_owned())
    );
}

#[test]
fn numbers_keep_their_bounds_and_enums() {
    let SchemaKind::Type(Type::Integer(integer)) = kind(json!({
        "type": "integer", "format": "int32", "enum": [3, 1, i64::MAX], "minimum": 1.0,
        "maximum": 9_007_199_254_740_993_i64, "exclusiveMaximum": true, "multipleOf": 2
    })) else {
        panic!();
    };
    assert_eq!(
        integer.format,
        VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32)
    );
    assert_eq!(integer.enumeration, [Some(3), Some(1), Some(i64::MAX)]);
    assert_eq!(integer.minimum, Some(1));
    assert_eq!(integer.maximum, Some(9_007_199_254_740_993));
    assert_eq!(integer.multiple_of, Some(2));
    assert!(integer.exclusive_maximum && !integer.exclusive_minimum);

    let SchemaKind::Type(Type::Number(number)) =
        kind(json!({"type": "number", "enum": [0.1, 2], "minimum": -0.5}))
    else {
        panic!();
    };
    assert_eq!(number.enumeration, [Some(0.1), Some(2.0)]);
    assert_eq!(number.minimum, Some(-0.5));
}

#[test]
fn what_a_typed_kind_cannot_hold_is_kept_as_any() {
    for (schema, check) in table![
        json!({"type": "boolean", "enum": ["true", "false"]}) => json!(["true", "false"]);
        json!({"type": "integer", "enum": ["1"]}) => json!(["1"]);
        json!({"type": "integer", "enum": [u64::MAX]}) => json!([u64::MAX]);
        json!({"type": "number", "enum": [9_007_199_254_740_993_i64]}) => json!([9_007_199_254_740_993_i64]);
        json!({"type": "string", "enum": [1]}) => json!([1]);
        json!({"type": "object", "enum": [{}]}) => json!([{}]);
        json!({"enum": ["a", 1, null]}) => json!(["a", 1, null]);
    ] {
        let SchemaKind::Any(any) = kind(schema.clone()) else {
            panic!("{schema}");
        };
        assert_eq!(json!(any.enumeration), check);
        assert_eq!(
            any.typ.as_deref(),
            schema.get("type").and_then(Value::as_str)
        );
    }
    let SchemaKind::Any(any) = kind(json!({"type": "integer", "minimum": 0.5, "pattern": "a"}))
    else {
        panic!();
    };
    assert_eq!(any.minimum, Some(0.5));
    assert_eq!(any.pattern.as_deref(), Some("a"));
}

#[test]
fn booleans_with_boolean_enums_stay_booleans() {
    let SchemaKind::Type(Type::Boolean(boolean)) = kind(json!({"type": "boolean", "enum": [true]}))
    else {
        panic!();
    };
    assert_eq!(boolean.enumeration, [Some(true)]);
}

#[test]
fn objects_maps_and_arrays_are_told_apart() {
    let SchemaKind::Type(Type::Object(object)) = kind(json!({
        "type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}},
        "required": ["b"], "additionalProperties": {"$ref": "#/definitions/User"}
    })) else {
        panic!();
    };
    assert_eq!(object.required, ["b"]);
    assert_eq!(
        object.additional_properties,
        Some(AdditionalProperties::Schema(Box::new(ReferenceOr::ref_(
            "#/components/schemas/User"
        ))))
    );
    for (written, read) in [
        (json!(true), AdditionalProperties::Any(true)),
        (json!(false), AdditionalProperties::Any(false)),
    ] {
        let SchemaKind::Type(Type::Object(object)) =
            kind(json!({"type": "object", "additionalProperties": written}))
        else {
            panic!();
        };
        assert_eq!(object.additional_properties, Some(read));
    }
    assert!(matches!(
        kind(json!({"properties": {}})),
        SchemaKind::Type(Type::Object(_))
    ));
    let SchemaKind::Type(Type::Array(array)) =
        kind(json!({"items": {"type": "string"}, "uniqueItems": true, "maxItems": 3}))
    else {
        panic!();
    };
    assert!(array.unique_items);
    assert_eq!(array.max_items, Some(3));
    told(
        &with(swagger(), &[("/definitions/T", json!({"type": "array"}))]),
        "/definitions/T",
        &["items"],
    );
}

#[test]
fn members_are_in_the_order_of_their_names() {
    let text = r##"{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {},
        "definitions": {"Z": {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "string"}}},
                        "A": {"type": "object"}}}"##;
    let document = load_str("a.json", text).unwrap().document;
    let schemas = document.components.unwrap().schemas;
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["A", "Z"]);
    let ReferenceOr::Item(Schema {
        schema_kind: SchemaKind::Type(Type::Object(object)),
        ..
    }) = &schemas["Z"]
    else {
        panic!();
    };
    assert_eq!(object.properties.keys().collect::<Vec<_>>(), ["a", "z"]);
}

#[test]
fn a_schema_without_a_type_takes_anything() {
    for schema in [
        json!({}),
        json!({"type": "any"}),
        json!({"description": "D"}),
    ] {
        let SchemaKind::Any(any) = kind(schema) else {
            panic!();
        };
        assert_eq!(any, openapiv3::AnySchema::default());
    }
}

#[test]
fn all_of_beside_properties_gets_a_last_part() {
    for typ in [json!({"type": "object"}), json!({})] {
        let mut schema = json!({
            "allOf": [{"$ref": "#/definitions/User"}], "properties": {"a": {"type": "string"}},
            "required": ["a"], "discriminator": "a"
        });
        schema
            .as_object_mut()
            .unwrap()
            .extend(typ.as_object().unwrap().clone());
        let ReferenceOr::Item(schema) = definition(schema) else {
            panic!();
        };
        let SchemaKind::AllOf { all_of } = schema.schema_kind else {
            panic!();
        };
        assert_eq!(all_of.len(), 2);
        let ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(Type::Object(object)),
            ..
        }) = &all_of[1]
        else {
            panic!();
        };
        assert_eq!(object.required, ["a"]);
    }
    assert!(matches!(
        kind(json!({"allOf": [{"$ref": "#/definitions/User"}]})),
        SchemaKind::AllOf { all_of } if all_of.len() == 1
    ));
}

#[test]
fn openapi_has_more_keywords() {
    let document = load(&with(
        openapi(),
        &[
            (
                "/components/schemas/A",
                json!({"oneOf": [{"$ref": "#/components/schemas/User"}], "nullable": true, "writeOnly": true,
                       "discriminator": {"propertyName": "kind", "mapping": {"u": "User", "v": "#/components/schemas/User"}}}),
            ),
            (
                "/components/schemas/B",
                json!({"anyOf": [{"type": "string"}]}),
            ),
            ("/components/schemas/C", json!({"not": {"type": "string"}})),
            (
                "/components/schemas/D",
                json!({"type": "string", "oneOf": [{"pattern": "a"}]}),
            ),
        ],
    ))
    .unwrap()
    .document;
    let schemas = document.components.unwrap().schemas;
    let item = |name: &str| schemas[name].as_item().unwrap();
    assert!(matches!(&item("A").schema_kind, SchemaKind::OneOf { one_of } if one_of.len() == 1));
    let data = &item("A").schema_data;
    assert!(data.nullable && data.write_only);
    assert!(matches!(&item("B").schema_kind, SchemaKind::AnyOf { .. }));
    assert!(matches!(&item("C").schema_kind, SchemaKind::Not { .. }));
    assert!(matches!(&item("D").schema_kind, SchemaKind::Any(any)
        if any.typ.as_deref() == Some("string") && any.one_of.len() == 1));
}
