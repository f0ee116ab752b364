//! What the wire must show for an operation and its arguments, straight from the Swagger document.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::spec::Operation;
use super::{Problem, Request};

/// All but the unreserved characters of RFC 3986 section 2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const JSON: &str = "application/json";

/// The request that the operation makes of these arguments (by wire name, the body under `body`).
///
/// # Errors
///
/// A [`Problem`] where the document says something that no rule is for.
pub fn expected(
    operation: &Operation<'_>,
    arguments: &Map<String, Value>,
) -> Result<Request, Problem> {
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    let mut headers = BTreeMap::new();
    let mut body = Value::Null;
    headers.insert(
        "accept".to_owned(),
        media_type(operation.media_types("produces")),
    );
    for parameter in operation.parameters() {
        let key = |key| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let place = key("in");
        let name = if place == "body" { "body" } else { key("name") };
        let Some(value) = arguments.get(name) else {
            continue;
        };
        match place {
            "path" => {
                let text = text(value);
                let value = utf8_percent_encode(&text, ENCODED).to_string();
                path = path.replace(&format!("{{{name}}}"), &value);
            }
            "query" => match value {
                Value::Array(values) if key("collectionFormat") == "multi" => {
                    query.extend(values.iter().map(|value| (name.to_owned(), text(value))));
                }
                Value::Array(values) => {
                    let values: Vec<String> = values.iter().map(text).collect();
                    query.push((name.to_owned(), values.join(",")));
                }
                value => query.push((name.to_owned(), text(value))),
            },
            "header" => {
                headers.insert(name.to_lowercase(), text(value));
            }
            "body" => {
                body = value.clone();
                headers.insert(
                    "content-type".to_owned(),
                    media_type(operation.media_types("consumes")),
                );
            }
            other => {
                return Err(Problem::Spec(format!(
                    "{}: the parameter {name} is in {other}",
                    operation.name
                )));
            }
        }
    }
    Ok(Request {
        method: operation.method.to_uppercase(),
        path,
        query,
        headers,
        body,
        auth: !operation.is_public(),
    })
}

/// JSON where the operation lists it or lists nothing, else the first that it lists.
fn media_type<'a>(mut listed: impl Iterator<Item = &'a str> + Clone) -> String {
    if listed.clone().any(|media_type| media_type == JSON) {
        return JSON.to_owned();
    }
    listed.next().unwrap_or(JSON).to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
