//! The one thing that a round trip may change: null elements of lists and null values of maps are dropped.

use serde_json::Value;

use super::sample::kind;
use super::{Problem, Spec};

/// An instance of the definition called `name` without the null elements of its typed lists and the null values of its typed maps. What the
/// spec does not know is left alone.
///
/// # Errors
///
/// A [`Problem`] where the definition, or one that it refers to, is not there.
pub fn without_dropped_nulls(
    spec: &Spec,
    name: &str,
    mut instance: Value,
) -> Result<Value, Problem> {
    let definition = spec
        .definition(name)
        .ok_or_else(|| Problem::Spec(format!("it has no definition {name}")))?;
    drop_nulls(spec, definition, &mut instance)?;
    Ok(instance)
}

fn drop_nulls(spec: &Spec, schema: &Value, value: &mut Value) -> Result<(), Problem> {
    if let Some((_, definition)) = spec.referred(schema)? {
        return drop_nulls(spec, definition, value);
    }
    match (kind(schema), value) {
        ("array", Value::Array(elements)) => {
            elements.retain(|element| !element.is_null());
            if let Some(items) = schema.get("items") {
                for element in elements {
                    drop_nulls(spec, items, element)?;
                }
            }
        }
        ("object", Value::Object(object)) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
                for (name, schema) in properties {
                    if let Some(value) = object.get_mut(name) {
                        drop_nulls(spec, schema, value)?;
                    }
                }
            } else if let Some(values) = schema
                .get("additionalProperties")
                .filter(|values| values.is_object())
            {
                object.retain(|_, value| !value.is_null());
                for value in object.values_mut() {
                    drop_nulls(spec, values, value)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}
