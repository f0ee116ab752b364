//! Writing a recording.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::HeaderMap;

use super::anonymous::Anonymizer;
use super::exchange::{Content, Exchange, Failure};
use super::shape::is_short_integer;
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::pipeline::{Middleware, Next};
use crate::runtime::transport::{HttpRequest, HttpResponse, RequestBody, ResponseBody};

/// Response headers that are kept, with their values where these are numbers.
const NUMBERS: [&str; 4] = [
    "inin-ratelimit-allowed",
    "inin-ratelimit-count",
    "inin-ratelimit-reset",
    "retry-after",
];

/// Writes what a client exchanges with the API into a file, one JSON line for each attempt, for a [`Replay`](super::Replay).
///
/// A recording can be kept in a repository: it holds no token, since a middleware sees none, and no secret and no personal value. Each text in
/// paths, queries and bodies is replaced by a numbered placeholder of the same shape (UUID, e-mail address, phone number, URL, date, or other
/// text), and so are numbers of six or more digits, fractions, and property names that look like ids or addresses. Kept are the names of
/// properties, short integers, booleans, and the values of a few properties that hold words of the API, like `state`, `type` and the `code` of
/// an error. Of headers, only content type and rate limits are kept; of bodies that are not JSON, only the length.
///
/// ```no_run
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::Client;
/// use genesys_cloud::runtime::testing::Recorder;
///
/// # fn example() -> Result<(), genesys_cloud::runtime::Error> {
/// let client = Client::builder()
///     .client_credentials("client id", "client secret")
///     .attempt_middleware(Recorder::create("tests/recordings/users.jsonl")?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    state: Arc<Mutex<State>>,
}

struct State {
    file: File,
    anonymizer: Anonymizer,
}

impl Recorder {
    /// Begins a recording. A file that is there is replaced.
    ///
    /// # Errors
    ///
    /// The file cannot be created.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::create(path).map_err(|error| {
            Error::configuration(format!("the recording {}: {error}", path.display()))
        })?;
        let anonymizer = Anonymizer::default();
        Ok(Self {
            state: Arc::new(Mutex::new(State { file, anonymizer })),
        })
    }
}

impl State {
    fn write(
        &mut self,
        request: &Sent,
        template: &str,
        outcome: &Result<HttpResponse, Error>,
    ) -> Result<(), Error> {
        let anonymizer = &mut self.anonymizer;
        anonymizer.learn(template);
        let mut exchange = Exchange {
            method: request.method.clone(),
            path: anonymizer.path(&request.path, template),
            query: anonymizer.query(&request.query),
            sent: content_of(anonymizer, &request.body),
            status: None,
            headers: Vec::new(),
            received: Content::Empty,
            failure: None,
        };
        match outcome {
            Ok(response) => {
                exchange.status = Some(response.status.as_u16());
                exchange.headers = headers(anonymizer, &response.headers);
                exchange.received = match &response.body {
                    ResponseBody::Bytes(bytes) => content(anonymizer, bytes),
                    ResponseBody::Stream(_) => Content::Stream,
                };
            }
            Err(error) => match failure(error) {
                Some(failure) => exchange.failure = Some(failure),
                // Nothing was exchanged with the API.
                None => return Ok(()),
            },
        }
        let written = serde_json::to_vec(&exchange)
            .map_err(std::io::Error::from)
            .and_then(|mut line| {
                line.push(b'\n');
                self.file.write_all(&line)
            });
        written.map_err(|error| Error::other(error).with_message("the recording cannot be written"))
    }
}

/// What of a request is recorded.
struct Sent {
    method: String,
    path: String,
    query: String,
    body: RequestBody,
}

impl Middleware for Recorder {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Error>> {
        Box::pin(async move {
            let sent = Sent {
                method: request.method.to_string(),
                path: request.url.path().to_owned(),
                query: request.url.query().unwrap_or_default().to_owned(),
                body: request.body.clone(),
            };
            let template = next.context().template().to_owned();
            let outcome = next.run(request).await;
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.write(&sent, &template, &outcome)?;
            outcome
        })
    }
}

fn content_of(anonymizer: &mut Anonymizer, body: &RequestBody) -> Content {
    match body {
        RequestBody::Empty => Content::Empty,
        RequestBody::Bytes(bytes) => content(anonymizer, bytes),
        RequestBody::Factory(_) | RequestBody::Once(_) => Content::Stream,
    }
}

fn content(anonymizer: &mut Anonymizer, bytes: &Bytes) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    match serde_json::from_slice(bytes) {
        Ok(json) => Content::Json(anonymizer.json("", json)),
        Err(_) => Content::Bytes(bytes.len()),
    }
}

fn headers(anonymizer: &mut Anonymizer, headers: &HeaderMap) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    for (name, value) in headers {
        let (name, Ok(value)) = (name.as_str(), value.to_str()) else {
            continue;
        };
        match name {
            "content-type" => {
                // Its parameters can hold names and boundaries.
                let kind = value.split(';').next().unwrap_or_default().trim();
                let is_kind = kind
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || b"/+.-".contains(&byte));
                if is_kind {
                    kept.push((name.to_owned(), kind.to_owned()));
                }
            }
            "etag" => kept.push((name.to_owned(), anonymizer.text(value))),
            name if NUMBERS.contains(&name) && is_short_integer(value) => {
                kept.push((name.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }
    kept
}

fn failure(error: &Error) -> Option<Failure> {
    match error.kind() {
        ErrorKind::Connect => Some(Failure::Connect),
        ErrorKind::Timeout => Some(Failure::Timeout),
        ErrorKind::Io => Some(Failure::Io),
        ErrorKind::NotProcessed => Some(Failure::NotProcessed),
        _ => None,
    }
}

debug_fields!(Recorder, |_this| "Recorder(..)");
