//! The error bodies of the API.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::runtime::debug::debug_fields;
use serde_json::{Map, Value};

use crate::runtime::codec;

/// What the API says went wrong: the definition `ErrorBody` of its spec.
///
/// It is read leniently: properties that are missing, null or of another type are absent, so a strange error body never hides the error.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// What happened, for people: `message`, or what SCIM (`detail`), token endpoints and gateways say in its place. Places for parameters, like
    /// `{field}`, are filled in from [`Self::message_params`]; without a message it is [`Self::message_with_params`].
    pub message: Option<String>,
    /// What happened, for programs (`scimType` in SCIM); each operation lists its own under [`OperationMetadata::error_codes`](crate::runtime::operation::OperationMetadata).
    pub code: Option<String>,
    /// The HTTP status, repeated.
    pub status: Option<i64>,
    /// The id of the thing concerned.
    pub entity_id: Option<String>,
    /// The name of the thing concerned.
    pub entity_name: Option<String>,
    /// The API's name for this exchange.
    pub context_id: Option<String>,
    /// One entry for each thing that is wrong.
    pub details: Vec<ApiErrorDetail>,
    /// Errors beneath this one.
    pub errors: Vec<ApiError>,
    /// The limit that was met.
    pub limit: Option<ApiErrorLimit>,
    /// The message with places for parameters, as the API sent it.
    pub message_with_params: Option<String>,
    /// The parameters of the message.
    pub message_params: BTreeMap<String, String>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiErrorDetail {
    /// What is wrong, for people.
    pub message: Option<String>,
    /// What is wrong, for programs.
    pub error_code: Option<String>,
    /// The property concerned.
    pub field_name: Option<String>,
    /// The id of the thing concerned.
    pub entity_id: Option<String>,
    /// The name of the thing concerned.
    pub entity_name: Option<String>,
}

/// A limit of the API.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiErrorLimit {
    /// Which limit, as in `client.credentials.token.rate.per.minute`.
    pub key: Option<String>,
    /// The part of the API that it belongs to.
    pub namespace: Option<String>,
    /// How much it allows.
    pub value: Option<i64>,
}

/// Deeper errors than this are dropped; the API nests one or two levels.
const DEEPEST: usize = 8;

impl ApiError {
    /// Reads an error body; `None` if it is not a JSON object that says anything of an error.
    pub(crate) fn decode(body: &[u8]) -> Option<Self> {
        let Some(Value::Object(object)) = codec::read_value(body) else {
            return None;
        };
        let room = Cell::new(LONGEST_FILLED);
        let error = Self::from_object(&object, DEEPEST, &room);
        (error != Self::default()).then_some(error)
    }

    /// `room` is how many bytes of parameters may still be filled in.
    fn from_object(object: &Map<String, Value>, depth: usize, room: &Cell<usize>) -> Self {
        let message_with_params = text(object, "messageWithParams");
        let message_params: BTreeMap<String, String> = object
            .get("messageParams")
            .and_then(Value::as_object)
            .map(|parameters| {
                parameters
                    .keys()
                    .filter_map(|name| Some((name.clone(), text(parameters, name)?)))
                    .collect()
            })
            .unwrap_or_default();
        let message = text(object, "message").map(|text| filled(&text, &message_params, room));
        let with_params = message_with_params
            .as_deref()
            .map(|text| filled(text, &message_params, room));
        Self {
            message: match (message, with_params) {
                (Some(message), Some(other)) if has_place(&message) && !has_place(&other) => {
                    Some(other)
                }
                (message, other) => message.or(other),
            }
            // Token endpoints and gateways have words of their own.
            .or_else(|| text(object, "error_description"))
            .or_else(|| text(object, "description"))
            // SCIM (RFC 7644 section 3.12), and problem details (RFC 9457).
            .or_else(|| text(object, "detail"))
            .or_else(|| text(object, "title")),
            code: text(object, "code")
                .or_else(|| text(object, "error"))
                .or_else(|| text(object, "scimType")),
            status: integer(object, "status"),
            entity_id: text(object, "entityId"),
            entity_name: text(object, "entityName"),
            context_id: text(object, "contextId"),
            details: objects(object, "details")
                .map(|detail| ApiErrorDetail {
                    message: text(detail, "message")
                        .map(|text| filled(&text, &message_params, room)),
                    error_code: text(detail, "errorCode").or_else(|| text(detail, "code")),
                    field_name: text(detail, "fieldName"),
                    entity_id: text(detail, "entityId"),
                    entity_name: text(detail, "entityName"),
                })
                .collect(),
            errors: if depth == 0 {
                Vec::new()
            } else {
                objects(object, "errors")
                    .map(|error| Self::from_object(error, depth - 1, room))
                    .collect()
            },
            limit: object
                .get("limit")
                .and_then(Value::as_object)
                .map(|limit| ApiErrorLimit {
                    key: text(limit, "key"),
                    namespace: text(limit, "namespace"),
                    value: integer(limit, "value"),
                }),
            message_with_params,
            message_params,
        }
    }

    /// Writes the message, the code and what is beneath, as the text of an error continues with them.
    pub(super) fn describe(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(message) = &self.message {
            formatter.write_str(": ")?;
            // A full stop follows, where there is more to say.
            let end = if self.code.is_none() { "." } else { "" };
            let message = message.strip_suffix(end).unwrap_or(message);
            write_short(formatter, message, LONGEST_MESSAGE)?;
        }
        if let Some(code) = &self.code {
            formatter.write_str(" [")?;
            write_short(formatter, code, LONGEST_ENTRY)?;
            formatter.write_str("]")?;
        }
        let details = self.details.iter().map(|detail| {
            let parts = (&detail.field_name, &detail.message, &detail.error_code);
            (parts.0.as_deref(), parts.1.as_deref(), parts.2.as_deref())
        });
        let errors = self
            .errors
            .iter()
            .map(|error| (None, error.message.as_deref(), error.code.as_deref()));
        let entries = details
            .chain(errors)
            .filter(|entry| *entry != (None, None, None));
        let more = entries.clone().count().saturating_sub(MOST_ENTRIES);
        for (index, entry) in entries.take(MOST_ENTRIES).enumerate() {
            formatter.write_str(if index == 0 { ". Details: " } else { "; " })?;
            write_entry(formatter, entry)?;
        }
        match more {
            0 => Ok(()),
            _ => write!(formatter, "; and {more} more"),
        }
    }
}

/// So many characters of a message are shown.
const LONGEST_MESSAGE: usize = 1000;

/// So many characters are shown of each part of what is beneath an error.
const LONGEST_ENTRY: usize = 200;

/// So many of the things that are wrong are shown.
const MOST_ENTRIES: usize = 5;

/// Writes one thing that is wrong, by its field, message and code: `email: The address is invalid [invalid.email]`.
fn write_entry(
    formatter: &mut fmt::Formatter<'_>,
    (field, message, code): (Option<&str>, Option<&str>, Option<&str>),
) -> fmt::Result {
    if let Some(field) = field {
        write_short(formatter, field, LONGEST_ENTRY)?;
    }
    if let Some(message) = message {
        formatter.write_str(if field.is_some() { ": " } else { "" })?;
        write_short(formatter, message, LONGEST_ENTRY)?;
    }
    if let Some(code) = code {
        let is_first = field.is_none() && message.is_none();
        formatter.write_str(if is_first { "[" } else { " [" })?;
        write_short(formatter, code, LONGEST_ENTRY)?;
        formatter.write_str("]")?;
    }
    Ok(())
}

/// Writes the beginning of a server's text, on one line.
fn write_short(formatter: &mut fmt::Formatter<'_>, text: &str, longest: usize) -> fmt::Result {
    let mut characters = text.chars();
    for character in characters.by_ref().take(longest) {
        let is_control = character.is_control();
        formatter.write_char(if is_control { ' ' } else { character })?;
    }
    match characters.next() {
        Some(_) => formatter.write_char('…'),
        None => Ok(()),
    }
}

/// So many bytes of parameters are filled into the messages of one body, which may name a long parameter many times.
const LONGEST_FILLED: usize = 16 * 1024;

/// `text` with each `{name}` replaced by the parameter of that name. Others stay as they are.
fn filled(text: &str, params: &BTreeMap<String, String>, room: &Cell<usize>) -> String {
    let mut output = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next_place(rest) {
        output.push_str(before);
        match params.get(name) {
            Some(value) if value.len() <= room.get() => {
                room.set(room.get() - value.len());
                output.push_str(value);
            }
            _ => output.push_str(&rest[before.len()..rest.len() - after.len()]),
        }
        rest = after;
    }
    output + rest
}

fn has_place(text: &str) -> bool {
    next_place(text).is_some()
}

/// What is before the first `{name}` of `text`, the name, and what is after it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let mut start = 0;
    loop {
        start += text.get(start..)?.find('{')? + 1;
        let rest = &text[start..];
        let end = rest.find(|character: char| {
            !character.is_alphanumeric() && !matches!(character, '_' | '-' | '.')
        })?;
        if end > 0 && rest[end..].starts_with('}') {
            return Some((&text[..start - 1], &rest[..end], &rest[end + 1..]));
        }
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn integer(object: &Map<String, Value>, name: &str) -> Option<i64> {
    match object.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn objects<'a>(
    object: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    object
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}

// The names of entities and the parameters of messages may be personal data: Debug shows only those that a message names.
debug_fields!(ApiError, |this|
    message: this.message,
    code: this.code,
    status: this.status,
    context_id: this.context_id,
    details: this.details,
    errors: this.errors,
    limit: this.limit
);

debug_fields!(ApiErrorDetail, |this|
    message: this.message,
    error_code: this.error_code,
    field_name: this.field_name
);
