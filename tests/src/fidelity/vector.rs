//! Vectors: an operation, its arguments, and the request that they make.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Operation, Policy, Problem, Sampler, Spec, expected};

/// Which arguments a vector has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// Every parameter.
    All,
    /// The required ones.
    Required,
    /// Every parameter, and in the path and the query every text holds what could end its place.
    Reserved,
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::All => "all",
            Self::Required => "required",
            Self::Reserved => "reserved",
        })
    }
}

/// One line of a file of vectors.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Vector {
    /// `x-purecloud-method-name`.
    pub operation: String,
    /// `operationId`.
    #[serde(rename = "operationId", default)]
    pub operation_id: String,
    /// Which arguments it has.
    #[serde(default = "all")]
    pub variant: Variant,
    /// The arguments by wire name, the body under `body`.
    pub args: Map<String, Value>,
    /// What goes out.
    pub request: Request,
}

fn all() -> Variant {
    Variant::All
}

/// A request as a vector writes it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Request {
    /// The method in upper case.
    pub method: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The pairs of the query, decoded.
    pub query: Vec<(String, String)>,
    /// `accept`, `content-type` with a body, and the header parameters.
    pub headers: BTreeMap<String, String>,
    /// The body as JSON; null for none.
    pub body: Value,
    /// Whether a bearer token went with it.
    pub auth: bool,
}

/// What the comparison looks at besides the headers that a vector expects: an SDK must not send these unasked.
const COMPARED_HEADERS: [&str; 6] = [
    "accept",
    "accept-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
];

impl Request {
    /// Whether the header of that name (in lower case) is compared even where a vector does not expect it.
    #[must_use]
    pub fn compares_header(name: &str) -> bool {
        COMPARED_HEADERS.contains(&name) || name.starts_with("x-journey-session-")
    }

    /// What differs: the part, what it should be, what it is. Names of headers have no case, and pairs of the query no order.
    #[must_use]
    pub fn differences(&self, actual: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |part: &str, expected: String, actual: String| {
            if expected != actual {
                differences.push(format!("{part}: expected {expected}, got {actual}"));
            }
        };
        compare("method", self.method.clone(), actual.method.clone());
        compare("path", self.path.clone(), actual.path.clone());
        compare("query", sorted(&self.query), sorted(&actual.query));
        compare("headers", lower(&self.headers), lower(&actual.headers));
        compare("auth", self.auth.to_string(), actual.auth.to_string());
        if let Some(difference) = super::difference(&self.body, &actual.body) {
            differences.push(format!("body: {difference}"));
        }
        differences
    }
}

fn sorted(query: &[(String, String)]) -> String {
    let mut pairs = query.to_vec();
    pairs.sort();
    format!("{pairs:?}")
}

fn lower(headers: &BTreeMap<String, String>) -> String {
    let lower: BTreeMap<String, &str> = headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.as_str()))
        .collect();
    format!("{lower:?}")
}

/// Vectors of all operations, made from the document: every parameter, the required ones where these are not all, and every parameter with
/// reserved characters in the path and the query, if there is a text for them.
///
/// # Errors
///
/// A [`Problem`] where the document says something that no rule is for.
pub fn sample_vectors(spec: &Spec) -> Result<Vec<Vector>, Problem> {
    let sampler = Sampler::new(spec, Policy::default());
    let mut vectors = Vec::new();
    for operation in spec.operations() {
        let all = sampler.arguments(&operation, false)?;
        let required = sampler.arguments(&operation, true)?;
        let mut push = |variant, args: Map<String, Value>| {
            vectors.push(Vector {
                operation: operation.name.to_owned(),
                operation_id: operation.id.to_owned(),
                variant,
                request: expected(&operation, &args)?,
                args,
            });
            Ok::<_, Problem>(())
        };
        let reserved = with_reserved(&operation, &all);
        if all != required {
            push(Variant::Required, required)?;
        }
        if all != reserved {
            push(Variant::Reserved, reserved)?;
        }
        push(Variant::All, all)?;
    }
    Ok(vectors)
}

/// Text that a URL would take for something else if it went out as it is.
const RESERVED: &str = "/../a?b#c&d=e;f+g h%2F%\u{e9}\u{1f980}{userId}@:,\\'\"";

/// The arguments, with more text in the path and the query. An enum or a date becomes one that no one knows;
/// one of the texts `true` and `false` is a boolean for the SDK, and stays.
fn with_reserved(operation: &Operation<'_>, all: &Map<String, Value>) -> Map<String, Value> {
    let mut arguments = all.clone();
    for parameter in operation.parameters() {
        let text = |key| parameter.get(key).and_then(Value::as_str);
        if !matches!(text("in"), Some("path" | "query")) {
            continue;
        }
        match text("name").and_then(|name| arguments.get_mut(name)) {
            Some(Value::String(value)) if matches!(&**value, "true" | "false") => {}
            Some(Value::String(value)) => value.push_str(RESERVED),
            Some(Value::Array(values)) => {
                for value in values {
                    if let Value::String(value) = value {
                        value.push_str(RESERVED);
                    }
                }
            }
            _ => {}
        }
    }
    arguments
}
