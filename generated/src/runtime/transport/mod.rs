//! Sends requests: over the network, or in memory for tests.
//!
//! Programs need nothing from here, for a client has an [`HttpTransport`]. [`MemoryTransport`] answers in tests, where the doubles of the feature
//! `testing` are not enough. Implement [`Transport`] to send through another HTTP library; its errors are made with [`TransportError::new`].

pub(crate) mod address;
mod collect;
mod gzip;
mod http;
mod memory;
pub(crate) mod query;
mod sent;
#[cfg(feature = "notification-stream")]
pub(crate) mod socket;

pub(crate) use self::collect::LONGEST_ERROR_BODY;
pub use self::http::HttpTransport;
#[cfg(feature = "notification-stream")]
pub(crate) use self::http::cause;
pub(crate) use memory::next as next_chunk;
pub use memory::{MemoryAnswer, MemoryTransport, RecordedRequest};

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use futures_core::Stream;
use url::Url;

use crate::runtime::clock::BoxFuture;
use crate::runtime::debug::debug_fields;

/// What to do if a proxy requires a login (407).
pub(crate) const PROXY_LOGIN: &str = "set the user and password of the proxy: GENESYSCLOUD_PROXY_AUTH_USERNAME and GENESYSCLOUD_PROXY_AUTH_PASSWORD beside GENESYSCLOUD_PROXY_HOST, or http://user:password@host:port in HTTPS_PROXY or ClientBuilder::proxy";

/// Any error of a library below the runtime.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A stream of body chunks.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// What a request carries.
#[derive(Clone, Default)]
pub enum RequestBody {
    /// No body, and no content type.
    #[default]
    Empty,
    /// A body held in memory: it can be sent again.
    Bytes(Bytes),
    /// A body that is created again for every attempt.
    Factory(Arc<dyn Fn() -> ByteStream + Send + Sync>),
    /// A body that can be sent once: a second attempt finds it gone.
    Once(Arc<std::sync::Mutex<Option<ByteStream>>>),
}

impl RequestBody {
    /// Whether the body can be sent a second time.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        !matches!(self, Self::Once(_))
    }

    /// The stream of a body that can be sent once. A second call fails; other bodies have none.
    pub(crate) fn take_stream(&self) -> Result<Option<ByteStream>, TransportError> {
        let Self::Once(slot) = self else {
            return Ok(None);
        };
        match slot.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(stream) => Ok(Some(stream)),
            None => Err(TransportError::new(
                TransportErrorKind::Request,
                "the body can be sent only once, and it was already sent",
            )),
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("Empty"),
            Self::Bytes(bytes) => write!(formatter, "Bytes({} bytes)", bytes.len()),
            Self::Factory(_) => formatter.write_str("Factory(..)"),
            Self::Once(_) => formatter.write_str("Once(..)"),
        }
    }
}

/// One HTTP request as it goes to the wire: absolute URL, all headers set. `Debug` shows neither the query nor the values of headers.
#[derive(Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL, percent-encoded.
    pub url: Url,
    /// All headers but those that HTTP itself needs (`host`, `content-length`).
    pub headers: HeaderMap,
    /// The body.
    pub body: RequestBody,
    /// The longest that this attempt may take, from connect to the last byte of the body (to the headers where the body is streamed).
    pub timeout: Option<Duration>,
    /// Hand the response body on as a stream instead of collecting it.
    pub stream_response: bool,
    /// What middleware tells the transport. With the feature `testing`, it holds the `&'static OperationMetadata` of the operation.
    pub extensions: Extensions,
}

debug_fields!(HttpRequest, |this|
    method: this.method,
    url: without_query(&this.url),
    headers: names(&this.headers),
    body: this.body,
    timeout: this.timeout,
    stream_response: this.stream_response
);

/// `url` as it may be shown: without a query, which holds what is searched for or the signature of a presigned URL, and without a password.
pub(crate) fn without_query(url: &Url) -> String {
    let hidden = if url.query().is_some() {
        "?[redacted]"
    } else {
        ""
    };
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}"));
    format!(
        "{}://{host}{}{}{hidden}",
        url.scheme(),
        port.unwrap_or_default(),
        without_channel(url.path())
    )
}

/// `path` without the id of a notification channel: anyone who knows it can listen.
fn without_channel(path: &str) -> Cow<'_, str> {
    const CHANNELS: &str = "/notifications/channels/";
    let Some(start) = path.find(CHANNELS).map(|start| start + CHANNELS.len()) else {
        return Cow::Borrowed(path);
    };
    let (before, id) = path.split_at(start);
    let rest = id.find('/').map_or("", |end| &id[end..]);
    Cow::Owned(format!("{before}[redacted]{rest}"))
}

/// The names of headers, for `Debug`: their values hold tokens, cookies and presigned URLs.
pub(crate) fn names(headers: &HeaderMap) -> Vec<&str> {
    headers.keys().map(HeaderName::as_str).collect()
}

/// The API's name for an exchange, which Genesys's support asks for.
pub(crate) fn correlation_id_of(headers: &HeaderMap) -> Option<&str> {
    headers.get("inin-correlation-id")?.to_str().ok()
}

/// What a response carries.
pub enum ResponseBody {
    /// The whole body.
    Bytes(Bytes),
    /// A body still on its way.
    Stream(ByteStream),
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(formatter, "Bytes({} bytes)", bytes.len()),
            Self::Stream(_) => formatter.write_str("Stream(..)"),
        }
    }
}

/// One HTTP response of any status. `Debug` does not show the values of headers.
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: ResponseBody,
}

debug_fields!(HttpResponse, |this|
    status: this.status,
    headers: names(&this.headers),
    body: this.body
);

impl HttpResponse {
    /// A response without headers and body, for a custom transport or middleware.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: ResponseBody::Bytes(Bytes::new()),
        }
    }

    /// A response of JSON. An invalid status counts as 500.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::runtime::transport::HttpResponse;
    ///
    /// let response = HttpResponse::json(404, r#"{"code":"not.found"}"#);
    /// assert_eq!(response.status.as_u16(), 404);
    /// ```
    #[must_use]
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status)
            .with_header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )
            .with_body(body)
    }

    /// The same response with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The same response with that body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = ResponseBody::Bytes(body.into());
        self
    }

    /// The same response with a body that comes as a stream.
    #[must_use]
    pub fn with_stream(mut self, stream: ByteStream) -> Self {
        self.body = ResponseBody::Stream(stream);
        self
    }
}

/// What went wrong below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made, so nothing was sent.
    Connect,
    /// The attempt took longer than it may.
    Timeout,
    /// The connection failed after the request, or a part of it, was sent.
    Io,
    /// The server promises that it did not process the request: an HTTP/2 stream refused with `REFUSED_STREAM`, or above the last stream of a
    /// `GOAWAY` (RFC 9113 sections 6.8 and 8.7).
    NotProcessed,
    /// The body of the response is longer than the transport collects.
    TooLarge,
    /// The request could not be made at all: a header or URL that the HTTP library refuses, a body that is gone.
    Request,
}

/// A request without a response.
#[derive(Debug)]
pub struct TransportError {
    /// What went wrong.
    pub kind: TransportErrorKind,
    /// Why, for the error's source chain. It must name neither header values nor the URL.
    pub source: BoxError,
}

impl TransportError {
    /// An error of a custom [`Transport`], or of one in a test.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use std::sync::Arc;
    ///
    /// use genesys_cloud::Client;
    /// use genesys_cloud::http::Method;
    /// use genesys_cloud::runtime::clock::BoxFuture;
    /// use genesys_cloud::runtime::transport::{
    ///     HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind,
    /// };
    ///
    /// /// A network that loses the answers to writes.
    /// struct LossyNetwork;
    ///
    /// impl Transport for LossyNetwork {
    ///     fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
    ///         Box::pin(async move {
    ///             match request.method {
    ///                 Method::GET => Ok(HttpResponse::json(200, r#"{"id":"u1"}"#)),
    ///                 _ => Err(TransportError::new(TransportErrorKind::Io, "connection reset by peer")),
    ///             }
    ///         })
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> genesys_cloud::Result<()> {
    /// let client = Client::builder().transport(Arc::new(LossyNetwork)).access_token("any").build()?;
    /// let error = client.request(Method::POST, "/api/v2/users").send().await.unwrap_err();
    /// assert!(error.may_have_been_carried_out());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        let source = source.into();
        Self { kind, source }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TransportErrorKind::Connect => "could not connect",
            TransportErrorKind::Timeout => "the attempt timed out",
            TransportErrorKind::Io => "the connection failed after the request was sent",
            TransportErrorKind::NotProcessed => "the server did not process the request",
            TransportErrorKind::TooLarge => "the body of the response is too large",
            TransportErrorKind::Request => "could not build the request",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_ref())
    }
}

/// The errors below this one, from the outermost to the innermost.
pub(crate) fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause| cause.source())
}

/// Sends one request and reads its response.
///
/// Implement it to test code without a server ([`TransportError::new`] has an example), or to send through another HTTP library. An implementation follows no
/// redirects and retries nothing: both belong to the pipeline.
pub trait Transport: Send + Sync {
    /// Sends `request` once.
    ///
    /// # Errors
    ///
    /// A [`TransportError`] where no complete response was had; any status is a response.
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;

    /// Whether [`execute`](Self::execute) ends by itself when [`HttpRequest::timeout`] is over. Where it does not, which is the default, the
    /// pipeline ends the attempt, at the cost of a timer.
    fn keeps_time(&self) -> bool {
        false
    }
}
