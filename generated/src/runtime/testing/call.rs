//! A call as a rule receives it.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use crate::runtime::codec::{self, Wire};
use crate::runtime::debug::debug_fields;
use crate::runtime::request::OperationMetadata;
use crate::runtime::transport::RecordedRequest;

/// One sending of a call of the operation `O`, with the values that the caller set. A call that is retried has several.
pub struct OperationCall<O> {
    data: Arc<CallData>,
    operation: PhantomData<fn() -> O>,
}

/// What is known of a call of any operation.
pub(super) struct CallData {
    pub(super) operation: Option<&'static OperationMetadata>,
    pub(super) request: RecordedRequest,
    arguments: Vec<(String, String)>,
    /// The path arguments that a rule asked for and that do not exist.
    unknown: Mutex<Vec<String>>,
}

impl CallData {
    pub(super) fn new(request: RecordedRequest) -> Self {
        let operation = request.extensions.get::<&'static OperationMetadata>();
        let operation = operation.copied();
        let template = operation.map_or("", |operation| operation.path);
        let arguments = arguments(template, request.path()).unwrap_or_default();
        Self {
            operation,
            request,
            arguments,
            unknown: Mutex::default(),
        }
    }

    /// The same call with the path arguments of another template; none where the path does not fit.
    pub(super) fn with_template(&self, template: &str) -> Option<Self> {
        Some(Self {
            operation: self.operation,
            request: self.request.clone(),
            arguments: arguments(template, self.request.path())?,
            unknown: Mutex::default(),
        })
    }

    pub(super) fn take_unknown(&self) -> Vec<String> {
        std::mem::take(&mut *self.unknown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn query_pairs(&self) -> Vec<(String, String)> {
        pairs(self.request.query())
    }

    /// The operation with its parameters, as an error shows it.
    pub(super) fn describe(&self) -> String {
        let mut text = match self.operation {
            Some(operation) => operation.name.to_owned(),
            None => format!("{} {}", self.request.method, self.request.path()),
        };
        let mut parts: Vec<String> = Vec::new();
        for (name, value) in self.arguments.iter().chain(&self.query_pairs()) {
            parts.push(format!("{name}={value:?}"));
        }
        if !self.request.body.is_empty() {
            parts.push(match std::str::from_utf8(&self.request.body) {
                Ok(body) => format!("body {}", shortened(body)),
                Err(_) => format!("a body of {} bytes", self.request.body.len()),
            });
        }
        if !parts.is_empty() {
            text.push_str(&format!(" ({})", parts.join(", ")));
        }
        text
    }
}

impl<O> OperationCall<O> {
    pub(super) fn new(data: Arc<CallData>) -> Self {
        Self {
            data,
            operation: PhantomData,
        }
    }

    /// An argument of the path by its name in the API (`userId`), decoded.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<&str> {
        let found = self.data.arguments.iter().find(|(own, _)| own == name);
        if found.is_none() {
            let mut unknown = self
                .data
                .unknown
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            unknown.push(name.to_owned());
        }
        found.map(|(_, value)| value.as_str())
    }

    /// A query parameter by its name in the API (`pageSize`), decoded; the last one where it has several.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        self.query_values(name).pop()
    }

    /// All values of a query parameter, decoded: of a name that is repeated, and of a list that is joined with commas.
    #[must_use]
    pub fn query_values(&self, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        for pair in self.data.request.query().split('&') {
            let (own, value) = pair.split_once('=').unwrap_or((pair, ""));
            if decoded(own) == name {
                values.extend(value.split(',').map(decoded));
            }
        }
        values
    }

    /// A header, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.data.request.header(name)
    }

    /// The body as a model; none where it is not JSON of that type.
    #[must_use]
    pub fn body<T: Wire>(&self) -> Option<T> {
        codec::from_slice(&self.data.request.body).ok()
    }

    /// The body as JSON; null where it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        self.data.request.json()
    }

    /// The body as it was sent.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.data.request.body
    }

    /// The whole request.
    #[must_use]
    pub fn request(&self) -> &RecordedRequest {
        &self.data.request
    }
}

impl<O> Clone for OperationCall<O> {
    fn clone(&self) -> Self {
        Self::new(self.data.clone())
    }
}

debug_fields!(
    OperationCall<O>,
    |this| "OperationCall({})",
    this.data.describe()
);

/// Name and value of each argument of a path that was made from `template`.
fn arguments(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let fixed = template.split('{').next().unwrap_or_default();
    // A gateway has a prefix before the API's path.
    let mut path = path.get(path.find(fixed)?..)?;
    let mut template = template;
    let mut found = Vec::new();
    while let Some((fixed, after)) = template.split_once('{') {
        let (name, rest) = after.split_once('}')?;
        path = path.strip_prefix(fixed)?;
        let end = match rest.chars().next() {
            Some(next) => path.find(['/', next]),
            None => path.find('/'),
        };
        let (value, others) = path.split_at(end.unwrap_or(path.len()));
        found.push((name.to_owned(), decoded(value)));
        (template, path) = (rest, others);
    }
    (path == template).then_some(found)
}

pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let split = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(split).collect()
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
