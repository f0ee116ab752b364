//! A transport without a network, for tests.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use http::{Extensions, HeaderMap, Method};
use url::Url;

use super::http::bounded;
use super::{
    BoxError, ByteStream, HttpRequest, HttpResponse, RequestBody, Transport, TransportError,
    TransportErrorKind, names, without_query,
};
use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// A request as a [`MemoryTransport`] saw it. `Debug` shows neither the query nor the values of headers nor the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: Url,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, a streamed one read to its end.
    pub body: Bytes,
    /// Whether the response is to be streamed.
    pub stream_response: bool,
    /// What came with the request beside HTTP.
    pub extensions: Extensions,
}

debug_fields!(RecordedRequest, |this|
    method: this.method,
    url: without_query(&this.url),
    headers: names(&this.headers),
    body: format_args!("{} bytes", this.body.len()),
    stream_response: this.stream_response
);

impl RecordedRequest {
    /// The path, percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The query, percent-encoded; empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.url.query().unwrap_or_default()
    }

    /// A header's value, where it is there and text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

type Handler = dyn Fn(RecordedRequest) -> BoxFuture<'static, Result<HttpResponse, TransportError>>
    + Send
    + Sync;

/// Answers requests from code instead of a server, and keeps what was asked. With it, code that uses the SDK is tested without a network:
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use std::sync::Arc;
///
/// use genesys_cloud::Client;
/// use genesys_cloud::http::Method;
/// use genesys_cloud::runtime::transport::{HttpResponse, MemoryTransport};
///
/// # async fn example() -> genesys_cloud::Result<()> {
/// let transport = Arc::new(MemoryTransport::scripted([HttpResponse::json(200, r#"{"id":"1"}"#)]));
/// let client = Client::builder().transport(transport.clone()).access_token("test").build()?;
/// client.request(Method::GET, "/api/v2/users/1").send().await?;
/// assert_eq!(transport.requests()[0].path(), "/api/v2/users/1");
/// # Ok(())
/// # }
/// ```
pub struct MemoryTransport {
    handler: Box<Handler>,
    requests: Mutex<Vec<RecordedRequest>>,
}

impl MemoryTransport {
    /// Answers every request with what `handler` makes of it.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::transport::{HttpResponse, MemoryTransport};
    ///
    /// let transport = MemoryTransport::new(|request| match request.path() {
    ///     "/api/v2/users/me" => HttpResponse::json(200, r#"{"name":"me"}"#),
    ///     _ => HttpResponse::json(404, r#"{"code":"not.found"}"#),
    /// });
    /// # let _ = transport;
    /// ```
    pub fn new(handler: impl Fn(RecordedRequest) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self::fallible(move |request| {
            let response = handler(request);
            async move { Ok(response) }
        })
    }

    /// Answers every request with what the future of `handler` gives: a response or a failure, now or later.
    pub fn fallible<F>(handler: impl Fn(RecordedRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<HttpResponse, TransportError>> + Send + 'static,
    {
        Self {
            handler: Box::new(move |request| Box::pin(handler(request))),
            requests: Mutex::new(Vec::new()),
        }
    }

    /// Answers with one item after the other. A request after the last item fails to connect.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::transport::{HttpResponse, MemoryTransport};
    ///
    /// // First a failure that is retried, then a success.
    /// let transport = MemoryTransport::scripted([
    ///     HttpResponse::json(503, "{}"),
    ///     HttpResponse::json(200, r#"{"id":"1"}"#),
    /// ]);
    /// # let _ = transport;
    /// ```
    pub fn scripted<R: Into<MemoryAnswer>>(answers: impl IntoIterator<Item = R>) -> Self {
        let answers: Mutex<VecDeque<MemoryAnswer>> =
            Mutex::new(answers.into_iter().map(Into::into).collect());
        Self::fallible(move |_| {
            let answer = lock(&answers).pop_front();
            async move {
                match answer {
                    Some(MemoryAnswer(outcome)) => outcome,
                    None => Err(TransportError::new(
                        TransportErrorKind::Connect,
                        "the script has no more responses",
                    )),
                }
            }
        })
    }

    /// The requests so far, the oldest first.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// # use std::sync::Arc;
    /// use genesys_cloud::Client;
    /// use genesys_cloud::http::Method;
    /// use genesys_cloud::runtime::transport::{HttpResponse, MemoryTransport};
    ///
    /// # async fn example() -> genesys_cloud::Result<()> {
    /// let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    /// let client =
    ///     Client::builder().transport(transport.clone()).access_token("a token".replace(' ', "-")).build()?;
    /// client.request(Method::GET, "/api/v2/users").query("pageSize", 5).send().await?;
    /// assert_eq!(transport.requests()[0].query(), "pageSize=5");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.requests).clone()
    }

    /// How many requests came so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        lock(&self.requests).len()
    }
}

/// One item of a script: a response, or the failure to get one.
#[derive(Debug)]
pub struct MemoryAnswer(Result<HttpResponse, TransportError>);

impl From<HttpResponse> for MemoryAnswer {
    fn from(response: HttpResponse) -> Self {
        Self(Ok(response))
    }
}

impl From<TransportError> for MemoryAnswer {
    fn from(error: TransportError) -> Self {
        Self(Err(error))
    }
}

impl From<TransportErrorKind> for MemoryAnswer {
    fn from(kind: TransportErrorKind) -> Self {
        Self(Err(TransportError::new(kind, "scripted")))
    }
}

impl From<Result<HttpResponse, TransportError>> for MemoryAnswer {
    fn from(outcome: Result<HttpResponse, TransportError>) -> Self {
        Self(outcome)
    }
}

impl Transport for MemoryTransport {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let timeout = request.timeout;
            let answer = pin!(async {
                let recorded = RecordedRequest {
                    method: request.method,
                    url: request.url,
                    headers: request.headers,
                    body: read(request.body).await?,
                    stream_response: request.stream_response,
                    extensions: request.extensions,
                };
                lock(&self.requests).push(recorded.clone());
                (self.handler)(recorded).await
            });
            match timeout {
                None => answer.await,
                Some(timeout) => bounded(timeout, answer).await,
            }
        })
    }

    fn keeps_time(&self) -> bool {
        true
    }
}

async fn read(body: RequestBody) -> Result<Bytes, TransportError> {
    let stream = match body {
        RequestBody::Empty => return Ok(Bytes::new()),
        RequestBody::Bytes(bytes) => return Ok(bytes),
        RequestBody::Factory(factory) => Some(factory()),
        once @ RequestBody::Once(_) => once.take_stream()?,
    };
    let mut collected = BytesMut::new();
    if let Some(mut stream) = stream {
        while let Some(chunk) = next(&mut stream).await {
            let chunk =
                chunk.map_err(|source| TransportError::new(TransportErrorKind::Io, source))?;
            collected.extend_from_slice(&chunk);
        }
    }
    Ok(collected.freeze())
}

pub(crate) async fn next(stream: &mut ByteStream) -> Option<Result<Bytes, BoxError>> {
    std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

debug_fields!(MemoryTransport, |this| requests: this.request_count());
