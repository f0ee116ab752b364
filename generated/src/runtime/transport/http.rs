//! The transport over a network: reqwest.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{HeaderMap, HeaderValue, Method, header};
use bytes::Bytes;
use futures_core::Stream;

use super::collect::{Collector, LONGEST_BODY};
use super::gzip::{self, Unpacked};
use super::sent::Watched;
use super::{
    BoxError, ByteStream, HttpRequest, HttpResponse, PROXY_LOGIN, RequestBody, ResponseBody,
    Transport, TransportError, TransportErrorKind, causes, next_chunk,
};
use crate::runtime::clock::BoxFuture;
use crate::runtime::clock::wait::{DRIVEN, First, LATE, first};
use crate::runtime::debug::debug_fields;

/// How long making a connection may take. A lost SYN is sent again after 1 s and then 3 s (RFC 6298), so this allows for one of them.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// How long a connection may idle. Load balancers close theirs after 60 s; a client that keeps one for longer uses a dead connection.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// How often a quiet connection is asked whether it is alive, and how long its answer may take.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests over the network with reqwest. It follows no redirect and retries nothing.
#[derive(Clone)]
pub struct HttpTransport {
    client: reqwest::Client,
    longest_body: usize,
}

impl HttpTransport {
    /// A transport over the HTTP client that `builder` makes. Redirects and the client's own retries are switched off, even if `builder` enables them:
    /// the first would carry a token to another host, the second would hide attempts from the retry policy.
    ///
    /// # Errors
    ///
    /// Those of reqwest, and that no cryptography provider is installed where the SDK is built with `rustls-no-provider`.
    pub fn new(builder: reqwest::ClientBuilder) -> Result<Self, BoxError> {
        let builder = builder
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false);
        // reqwest panics where rustls has no provider, and only it knows whether it needs one.
        let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| builder.build()));
        match built {
            Ok(client) => Ok(Self {
                client: client?,
                longest_body: LONGEST_BODY,
            }),
            Err(_) => Err(BoxError::from(
                "the TLS library cannot start; with the feature `rustls-no-provider`, install a provider first (rustls::crypto::CryptoProvider::install_default)",
            )),
        }
    }

    /// reqwest's builder with the SDK's defaults.
    pub fn client_builder() -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            // The SDK unpacks by itself.
            .no_gzip()
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // A connection that died without a word would else take every call until the system gives it up, which takes minutes.
            .tcp_keepalive(KEEP_ALIVE)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
    }

    /// The longest body that is collected, unpacked: 256 MiB by default. A longer one is an error, unless it is read as a stream. Of the body of an
    /// error no more than 1 MiB is kept.
    #[must_use]
    pub fn with_max_body_size(mut self, bytes: usize) -> Self {
        self.longest_body = bytes;
        self
    }

    /// The HTTP client alone.
    #[cfg(feature = "notification-stream")]
    pub(crate) fn into_client(self) -> reqwest::Client {
        self.client
    }

    /// Begins to send. What comes of it holds little more than a pointer, where the request would take its space in every future around.
    fn begin(
        &self,
        request: HttpRequest,
    ) -> Result<
        (
            impl Future<Output = reqwest::Result<reqwest::Response>>,
            Sent,
        ),
        TransportError,
    > {
        let mut sent = None;
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        let bytes = match &request.body {
            RequestBody::Empty => Some(Bytes::new()),
            RequestBody::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        };
        let is_empty = bytes.as_ref().is_some_and(Bytes::is_empty);
        *outgoing.headers_mut() = complete(request.headers, outgoing.method(), is_empty);
        // Only of these methods it matters whether a request that failed was sent.
        let is_watched = matches!(*outgoing.method(), Method::POST | Method::PATCH);
        *outgoing.body_mut() = match bytes.filter(|_| is_watched) {
            Some(bytes) => {
                let (body, taken) = Watched::new(bytes);
                // Of a request without a body HTTP/1.1 asks for none.
                sent = (!is_empty).then_some(taken);
                Some(reqwest::Body::wrap(body))
            }
            None => body_of(request.body)?,
        };
        Ok((self.client.execute(outgoing), sent))
    }
}

/// Becomes true when the body is taken to be sent; nothing where it does not tell.
type Sent = Option<Arc<AtomicBool>>;

/// Reads a response, to the end of its body unless it is to be streamed.
async fn receive(
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
    stream_response: bool,
    longest_body: usize,
) -> Result<HttpResponse, TransportError> {
    let mut response = response.await.map_err(failure)?;
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    let is_packed = gzip::take_encoding(&mut headers);
    let body = if is_packed || stream_response {
        let chunks: ByteStream = Box::pin(Chunks(Box::pin(response.bytes_stream())));
        let mut stream = match is_packed {
            true => Box::pin(Unpacked::new(chunks)),
            false => chunks,
        };
        if stream_response {
            ResponseBody::Stream(stream)
        } else {
            let mut collector = Collector::new(status, &headers, longest_body);
            while let Some(chunk) = next_chunk(&mut stream).await {
                let chunk =
                    chunk.map_err(|source| TransportError::new(TransportErrorKind::Io, source))?;
                if !collector.add(chunk)? {
                    break;
                }
            }
            ResponseBody::Bytes(collector.finish())
        }
    } else {
        let mut collector = Collector::new(status, &headers, longest_body);
        while let Some(chunk) = response.chunk().await.map_err(body_failure)? {
            if !collector.add(chunk)? {
                break;
            }
        }
        ResponseBody::Bytes(collector.finish())
    };
    Ok(HttpResponse {
        status,
        headers,
        body,
    })
}

impl Transport for HttpTransport {
    fn execute(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let (timeout, stream_response) = (request.timeout, request.stream_response);
        let longest_body = self.longest_body;
        let response = self.begin(request);
        Box::pin(async move {
            let (response, sent) = response?;
            let received = pin!(receive(response, stream_response, longest_body));
            let outcome = match timeout {
                Some(timeout) => bounded(timeout, received).await,
                None => received.await,
            };
            outcome.map_err(|error| match sent {
                Some(sent) if !sent.load(Ordering::Acquire) => without_body(error),
                _ => error,
            })
        })
    }

    fn keeps_time(&self) -> bool {
        true
    }
}

debug_fields!(HttpTransport, |_this| "HttpTransport");

/// Ends `future` after `timeout`. Give it pinned: a future that is handed on by value takes its space twice.
///
/// A timer that ended while the program stood still is renewed once, as in `clock::wait::within`. This one takes no allocation.
pub(super) async fn bounded(
    timeout: Duration,
    mut future: impl Future<Output = Result<HttpResponse, TransportError>> + Unpin,
) -> Result<HttpResponse, TransportError> {
    let mut timer = pin!(tokio::time::sleep(timeout));
    if let First::Left(outcome) = first(&mut future, timer.as_mut()).await {
        return outcome;
    }
    let now = tokio::time::Instant::now();
    if now >= timer.deadline() + LATE {
        timer.as_mut().reset(now + DRIVEN);
        if let First::Left(outcome) = first(future, timer).await {
            return outcome;
        }
    }
    Err(TransportError::new(
        TransportErrorKind::Timeout,
        format!("no complete response after {:.1} s", timeout.as_secs_f64()),
    ))
}

/// The failure of a request of whose body nothing was sent: the server cannot have done what it asks for.
fn without_body(error: TransportError) -> TransportError {
    match error.kind {
        TransportErrorKind::Timeout => TransportError::new(
            TransportErrorKind::NotProcessed,
            "no part of its body was sent in time",
        ),
        TransportErrorKind::Io => {
            TransportError::new(TransportErrorKind::NotProcessed, error.source)
        }
        _ => error,
    }
}

/// Adds the headers that belong to the way of sending.
fn complete(mut headers: HeaderMap, method: &Method, is_empty: bool) -> HeaderMap {
    // Part of a packed body cannot be unpacked.
    if !headers.contains_key(header::ACCEPT_ENCODING) && !headers.contains_key(header::RANGE) {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    // These methods are expected to have a body, so the length is sent even where there is none (RFC 9110 section 8.6). Some gateways insist.
    if is_empty
        && matches!(*method, Method::POST | Method::PUT | Method::PATCH)
        && !headers.contains_key(header::CONTENT_LENGTH)
    {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    headers
}

fn body_of(body: RequestBody) -> Result<Option<reqwest::Body>, TransportError> {
    Ok(match body {
        RequestBody::Empty => None,
        RequestBody::Bytes(bytes) => Some(bytes.into()),
        RequestBody::Factory(factory) => Some(reqwest::Body::wrap_stream(factory())),
        once @ RequestBody::Once(_) => once.take_stream()?.map(reqwest::Body::wrap_stream),
    })
}

/// What hyper-util says of a proxy that answers `CONNECT` with 407. The type of that error is private.
const PROXY_REFUSAL: &str = "proxy authorization required";

/// An error of reqwest, without the URL that it carries.
fn failure(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::Request
    } else if was_not_processed(&error) {
        TransportErrorKind::NotProcessed
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Io
    };
    let mut text = cause(&error);
    if kind == TransportErrorKind::Connect {
        if text.ends_with(PROXY_REFUSAL) {
            text = format!("{PROXY_REFUSAL} (407): {PROXY_LOGIN}");
        }
        if let Some(address) = address(&error) {
            text = format!("{address}: {text}");
        }
    }
    TransportError::new(kind, text)
}

/// The host and port that an error is about.
fn address(error: &reqwest::Error) -> Option<String> {
    let url = error.url()?;
    Some(format!(
        "{}:{}",
        url.host_str()?,
        url.port_or_known_default()?
    ))
}

/// Whether the server promised that it did not process the request, or the connection ended before the request was written to it.
fn was_not_processed(error: &reqwest::Error) -> bool {
    for cause in causes(error) {
        if let Some(error) = cause.downcast_ref::<h2::Error>() {
            // h2 gives the error of a `GOAWAY` only to streams above its last one.
            let is_refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
            return error.is_remote() && (error.is_go_away() || (error.is_reset() && is_refused));
        }
        let cancelled = cause.downcast_ref::<hyper::Error>();
        if cancelled.is_some_and(hyper::Error::is_canceled) {
            return true;
        }
    }
    false
}

/// A failure while the body was read: the request was sent.
fn body_failure(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Io
    };
    TransportError::new(kind, cause(&error))
}

/// The innermost reason of an error, without the URL that the error carries. The layers around it say where in the HTTP library it passed.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(
        || "the HTTP library gave no reason".to_owned(),
        ToString::to_string,
    )
}

/// The chunks of a body, their errors without URLs.
struct Chunks<S>(Pin<Box<S>>);

impl<S: Stream<Item = reqwest::Result<Bytes>>> Stream for Chunks<S> {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0
            .as_mut()
            .poll_next(context)
            .map(|item| item.map(|chunk| chunk.map_err(|error| cause(&error).into())))
    }
}
