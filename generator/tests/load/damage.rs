//! Damaged text.

use super::*;

/// The pointers of everything inside a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let mut inside = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        pointers(value, &format!("{at}/{key}"), found);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| inside(key, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| inside(&index.to_string(), value)),
        _ => {}
    }
}

/// Whatever one value is replaced with, the document loads, or the error points into it; and so does all that is told of it.
#[test]
fn any_damage_is_survived_and_located() {
    for document in [swagger(), openapi()] {
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        assert!(places.len() > 20);
        let mut told = 0;
        for place in places {
            for value in [
                json!(null),
                json!(-1),
                json!("#/definitions/User"),
                json!([]),
                json!([[]]),
                json!({}),
                json!({"$ref": "#/definitions/Error"}),
                json!({"allOf": [{}]}),
            ] {
                let mut damaged = document.clone();
                *damaged.pointer_mut(&place).unwrap() = value;
                match load(&damaged) {
                    Ok(spec) => {
                        let found = spec.diagnostics;
                        let warnings = found.warnings.iter().map(|one| &one.pointer);
                        let left_out = found.left_out.iter().map(|one| &one.pointer);
                        for pointer in warnings.chain(left_out) {
                            assert!(damaged.pointer(pointer).is_some(), "{place}: {pointer}");
                            told += 1;
                        }
                    }
                    Err(error) => {
                        if let Some(pointer) = error.pointer() {
                            assert!(damaged.pointer(pointer).is_some(), "{place}: {error}");
                        } else {
                            assert_eq!(place, "", "{error}");
                        }
                    }
                }
            }
        }
        assert!(told > 100, "{told}");
    }
}
