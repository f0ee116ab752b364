//! Answering from a recording.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::exchange::{Content, Exchange, Failure};
use super::unify::Bindings;
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::testing::reply::refusal;
use crate::runtime::transport::{
    HttpRequest, HttpResponse, RequestBody, Transport, TransportError, TransportErrorKind,
};

/// A transport that answers from the recording of a [`Recorder`](super::Recorder).
///
/// Each recorded exchange answers one request. A request must have the recorded method, path, query and body; requests for which these are equal
/// are answered in the recorded order. The program may send its own values where the recording has placeholders: a placeholder stands for the
/// value that is sent in its place first, in all later requests and responses. Any other request is an error that is not retried.
///
/// ```no_run
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::sync::Arc;
///
/// use genesys_cloud::runtime::Client;
/// use genesys_cloud::runtime::testing::Replay;
///
/// # fn example() -> Result<(), genesys_cloud::runtime::Error> {
/// let replay = Arc::new(Replay::open("tests/recordings/users.jsonl")?);
/// let client = Client::builder().transport(replay.clone()).access_token("any").build()?;
/// // Run the program with this client, and then:
/// replay.verify();
/// # Ok(())
/// # }
/// ```
pub struct Replay {
    state: Mutex<State>,
}

struct State {
    /// The exchanges that have not answered a request.
    rest: Vec<Exchange>,
    bindings: Bindings,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line of it is invalid.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let problem = |reason: String| {
            Error::configuration(format!("the recording {}: {reason}", path.display()))
        };
        let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
        let mut rest = Vec::new();
        for (index, line) in text.lines().enumerate() {
            rest.push(
                serde_json::from_str(line)
                    .map_err(|error| problem(format!("line {} is invalid: {error}", index + 1)))?,
            );
        }
        Ok(Self {
            state: Mutex::new(State {
                rest,
                bindings: Bindings::default(),
            }),
        })
    }

    /// The recorded requests that were not sent so far: method and path of each.
    #[must_use]
    pub fn remaining(&self) -> Vec<String> {
        let state = self.lock();
        let names = state.rest.iter();
        names
            .map(|exchange| format!("{} {}", exchange.method, exchange.path))
            .collect()
    }

    /// Checks that every recorded request was sent.
    ///
    /// # Panics
    ///
    /// Some are [`remaining`](Self::remaining).
    #[track_caller]
    pub fn verify(&self) {
        let remaining = self.remaining();
        assert!(
            remaining.is_empty(),
            "these recorded requests were not sent:\n{}",
            remaining.join("\n")
        );
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let sent = sent(&request.body);
        let mut nearest = "no other request of this method is left in the recording".to_owned();
        let mut fewest = usize::MAX;
        for index in 0..self.rest.len() {
            let exchange = &self.rest[index];
            if exchange.method != request.method.as_str() {
                continue;
            }
            // What fits in part binds nothing.
            let mut bindings = self.bindings.clone();
            let query = request.url.query().unwrap_or_default();
            let differs: Vec<&str> = [
                (
                    "the path",
                    bindings.path(&exchange.path, request.url.path()),
                ),
                ("the query", bindings.query(&exchange.query, query)),
                ("the body", is_sent(&mut bindings, &exchange.sent, &sent)),
            ]
            .into_iter()
            .filter_map(|(part, fits)| (!fits).then_some(part))
            .collect();
            if differs.is_empty() {
                self.bindings = bindings;
                let exchange = self.rest.remove(index);
                return self.respond(exchange);
            }
            if differs.len() < fewest {
                fewest = differs.len();
                nearest = format!(
                    "the nearest is {} {}, of which {} differs",
                    exchange.method,
                    exchange.path,
                    differs.join(" and ")
                );
            }
        }
        Err(refusal(format!(
            "the recording has no answer to {} {}; {nearest}",
            request.method,
            request.url.path()
        )))
    }

    fn respond(&self, exchange: Exchange) -> Result<HttpResponse, TransportError> {
        let Some(status) = exchange
            .status
            .and_then(|status| StatusCode::from_u16(status).ok())
        else {
            let kind = match exchange.failure {
                Some(Failure::Connect) => TransportErrorKind::Connect,
                Some(Failure::Timeout) => TransportErrorKind::Timeout,
                Some(Failure::NotProcessed) => TransportErrorKind::NotProcessed,
                Some(Failure::Io) | None => TransportErrorKind::Io,
            };
            return Err(TransportError::new(kind, "it was recorded so"));
        };
        let mut response = HttpResponse::new(status);
        for (name, value) in exchange.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                response = response.with_header(name, value);
            }
        }
        Ok(match exchange.received {
            Content::Empty | Content::Stream => response,
            Content::Json(json) => response.with_body(self.bindings.filled(json).to_string()),
            Content::Bytes(length) => response.with_body(vec![b'x'; length]),
        })
    }
}

fn sent(body: &RequestBody) -> Content {
    match body {
        RequestBody::Empty => Content::Empty,
        RequestBody::Bytes(bytes) if bytes.is_empty() => Content::Empty,
        RequestBody::Bytes(bytes) => json(bytes).map_or(Content::Bytes(bytes.len()), Content::Json),
        RequestBody::Factory(_) | RequestBody::Once(_) => Content::Stream,
    }
}

fn json(bytes: &Bytes) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

fn is_sent(bindings: &mut Bindings, recorded: &Content, sent: &Content) -> bool {
    match (recorded, sent) {
        (Content::Json(recorded), Content::Json(sent)) => bindings.json(recorded, sent),
        (recorded, sent) => recorded == sent,
    }
}

impl Transport for Replay {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move { self.lock().answer(&request) })
    }

    fn keeps_time(&self) -> bool {
        true
    }
}

debug_fields!(Replay, |this| remaining: this.lock().rest.len());
