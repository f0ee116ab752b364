//! Whether two JSON values say the same.

use serde_json::{Number, Value};

/// The first place where the values differ, or nothing where they are equal. Numbers are equal that are the same number (`7` and `7.0`).
#[must_use]
pub fn difference(expected: &Value, actual: &Value) -> Option<String> {
    let mut path = String::from("$");
    differ(expected, actual, &mut path).then(|| {
        let expected = at(expected, &path);
        let actual = at(actual, &path);
        format!("{path}: expected {expected}, got {actual}")
    })
}

/// Compares, and leaves `path` at the first difference: a JSON pointer after `$`.
fn differ(expected: &Value, actual: &Value, path: &mut String) -> bool {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let differs = |(name, value): (&String, &Value), path: &mut String| {
                step(name, path, |path| match actual.get(name) {
                    Some(actual) => differ(value, actual, path),
                    None => true,
                })
            };
            expected.iter().any(|entry| differs(entry, path))
                || actual
                    .keys()
                    .any(|name| step(name, path, |_| !expected.contains_key(name)))
        }
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() != actual.len()
                || expected
                    .iter()
                    .zip(actual)
                    .enumerate()
                    .any(|(index, (expected, actual))| {
                        step(&index.to_string(), path, |path| {
                            differ(expected, actual, path)
                        })
                    })
        }
        (Value::Number(expected), Value::Number(actual)) => !same_number(expected, actual),
        _ => expected != actual,
    }
}

/// Looks one step further down, and stays there where something differs.
fn step(name: &str, path: &mut String, differs: impl FnOnce(&mut String) -> bool) -> bool {
    let length = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    let differs = differs(path);
    if !differs {
        path.truncate(length);
    }
    differs
}

fn same_number(left: &Number, right: &Number) -> bool {
    let integer = |number: &Number| {
        let signed = number.as_i64().map(i128::from);
        signed.or_else(|| number.as_u64().map(i128::from))
    };
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left.as_f64().map(f64::to_bits) == right.as_f64().map(f64::to_bits),
        (Some(integer), None) => is_integer(right, integer),
        (None, Some(integer)) => is_integer(left, integer),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the bounds are checked: an integral double below 2^100 is an i128 exactly"
)]
fn is_integer(double: &Number, integer: i128) -> bool {
    double.as_f64().is_some_and(|double| {
        double.fract() == 0.0 && double.abs() < 1e30 && double as i128 == integer
    })
}

/// The value at the path, shortened.
fn at(value: &Value, path: &str) -> String {
    const LONGEST: usize = 200;
    let Some(value) = value.pointer(&path[1..]) else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::json;

    #[test]
    fn numbers_are_numbers_and_text_is_text() {
        assert_eq!(difference(&json!([7, 1.5]), &json!([7.0, 1.5])), None);
        assert_eq!(difference(&json!(-0.0), &json!(-0.0)), None);
        assert!(difference(&json!(7), &json!("7")).is_some());
        assert!(difference(&json!(i64::MAX), &json!(9_223_372_036_854_775_807.0)).is_some());
        assert!(
            difference(
                &json!(9_007_199_254_740_993_i64),
                &json!(9_007_199_254_740_992.0)
            )
            .is_some()
        );
    }

    #[test]
    fn the_place_is_named() {
        let told = difference(&json!({"a": [{"b/c": 1}]}), &json!({"a": [{"b/c": 2}]}));
        assert_eq!(told.as_deref(), Some("$/a/0/b~1c: expected 1, got 2"));
        let told = difference(&json!({"a": null}), &json!({}));
        assert_eq!(told.as_deref(), Some("$/a: expected null, got nothing"));
        let told = difference(&json!({}), &json!({"a": 1}));
        assert_eq!(told.as_deref(), Some("$/a: expected nothing, got 1"));
        assert!(difference(&json!([1]), &json!([1, 2])).is_some());
    }
}
