//! `Debug` of models: the values, except those with secret names and the queries of URLs.

use std::fmt;

use serde_json::Value;

use super::Model;
use super::secret_names::{is_permissions_name, is_secret_name};
use super::write::to_value;

/// Prints a model: its name, and the properties that are set by their names on the wire. The value of a property with a secret name is
/// not shown, at any depth.
///
/// # Errors
///
/// Those of the formatter.
pub fn debug_model<M: Model>(model: &M, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut output = formatter.debug_struct(M::NAME);
    if let Ok(Value::Object(properties)) = to_value(model) {
        for (name, value) in &properties {
            output.field(name, &redacted(name, value));
        }
    }
    output.finish()
}

/// `value` as it may be shown under `name`.
pub(super) fn redacted<'a>(name: &str, value: &'a Value) -> Redacted<'a> {
    let hidden = match value {
        Value::Null | Value::Bool(_) => false,
        Value::Object(_) => is_secret_name(name) && !is_permissions_name(name),
        Value::Array(elements) => {
            is_secret_name(name)
                && !(is_permissions_name(name) && elements.iter().all(Value::is_object))
        }
        Value::Number(_) | Value::String(_) => is_secret_name(name),
    };
    if hidden {
        Redacted::Hidden
    } else {
        Redacted::Shown(value)
    }
}

/// What may be shown of an absolute URL that has a query or a password: the query of a presigned one is as good as a password.
fn bare_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (start, query) = match rest.split_once('?') {
        Some((start, _)) => (start, "?[redacted]"),
        None => (rest, ""),
    };
    let is_url = !scheme.is_empty()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !start.contains(char::is_whitespace);
    let authority = start.split('/').next().unwrap_or_default();
    let place = match authority.rsplit_once('@') {
        Some((user, _)) => ["[redacted]", &start[user.len()..]].concat(),
        None if query.is_empty() => return None,
        None => start.to_owned(),
    };
    is_url.then(|| format!("{scheme}://{place}{query}"))
}

pub(super) enum Redacted<'a> {
    Hidden,
    Shown(&'a Value),
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidden => formatter.write_str("[redacted]"),
            Self::Shown(Value::Object(entries)) => formatter
                .debug_map()
                .entries(
                    entries
                        .iter()
                        .map(|(name, value)| (name, redacted(name, value))),
                )
                .finish(),
            Self::Shown(Value::Array(elements)) => formatter
                .debug_list()
                .entries(elements.iter().map(Redacted::Shown))
                .finish(),
            Self::Shown(Value::String(text)) => match bare_url(text) {
                Some(url) => fmt::Debug::fmt(&url, formatter),
                None => fmt::Debug::fmt(text, formatter),
            },
            Self::Shown(scalar) => fmt::Display::fmt(scalar, formatter),
        }
    }
}
