//! Files: dialects, encodings, where a spec comes from.

use super::*;

#[test]
fn both_dialects_load() {
    let spec = load(&swagger()).unwrap();
    assert_eq!(spec.source.to_str(), Some("test.json"));
    assert_eq!(spec.document.openapi, "3.0.3");
    assert_eq!(spec.document.info.extensions["x-any"], json!([1]));
    assert_eq!(spec.document.operations().count(), 1);
    assert_eq!(load(&openapi()).unwrap().document.operations().count(), 1);
}

#[test]
fn gzip_is_recognised_by_its_bytes_and_does_not_change_the_hash() {
    let text = swagger().to_string();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let plain = load_str("a.json", &text).unwrap();
    let unpacked = load_bytes("a.json.gz", &packed).unwrap();
    assert_eq!(unpacked.document, plain.document);
    assert_eq!(unpacked.sha256, plain.sha256);

    let error = load_bytes("a.json.gz", &packed[..packed.len() / 2]).unwrap_err();
    assert!(error.to_string().contains("gzip"), "{error}");
}

#[test]
fn the_hash_is_that_of_every_byte() {
    let spec = load_str("a.json", &swagger().to_string()).unwrap();
    assert_eq!(spec.sha256.len(), 64);
    let other = load_str("a.json", &format!("{} ", swagger())).unwrap();
    assert_ne!(spec.sha256, other.sha256);
}

#[test]
fn a_byte_order_mark_is_ignored() {
    load_str("a.json", &format!("\u{feff}{}", swagger())).unwrap();
}

#[test]
fn what_is_no_json_is_named() {
    text_refused("", None, &["empty"]);
    text_refused(" \n", None, &["empty"]);
    text_refused("<!DOCTYPE html><html></html>", None, &["HTML"]);
    text_refused("openapi: 3.0.0\ninfo:\n", None, &["YAML", "yq"]);
    text_refused("---\nswagger: '2.0'\n", None, &["YAML"]);
    text_refused("# a comment\n\nswagger: '2.0'\n", None, &["YAML"]);
    text_refused("[1, 2]", None, &["not a JSON object", "[1, 2]"]);
    text_refused("Not found", None, &["not a JSON object", "Not found"]);
    let error = load_bytes("test.json", b"{\"a\": \"\xff\"}").unwrap_err();
    assert!(error.to_string().contains("offset 7"), "{error}");
}

#[test]
fn truncated_json_is_named_with_the_place() {
    let text = swagger().to_string();
    for end in 1..text.len() {
        let error = load_str("test.json", &text[..end]).unwrap_err();
        assert!(error.problem().contains("truncated"), "{error}");
    }
    text_refused(
        r#"{"paths": {"/a": [1, 2"#,
        Some("/paths/~1a/2"),
        &["truncated", "line 1"],
    );
}

#[test]
fn invalid_json_is_named_with_the_place() {
    text_refused(
        "{\"a\":\n {\"b\": nope}}",
        Some("/a/b"),
        &["not valid JSON", "line 2"],
    );
    text_refused("{} {}", Some(""), &["not valid JSON", "trailing"]);
    text_refused(r#"{"a": 1e999}"#, Some("/a"), &["not valid JSON"]);
}

/// The places that a text is warned of, each with the warning.
fn passed_over(text: &str) -> Vec<(String, String)> {
    let spec = load_str("test.json", text).unwrap();
    let warnings = spec.diagnostics.warnings.into_iter();
    warnings
        .map(|warning| (warning.pointer, warning.message))
        .collect()
}

#[test]
fn of_a_key_written_twice_the_last_one_counts() {
    let operation = |id: &str| {
        format!(
            r#"{{"operationId": "{id}", "tags": ["T"], "responses": {{"204": {{"description": ""}}}}}}"#
        )
    };
    let (first, last) = (operation("first"), operation("last"));
    let whole = |path: &str, more: &str| {
        format!(
            r#"{{"swagger": "2.0", "info": {{"title": "", "version": ""}}, "paths": {{"/a": {path}}}, "definitions": {{{more}}}}}"#
        )
    };
    let text = whole(
        &format!(
            r#"{{"get": {first}, "post": {}, "get": {last}}}"#,
            operation("post")
        ),
        "",
    );
    let found = passed_over(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "/paths/~1a/get");
    assert!(found[0].1.contains("\"get\" appears twice"), "{found:?}");
    let spec = load_str("test.json", &text).unwrap();
    let path = spec.document.paths.paths["/a"].as_item().unwrap();
    assert_eq!(
        path.get.as_ref().unwrap().operation_id.as_deref(),
        Some("last")
    );
    // Also where escapes hide it, and in objects with many keys.
    let many: Vec<String> = (0..40)
        .map(|index| format!(r#""k{index}": {{}}"#))
        .collect();
    for (more, pointer) in [
        (r#""A": {}, "\u0041": {}"#.to_owned(), "/definitions/A"),
        (
            format!(r#"{}, "k7": {{}}"#, many.join(",")),
            "/definitions/k7",
        ),
    ] {
        let found = passed_over(&whole("{}", &more));
        assert!(
            found
                .iter()
                .any(|(place, problem)| place == pointer && problem.contains("twice")),
            "{found:?}"
        );
    }
}

#[test]
fn deep_nesting_is_null_and_not_followed() {
    for depth in [64, 127, 128, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let text = format!(
            r#"{{"swagger": "2.0", "info": {{"title": "", "version": ""}}, "paths": {{}}, "x-a": {deep}}}"#
        );
        let found = passed_over(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, format!("/x-a{}", "/0".repeat(63)));
        assert!(found[0].1.contains("nested"), "{found:?}");
    }
}

#[test]
fn nesting_to_the_limit_is_read() {
    let mut schema = json!({"type": "string"});
    for _ in 0..61 {
        schema = json!({"type": "array", "items": schema});
    }
    let mut inner = &definition(schema);
    let mut depth = 0;
    while let ReferenceOr::Item(Schema {
        schema_kind: SchemaKind::Type(Type::Array(array)),
        ..
    }) = inner
    {
        let items = array.items.clone().unwrap().unbox();
        inner = Box::leak(Box::new(items));
        depth += 1;
    }
    assert_eq!(depth, 61);
}

#[test]
fn other_versions_are_named() {
    let version = |document: Value, key: &str, value: Value| with(document, &[(key, value)]);
    for (value, words) in [("3.1.0", "OpenAPI \"3.1.0\""), ("4.0", "OpenAPI \"4.0\"")] {
        told(
            &version(openapi(), "/openapi", json!(value)),
            "/openapi",
            &[words, "OpenAPI 3.0"],
        );
    }
    for (document, key) in [(openapi(), "/openapi"), (swagger(), "/swagger")] {
        let number = if key == "/openapi" { 3.0 } else { 2.0 };
        load(&version(document, key, json!(number))).unwrap();
    }
    told(
        &version(swagger(), "/swagger", json!("1.2")),
        "/swagger",
        &["Swagger \"1.2\""],
    );
    told(
        &version(swagger(), "/openapi", json!("3.0.0")),
        "",
        &["both"],
    );
    told(&json!({"a": 1}), "", &["no API description"]);
}

#[test]
fn messages_neither_grow_with_the_spec_nor_control_the_terminal() {
    let long = "x".repeat(10_000);
    let warning = |pointer: &str, value: Value| {
        let spec = load(&with(swagger(), &[(pointer, value)])).unwrap();
        let [warning] = &spec.diagnostics.warnings[..] else {
            panic!("{:?}", spec.diagnostics);
        };
        warning.clone()
    };
    let found = warning("/definitions/User/type", json!(long));
    assert!(found.to_string().len() < 1_000);
    let found = warning("/definitions/User/\u{1b}[2J\n", json!(1));
    assert_eq!(found.pointer, "/definitions/User/\u{1b}[2J\n");
    assert!(!found.to_string().contains('\u{1b}'));
    assert_eq!(found.to_string().lines().count(), 1);
}
