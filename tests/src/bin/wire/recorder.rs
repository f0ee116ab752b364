//! A client whose requests go nowhere but into a [`Request`] of the judges.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use genesys_cloud::runtime::request::Request as Built;
use genesys_cloud::runtime::transport::{HttpResponse, MemoryTransport, RecordedRequest};
use genesys_cloud::{Call, Client};
use genesys_cloud_tests::fidelity::{Request, parse};
use http::StatusCode;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

const TOKEN: &str = "wire-token";

/// Sends requests, and says what went out.
pub(crate) struct Recorder {
    client: Client,
    last: Arc<Mutex<Option<RecordedRequest>>>,
    runtime: Runtime,
}

impl Recorder {
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let last = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&last);
        let transport = MemoryTransport::new(move |request| {
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
            HttpResponse::new(StatusCode::OK)
        });
        let client = Client::builder()
            .transport(Arc::new(transport))
            .access_token(TOKEN)
            .build()?;
        Ok(Self {
            client,
            last,
            runtime: Builder::new_current_thread().enable_all().build()?,
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends the request and gives what was seen of it; of headers those that the vectors speak of.
    pub(crate) fn send(&self, request: Built, expected: &Request) -> Result<Request, String> {
        let sent = self.runtime.block_on(Call::<Bytes>::new(request));
        sent.map_err(|error| format!("the SDK refuses to send it: {error}"))?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = last.take().ok_or("nothing was sent")?;
        Ok(seen(&recorded, expected))
    }
}

fn seen(recorded: &RecordedRequest, expected: &Request) -> Request {
    let headers = recorded
        .headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            Request::compares_header(name)
                || expected
                    .headers
                    .keys()
                    .any(|expected| expected.eq_ignore_ascii_case(name))
        })
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        });
    Request {
        method: recorded.method.as_str().to_owned(),
        path: recorded.path().to_owned(),
        query: form_urlencoded::parse(recorded.query().as_bytes())
            .into_owned()
            .collect(),
        headers: headers.collect(),
        body: body(&recorded.body),
        auth: recorded.header("authorization") == Some(&format!("Bearer {TOKEN}")),
    }
}

/// The body as JSON, null if there is none; as text if it is not JSON.
fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    parse(bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
