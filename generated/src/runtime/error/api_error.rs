//! The error bodies of the API.

use std::collections::BTreeMap;
use std::fmt;

use crate::runtime::debug::debug_fields;
use serde_json::{Map, Value};

use crate::runtime::codec;

/// What the API says went wrong: the definition `ErrorBody` of its spec.
///
/// It is read leniently: properties that are missing, null or of another type are absent, so a strange error body never hides the error.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// What happened, for people: `message`, or what SCIM (`detail`), token endpoints and gateways say in its place.
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
    /// The message with places for parameters.
    pub message_with_params: Option<String>,
    /// The parameters of [`Self::message_with_params`].
    pub message_params: BTreeMap<String, String>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiErrorDetail {
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
        let error = Self::from_object(&object, DEEPEST);
        (error != Self::default()).then_some(error)
    }

    fn from_object(object: &Map<String, Value>, depth: usize) -> Self {
        Self {
            // Token endpoints and gateways have words of their own.
            message: text(object, "message")
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
                    error_code: text(detail, "errorCode"),
                    field_name: text(detail, "fieldName"),
                    entity_id: text(detail, "entityId"),
                    entity_name: text(detail, "entityName"),
                })
                .collect(),
            errors: if depth == 0 {
                Vec::new()
            } else {
                objects(object, "errors")
                    .map(|error| Self::from_object(error, depth - 1))
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
            message_with_params: text(object, "messageWithParams"),
            message_params: object
                .get("messageParams")
                .and_then(Value::as_object)
                .map(|parameters| {
                    parameters
                        .keys()
                        .filter_map(|name| Some((name.clone(), text(parameters, name)?)))
                        .collect()
                })
                .unwrap_or_default(),
        }
    }

    /// Writes the message and the code, as the text of an error continues with them.
    pub(super) fn describe(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(message) = &self.message {
            write!(formatter, ": {message}")?;
        }
        if let Some(code) = &self.code {
            write!(formatter, " [{code}]")?;
        }
        Ok(())
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

// The names of entities and the parameters of messages may be personal data, so Debug says only that they are there.
debug_fields!(ApiError, |this|
    message: this.message,
    code: this.code,
    status: this.status,
    context_id: this.context_id,
    details: this.details,
    errors: this.errors,
    limit: this.limit
);

debug_fields!(ApiErrorDetail, |this| error_code: this.error_code, field_name: this.field_name);
