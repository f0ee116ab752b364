//! Comparing a call with the one that a test expects.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::Value;

use super::call::{CallData, pairs, shortened};
use crate::runtime::error::Error;
use crate::runtime::request::Request;
use crate::runtime::transport::{RecordedRequest, RequestBody};

/// The request of an operation that was built like the call that a test expects.
pub(super) struct Expected {
    path: String,
    query: String,
    headers: HeaderMap,
    /// None for a stream, which is not compared.
    body: Option<Bytes>,
}

impl Expected {
    pub(super) fn new(request: Request) -> Result<Self, Error> {
        let sketch = request.into_sketch()?;
        Ok(Self {
            path: sketch.path,
            query: sketch.query,
            headers: sketch.headers,
            body: match sketch.body {
                RequestBody::Empty => Some(Bytes::new()),
                RequestBody::Bytes(bytes) => Some(bytes),
                _ => None,
            },
        })
    }

    /// Each way in which a call differs.
    pub(super) fn differences(&self, call: &CallData) -> Vec<String> {
        let request = &call.request;
        let mut differences = Vec::new();
        if !request.path().ends_with(&self.path) {
            differences.push(format!(
                "the path is {}, expected {}",
                request.path(),
                self.path
            ));
        }
        query(&pairs(&self.query), &call.query_pairs(), &mut differences);
        for (name, value) in &self.headers {
            // The boundary of a multipart body is random.
            if name != header::CONTENT_TYPE && request.headers.get(name) != Some(value) {
                differences.push(format!("the header `{name}` differs"));
            }
        }
        if let Some(body) = &self.body {
            differences.extend(self.body(body, request));
        }
        differences
    }

    fn body(&self, expected: &Bytes, request: &RecordedRequest) -> Option<String> {
        let parsed = |bytes: &Bytes| serde_json::from_slice::<Value>(bytes).ok();
        match (parsed(expected), parsed(&request.body)) {
            (Some(expected), Some(actual)) => json(&expected, &actual, &mut "$".to_owned()),
            _ => {
                let expected = without_boundary(expected, &self.headers);
                let actual = without_boundary(&request.body, &request.headers);
                (expected != actual).then(|| {
                    format!(
                        "the body is {}, expected {}",
                        shortened(&String::from_utf8_lossy(&actual)),
                        shortened(&String::from_utf8_lossy(&expected))
                    )
                })
            }
        }
    }
}

/// The values of each name, in the order of the query.
fn by_name(pairs: &[(String, String)]) -> BTreeMap<&str, Vec<&str>> {
    let mut by_name = BTreeMap::<_, Vec<&str>>::new();
    for (name, value) in pairs {
        by_name.entry(name.as_str()).or_default().push(value);
    }
    by_name
}

fn query(
    expected: &[(String, String)],
    actual: &[(String, String)],
    differences: &mut Vec<String>,
) {
    let (expected, actual) = (by_name(expected), by_name(actual));
    for (name, values) in &expected {
        match actual.get(name) {
            None => differences.push(format!("`{name}` is not set, expected {values:?}")),
            Some(own) if own != values => {
                differences.push(format!("`{name}` is {own:?}, expected {values:?}"));
            }
            Some(_) => {}
        }
    }
    for (name, values) in &actual {
        if !expected.contains_key(name) {
            differences.push(format!("`{name}` is {values:?}, expected not to be set"));
        }
    }
}

/// The first place where two documents differ.
fn json(expected: &Value, actual: &Value, place: &mut String) -> Option<String> {
    let length = place.len();
    let mut below = |name: String, expected: &Value, actual: &Value| {
        place.truncate(length);
        place.push_str(&name);
        json(expected, actual, place)
    };
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let names: std::collections::BTreeSet<_> =
                expected.keys().chain(actual.keys()).collect();
            names
                .into_iter()
                .find_map(|name| match (expected.get(name), actual.get(name)) {
                    (Some(expected), Some(actual)) => below(format!(".{name}"), expected, actual),
                    (Some(_), None) => Some(format!("the body has no `{name}`")),
                    (None, Some(actual)) => Some(format!(
                        "the body has `{name}` ({}), which is not expected",
                        shortened(&actual.to_string())
                    )),
                    (None, None) => None,
                })
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut both = expected.iter().zip(actual).enumerate();
            both.find_map(|(index, (expected, actual))| {
                below(format!("[{index}]"), expected, actual)
            })
        }
        (expected, actual) if expected == actual => None,
        (expected, actual) => Some(format!(
            "the body at `{place}` is {}, expected {}",
            shortened(&actual.to_string()),
            shortened(&expected.to_string())
        )),
    }
}

/// A multipart body with a boundary that is the same every time.
fn without_boundary(body: &Bytes, headers: &HeaderMap) -> Vec<u8> {
    let boundary = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split("boundary=").nth(1));
    match (boundary, std::str::from_utf8(body)) {
        (Some(boundary), Ok(text)) => text.replace(boundary, "boundary").into_bytes(),
        _ => body.to_vec(),
    }
}
