//! The spec in `spec/` loads completely.

use std::path::Path;

use genesys_codegen::load::load_file;
use genesys_codegen::spec;
use openapiv3::{Parameter, ParameterSchemaOrContent, QueryStyle, ReferenceOr, Schema, SchemaKind};
use serde_json::json;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spec"))
}

#[test]
fn everything_in_the_real_spec_is_read() {
    let spec = load_file(folder()).unwrap();
    let source = spec::Folder::read(folder())
        .unwrap()
        .source()
        .unwrap()
        .unwrap();
    assert_eq!(spec.diagnostics.report(), [""; 0]);
    assert_eq!(spec.sha256, source.sha256);
    assert_eq!(source.release, 269);

    let operations: Vec<_> = spec.document.operations().collect();
    let components = spec.document.components.as_ref().unwrap();
    assert_eq!(operations.len(), 3355);
    assert_eq!(components.schemas.len(), 5165);
    assert_eq!(spec.document.tags.len(), 87);
    assert_eq!(spec.document.servers[0].url, "https://api.mypurecloud.com");

    // Counted in the file with a program of its own.
    let with = |key: &str| {
        operations
            .iter()
            .filter(|(_, _, operation)| operation.extensions.contains_key(key))
            .count()
    };
    assert_eq!(with("x-purecloud-method-name"), 3355);
    assert_eq!(with("x-inin-requires-permissions"), 2921);
    assert_eq!(with("x-genesys-preview"), 88);
    let error_codes = operations
        .iter()
        .flat_map(|(_, _, operation)| operation.responses.responses.values())
        .filter_map(|response| response.as_item())
        .filter(|response| response.extensions.contains_key("x-inin-error-codes"))
        .count();
    assert_eq!(error_codes, 30288);
    let open = operations
        .iter()
        .filter(|(_, _, operation)| operation.security.as_ref().is_some_and(Vec::is_empty));
    assert_eq!(open.count(), 35);
    let bodies = operations
        .iter()
        .filter(|(_, _, operation)| operation.request_body.is_some());
    assert_eq!(bodies.count(), 1350);
    let deprecated = operations
        .iter()
        .filter(|(_, _, operation)| operation.deprecated);
    assert_eq!(deprecated.count(), 129);

    let parameters: Vec<&Parameter> = operations
        .iter()
        .flat_map(|(_, _, operation)| &operation.parameters)
        .map(|parameter| parameter.as_item().unwrap())
        .collect();
    assert_eq!(parameters.len(), 3068 + 2962 + 23);
    let repeated = parameters.iter().filter(|parameter| {
        matches!(parameter, Parameter::Query { parameter_data, style: QueryStyle::Form, .. }
            if parameter_data.explode == Some(true))
    });
    assert_eq!(repeated.count(), 431);
    let text_booleans =
        parameters
            .iter()
            .filter(|parameter| match &parameter.parameter_data_ref().format {
                ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) => {
                    matches!(&schema.schema_kind, SchemaKind::Any(any)
                    if any.typ.as_deref() == Some("boolean")
                        && any.enumeration == [json!("true"), json!("false")])
                }
                _ => false,
            });
    assert_eq!(text_booleans.count(), 18);

    let wrapped = components
        .schemas
        .values()
        .filter_map(|schema| match schema.as_item() {
            Some(Schema {
                schema_kind: SchemaKind::Type(openapiv3::Type::Object(object)),
                ..
            }) => Some(object),
            _ => None,
        })
        .flat_map(|object| object.properties.values())
        .filter_map(ReferenceOr::as_item)
        .filter(|property| {
            property.schema_data.read_only
                && matches!(&property.schema_kind, SchemaKind::AllOf { all_of } if all_of.len() == 1)
        });
    assert_eq!(wrapped.count(), 485);
}

#[test]
fn the_order_of_the_real_spec_is_kept() {
    let spec = load_file(&folder().join("genesys-cloud.json")).unwrap();
    let text = std::fs::read_to_string(folder().join("genesys-cloud.json")).unwrap();
    let mut last = text.find("\"definitions\":").unwrap();
    for name in spec.document.components.unwrap().schemas.keys().take(200) {
        let place = text[last..].find(&format!("\"{name}\":")).unwrap();
        last += place;
    }
}
