//! Shapes of other people's documents.

use super::*;

#[test]
fn what_cannot_be_expressed_is_left_out_by_name() {
    let api = read(&others());
    left_out(
        &api,
        "getElsewhere",
        "/paths/~1elsewhere/get/responses/200/content/application~1json/schema/$ref",
        "leads out of this document",
    );
    left_out(
        &api,
        "/elsewhere/path",
        "/paths/~1elsewhere~1path/$ref",
        "leads out of this document",
    );
    left_out(&api, "getDeep", "/paths/~1deep/get/parameters/0", "\"f\"");
    // The parameter is that of the path.
    left_out(&api, "getObject", "/paths/~1object/parameters/0", "\"f\"");
    left_out(
        &api,
        "postXmlOnly",
        "/paths/~1xml-only/post/requestBody/content/application~1xml",
        "",
    );
    assert!(
        api.diagnostics
            .left_out
            .iter()
            .any(|one| one.pointer == "/paths/~1twice/get/operationId"
                && one.reason.contains("two operations are called \"getKeys\""))
    );
}

#[test]
fn operations_without_name_or_tag_have_one() {
    let api = read(&others());
    let plain = operation(&api, "getPlainById");
    assert_eq!(plain.method_name, "get_plain_by_id");
    assert_eq!(api.tags[plain.tags[0]].feature, "default-tag");
    warned(&api, "/paths/~1plain~1{id}/get", "no name");
    warned(&api, "/paths/~1plain~1{id}/get", "no tag");
    operation(&api, "deletePlainById");
    let features: Vec<&str> = api.tags.iter().map(|tag| tag.feature.as_str()).collect();
    assert_eq!(features, ["api-keys", "api-keys-2", "default-tag"]);
    assert_eq!(operation(&api, "getCopy").path, "/copy");
}

#[test]
fn headers_of_the_sdk_are_no_arguments_and_equal_names_differ() {
    let api = read(&others());
    let plain = operation(&api, "getPlainById");
    let all = plain.arguments.iter().chain(&plain.setters);
    let names: Vec<(&str, &str)> = all
        .map(|one| (one.wire_name.as_str(), one.name.as_str()))
        .collect();
    let wire: Vec<&str> = names.iter().map(|(wire, _)| *wire).collect();
    assert_eq!(
        wire,
        [
            "id",
            "page[number]",
            "page",
            "$filter",
            "filter",
            "id",
            "id"
        ]
    );
    let mut rust: Vec<&str> = names.iter().map(|(_, rust)| *rust).collect();
    rust.sort_unstable();
    rust.dedup();
    assert_eq!(rust.len(), names.len(), "{names:?}");
    warned(
        &api,
        "/paths/~1plain~1{id}/get/parameters/7",
        "the SDK sets this header itself",
    );
}

#[test]
fn a_reference_leads_anywhere_in_the_document() {
    let api = read(&others());
    let output = &operation(&api, "getPlainById").output;
    let genesys_codegen::ir::Output::Json(Type::Model(id)) = output else {
        panic!("{output:?}");
    };
    assert_eq!(api.models[*id].fields[0].wire_name, "street");
}

#[test]
fn properties_beside_one_of_are_kept() {
    let api = read(&others());
    assert_eq!(model(&api, "Pet").fields.len(), 2);
    assert_eq!(field(&api, "Pet", "friend").ty, Type::Json);
    warned(&api, "/components/schemas/Pet/oneOf", "the properties are");
    warned(
        &api,
        "/components/schemas/Pet/properties/friend/$ref",
        "leads nowhere",
    );
    warned(&api, "/components/schemas/Mixed/oneOf", "any JSON value");
    warned(&api, "/components/schemas/Circle", "made of itself");
    warned(&api, "/info/version", "read as text");
}

#[test]
fn items_that_are_a_list_are_any_value() {
    let api = read(&with_property(
        json!({"type": "array", "items": [{"type": "string"}]}),
    ));
    assert_eq!(
        field(&api, "Thing", "it").ty,
        Type::List(Box::new(Type::Json))
    );
    warned(
        &api,
        "/definitions/Thing/properties/it/items",
        "any JSON value",
    );
}

#[test]
fn only_what_is_wrong_as_a_whole_is_refused() {
    for document in [
        json!({}),
        json!({"swagger": "1.2"}),
        json!({"openapi": "3.1.0", "paths": {}}),
        json!({"swagger": "2.0", "openapi": "3.0.0"}),
    ] {
        assert!(try_read(&document).is_err(), "{document}");
    }
    for document in [
        json!({"swagger": "2.0"}),
        json!({"openapi": "3.0.0", "info": 7, "paths": [], "components": null}),
        json!({"swagger": 2.0, "paths": {"/a": null, "b": {"get": {}}}}),
    ] {
        let api = read(&document);
        assert!(api.operations.is_empty(), "{document}");
        assert!(!api.diagnostics.is_empty(), "{document}");
    }
}
