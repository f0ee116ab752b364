//! Documents of which some values are not as the spec says.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Value, json};

/// `instance` with up to four values below its root replaced by others: null, another type, a number as text, a list in place of an object.
/// Numbers stay within what a float or an integer of 64 bits holds. Also the properties of the root that hold them.
pub fn damaged(instance: &Value, random: &mut Rng) -> (Value, BTreeSet<String>) {
    let mut instance = instance.clone();
    let mut properties = BTreeSet::new();
    for _ in 0..random.usize(1..=4) {
        let Value::Object(entries) = &mut instance else {
            break;
        };
        if let Some((name, value)) = pick(entries.iter_mut(), random) {
            properties.insert(name.clone());
            damage(value, random);
        }
    }
    (instance, properties)
}

/// Replaces `value`, or a value in it.
fn damage(value: &mut Value, random: &mut Rng) {
    let below = random.usize(0..4) > 0;
    let inner = match value {
        Value::Object(entries) if below => pick(entries.values_mut(), random),
        Value::Array(elements) if below => pick(elements.iter_mut(), random),
        _ => None,
    };
    match inner {
        Some(inner) => damage(inner, random),
        None => *value = replacement(value, random),
    }
}

fn replacement(value: &Value, random: &mut Rng) -> Value {
    let float = f64::from_bits(random.u64(..));
    match random.usize(0..14) {
        0..=2 => Value::Null,
        3 => json!(random.bool()),
        4 => json!(random.i64(..)),
        5 => json!(random.u64(..)),
        6 => json!(if float.is_finite() { float } else { 0.5 }),
        7 => json!(random.i32(..).to_string()),
        8 => json!(["NaN", "true", "", "x", "12.0", "-Infinity"][random.usize(0..6)]),
        9 => json!(f64::from(random.i32(..))),
        10 => json!([value]),
        11 => json!({"a": value}),
        12 => json!([]),
        _ => match value {
            Value::Number(_) | Value::Bool(_) => json!(value.to_string()),
            _ => json!({}),
        },
    }
}

fn pick<T>(values: impl Iterator<Item = T>, random: &mut Rng) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    let index = (!values.is_empty()).then(|| random.usize(0..values.len()))?;
    Some(values.swap_remove(index))
}
