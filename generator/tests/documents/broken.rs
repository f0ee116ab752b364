//! The SDK's own spec, with one operation in ten broken.

use super::*;

/// Ten ways to break an operation so that it cannot be expressed.
fn break_it(operation: &mut Value, way: usize, taken: &Value) {
    match way {
        0 => operation["parameters"] = json!([{"$ref": "elsewhere.json#/parameters/x"}]),
        1 => operation["parameters"] = json!([{"name": "x", "in": "nowhere", "type": "string"}]),
        2 => operation["parameters"] = json!("none"),
        3 => operation["responses"] = json!([1]),
        4 => operation["responses"]["200"] = json!({"$ref": "#/responses/Nobody"}),
        5 => {
            operation["responses"]["200"] = json!({"description": "", "schema": {"$ref": "x.json"}})
        }
        6 => operation["security"] = json!("all"),
        7 => {
            let grid = json!({"type": "array", "items": {"type": "string"}});
            operation["parameters"] = json!([
                {"name": "grid", "in": "query", "type": "array", "items": grid}
            ]);
        }
        8 => operation["x-purecloud-method-name"] = taken.clone(),
        _ => *operation = json!("an operation"),
    }
}

#[test]
fn nine_in_ten_operations_of_the_spec_are_generated() {
    let path = Path::new(support::ROOT).join("spec/genesys-cloud.json");
    let mut document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut broken: Vec<String> = Vec::new();
    let mut count = 0;
    let mut first = Value::Null;
    for (path, item) in document["paths"].as_object_mut().unwrap() {
        for (method, operation) in item.as_object_mut().unwrap() {
            count += 1;
            if count == 1 {
                first = operation["x-purecloud-method-name"].clone();
            }
            if count % 10 == 0 {
                break_it(operation, count / 10 % 10, &first);
                broken.push(format!("{method} {path}"));
            }
        }
    }
    assert!(broken.len() > 300);
    let api = read(&document);
    assert_eq!(api.operations.len(), count - broken.len());
    let mut named: Vec<String> = api
        .diagnostics
        .left_out
        .iter()
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    named.sort();
    broken.sort();
    assert_eq!(named, broken);
    let report = api.diagnostics.report();
    let lines = report.iter().filter(|line| line.starts_with("left out: "));
    assert_eq!(lines.count(), broken.len());
}

#[test]
fn warnings_are_grouped_and_the_first_of_them_are_shown() {
    let mut document = with_property(json!({"type": "string"}));
    let properties = document
        .pointer_mut("/definitions/Thing/properties")
        .unwrap();
    for index in 0..80 {
        properties[format!("p{index}")] =
            json!({"type": "string", "position": index, format!("own{index}"): 1});
    }
    let api = read(&document);
    assert_eq!(api.diagnostics.warnings.len(), 160);
    let report = api.diagnostics.report();
    let mut lines = report.iter();
    assert!(lines.any(|line| line.ends_with("(80 places, this is the first)")));
    assert_eq!(report.len(), 52);
    assert!(report[50].contains("31 more"), "{}", report[50]);
    assert!(report[50].contains("160 unknown keys"), "{}", report[50]);
}
